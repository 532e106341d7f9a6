//! Calls every operation of the OpenAPI document once, in its order, and prints the results:
//! `cargo run --example every_operation`.
//!
//! It needs no account: it starts a local server in the process. If the environment variables of
//! [`Client::from_env`](backendless::Client::from_env) are set, it uses that application instead. It does not delete the user
//! and the geo point that it creates, and sends e-mails.

mod support;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use backendless::operations::Operation;
use backendless::{Client, Email, GeoPoint, Record, Registration, Timestamp, Units, Upload};
use backendless::{operations, operations::*};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let mut tour = Tour::new();
    data(&mut tour, &client).await;
    users(&mut tour, &client).await;
    files(&mut tour, &client).await;
    messaging(&mut tour, &client).await;
    geo(&mut tour, &client).await;
    cache(&mut tour, &client).await;
    counters(&mut tour, &client).await;
    cloud_code(&mut tour, &client).await;
    Ok(tour.finish())
}

/// The operations called so far, and the number of failures.
struct Tour {
    called: Vec<&'static str>,
    failures: usize,
}

impl Tour {
    fn new() -> Self {
        println!(
            "{:<24}{:<7}{:<46}{:>8}{:>10}",
            "operation", "method", "path", "status", "time"
        );
        Self {
            called: Vec::new(),
            failures: 0,
        }
    }

    /// Awaits a request and prints its row.
    async fn call<T>(
        &mut self,
        operation: &'static Operation,
        request: impl Future<Output = backendless::Result<T>>,
    ) -> Option<T> {
        let start = Instant::now();
        let result = request.await;
        self.row(operation, result.as_ref().err(), start.elapsed());
        result.ok()
    }

    fn row(&mut self, operation: &Operation, error: Option<&backendless::Error>, time: Duration) {
        self.called.push(operation.id());
        let status = match error.map(backendless::Error::status) {
            None => "ok".to_owned(),
            Some(Some(status)) => status.to_string(),
            Some(None) => "error".to_owned(),
        };
        println!(
            "{:<24}{:<7}{:<46}{status:>8}{:>7.1} ms",
            operation.id(),
            operation.method(),
            operation.path(),
            time.as_secs_f64() * 1000.0
        );
        if let Some(error) = error {
            self.failures += 1;
            println!("    {error}");
        }
    }

    fn finish(self) -> ExitCode {
        let all: Vec<_> = operations::ALL
            .iter()
            .map(|operation| operation.id())
            .collect();
        let (calls, count) = (self.called.len(), all.len());
        println!(
            "{calls} calls of {count} operations, {} failed",
            self.failures
        );
        match self.failures == 0 && self.called == all {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

async fn data(tour: &mut Tour, client: &Client) {
    let table = client.data::<Record>("EveryOperation");
    let row = json!({"name": "Bob", "age": 20});
    let bob = tour.call(&CREATE_OBJECT, table.create(&row).send()).await;
    let id = bob.map(|bob| bob.object_id).unwrap_or_default();
    let adults = table.find().filter("age >= 18").page_size(5);
    tour.call(&FIND_OBJECTS, adults.send()).await;
    tour.call(&GET_OBJECT_BY_ID, table.get(&id).send()).await;
    let changes = json!({"age": 21});
    tour.call(&UPDATE_OBJECT, table.update(&id, &changes).send())
        .await;
    tour.call(&DELETE_OBJECT, table.delete(&id).send()).await;
    tour.call(&COUNT_OBJECTS, table.count().send()).await;
}

async fn users(tour: &mut Tour, client: &Client) {
    let email = format!(
        "every-operation-{}@example.com",
        Timestamp::now().as_millis()
    );
    let users = client.users();
    let registration = Registration::new("pa55-w0rd").email(&email);
    tour.call(&REGISTER_USER, users.register(registration).send())
        .await;
    let session = tour
        .call(&LOGIN_USER, users.login(&email, "pa55-w0rd").send())
        .await;
    let logout = match &session {
        Some(session) => session.logout(),
        None => users.logout(),
    };
    tour.call(&LOGOUT_USER, logout.send()).await;
    tour.call(&RESTORE_PASSWORD, users.restore_password(&email).send())
        .await;
}

async fn files(tour: &mut Tour, client: &Client) {
    let files = client.files();
    let path = "every-operation/hello.txt";
    let upload = files.upload(path, Upload::bytes("hello")).overwrite(true);
    tour.call(&UPLOAD_FILE, upload.send()).await;
    tour.call(&DELETE_FILE, files.delete(path).send()).await;
}

async fn messaging(tour: &mut Tour, client: &Client) {
    let messaging = client.messaging();
    tour.call(
        &PUBLISH_MESSAGE,
        messaging.publish("default", "hello").send(),
    )
    .await;
    let poll = messaging.poll::<Record>("default", "every-operation");
    tour.call(&POLL_MESSAGES, poll.send()).await;
    let email = Email::new("Hello").to("someone@example.com").text("Hello.");
    tour.call(&SEND_EMAIL, messaging.send_email(email).send())
        .await;
}

async fn geo(tour: &mut Tour, client: &Client) {
    let near = client
        .geo()
        .find()
        .near(59.91, 10.75, 5.0, Units::Kilometers);
    tour.call(&FIND_GEO_POINTS, near.send()).await;
    let point = GeoPoint::new(59.9127, 10.7461).metadata("rating", 5);
    tour.call(&SAVE_GEO_POINT, client.geo().save(&point).send())
        .await;
}

async fn cache(tour: &mut Tour, client: &Client) {
    let cache = client.cache();
    let key = "every-operation";
    let put = cache.put(key, "hello").ttl(Duration::from_secs(60));
    tour.call(&CACHE_PUT, put.send()).await;
    tour.call(&CACHE_GET, cache.get::<String>(key).send()).await;
    tour.call(&CACHE_DELETE, cache.delete(key).send()).await;
    tour.call(&CACHE_CONTAINS, cache.contains(key).send()).await;
}

async fn counters(tour: &mut Tour, client: &Client) {
    let counters = client.counters();
    let name = "every-operation";
    tour.call(&INCREMENT_AND_GET, counters.increment(name).send())
        .await;
    tour.call(
        &INCREMENT_BY_AND_GET,
        counters.increment_by(name, -1).send(),
    )
    .await;
    tour.call(&GET_COUNTER, counters.get(name).send()).await;
    tour.call(&RESET_COUNTER, counters.reset(name).send()).await;
}

async fn cloud_code(tour: &mut Tour, client: &Client) {
    let invocation = client
        .cloud_code()
        .invoke::<_, String>("echo", "echo", "hello");
    tour.call(&INVOKE_CLOUD_CODE_SERVICE, invocation.send())
        .await;
}
