//! Clients with `credentials`, which log in by themselves, and logouts. They call the local server
//! through a recording proxy.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use backendless::{Client, ErrorCode, ErrorKind, Record, Registration, RetryPolicy, Table, Upload};
use backendless_local::{Server, ServiceError};
use backendless_tests::{Behaviour, RecordingProxy, ScriptedServer, TestClock};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

const LIFE: Duration = Duration::from_secs(60);
const LOGIN: &str = "robot@example.com";
const PASSWORD: &str = "pa55";

/// A local server with the user `LOGIN`, behind a recording proxy.
struct Fixture {
    server: Server,
    proxy: RecordingProxy,
    anonymous: Client,
}

impl Fixture {
    async fn start() -> Self {
        Self::with_server(Server::builder().session_life(LIFE).start().await.unwrap()).await
    }

    async fn with_server(server: Server) -> Self {
        let proxy = RecordingProxy::in_front_of(&server.url()).await;
        let anonymous = Client::builder(server.app_id(), server.api_key())
            .api_url(server.url())
            .build()
            .unwrap();
        let robot = Registration::new(PASSWORD).email(LOGIN);
        anonymous.users().register(robot).await.unwrap();
        let notes = anonymous.data::<Record>("Note");
        notes.create(&json!({"text": "first"})).await.unwrap();
        Self {
            server,
            proxy,
            anonymous,
        }
    }

    fn robot(&self) -> Client {
        self.robot_with(PASSWORD)
    }

    fn robot_with(&self, password: &str) -> Client {
        Client::builder(self.server.app_id(), self.server.api_key())
            .api_url(self.proxy.url())
            .credentials(LOGIN, password)
            .clock(TestClock::default())
            .build()
            .unwrap()
    }

    /// The number of requests whose target ends with `path`.
    fn count(&self, path: &str) -> usize {
        let exchanges = self.proxy.exchanges();
        let matching = exchanges
            .iter()
            .filter(|exchange| exchange.target.ends_with(path));
        matching.count()
    }
}

fn notes(client: &Client) -> Table<Record> {
    client.data("Note")
}

#[tokio::test]
async fn first_call_logs_in_once_for_all_clones() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    robot.users().login(LOGIN, PASSWORD).await.unwrap();
    assert_eq!(
        fixture.count("/users/login"),
        1,
        "an explicit login needs no session"
    );

    let clones = vec![robot; 100];
    let created = clones
        .iter()
        .map(|robot| async move { notes(robot).create(&json!({})).await });
    for note in join_all(created).await {
        assert!(note.unwrap().owner_id.is_some());
    }
    assert_eq!(fixture.count("/users/login"), 2);
    assert_eq!(fixture.count("/data/Note"), 100);
}

#[tokio::test]
async fn expired_session_is_renewed_once_for_concurrent_calls() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    notes(&robot).create(&json!({})).await.unwrap();
    fixture.server.advance_clock(2 * LIFE);

    let calls = (0..100).map(|_| async { notes(&robot).create(&json!({})).await });
    for note in join_all(calls).await {
        assert!(note.unwrap().owner_id.is_some());
    }
    assert_eq!(fixture.count("/users/login"), 2);
    assert_eq!(
        fixture
            .anonymous
            .data::<Record>("Note")
            .count()
            .await
            .unwrap(),
        102
    );
}

#[tokio::test]
async fn failed_login_is_the_error_of_all_waiting_calls() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot_with("guess");
    let calls = (0..100).map(|_| async { notes(&robot).count().await });
    for outcome in join_all(calls).await {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::INVALID_LOGIN), "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("loginUser")
        );
    }
    assert_eq!(fixture.count("/users/login"), 1);
    assert_eq!(fixture.count("/data/Note/count"), 0);

    notes(&robot).count().await.unwrap_err();
    assert_eq!(
        fixture.count("/users/login"),
        2,
        "the next call logs in again"
    );
}

#[tokio::test]
async fn failed_renewal_is_the_error_of_all_calls_and_is_not_repeated() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let note = notes(&robot).create(&json!({})).await.unwrap();
    let owner = note.owner_id.clone().unwrap();
    robot.data::<Record>("Users").delete(owner).await.unwrap();
    fixture.server.advance_clock(2 * LIFE);

    let calls = (0..100).map(|_| async { notes(&robot).get(&note.object_id).await });
    for outcome in join_all(calls).await {
        assert!(outcome.unwrap_err().is_unauthorized());
    }
    assert_eq!(fixture.count("/users/login"), 2);
}

#[tokio::test]
async fn rejected_new_session_ends_the_call() {
    let reject = |_| Err(ServiceError::new(3064, "unknown session"));
    let server = Server::builder().service("Gate", "open", reject);
    let fixture = Fixture::with_server(server.start().await.unwrap()).await;
    let robot = fixture.robot();
    let gate = robot.cloud_code();
    let error = gate
        .invoke::<_, Value>("Gate", "open", &json!({}))
        .idempotent(true)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN));
    assert_eq!(error.attempts(), 2);
    assert_eq!(fixture.count("/users/login"), 2);
}

#[tokio::test]
async fn method_that_returns_an_expired_session_error_is_not_called_twice() {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let server = Server::builder().service("Shop", "pay", move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Err(ServiceError::new(
            3064,
            "the payment succeeded, and the session is invalid",
        ))
    });
    let fixture = Fixture::with_server(server.start().await.unwrap()).await;
    let robot = fixture.robot();
    let pay = robot.cloud_code();
    let error = pay
        .invoke_no_args::<Value>("Shop", "pay")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    // The session may have expired nevertheless, so the next call logs in again.
    notes(&robot).count().await.unwrap();
    assert_eq!(fixture.count("/users/login"), 2);
}

#[tokio::test]
async fn upload_is_repeated_with_the_new_session_unless_it_is_a_stream() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    notes(&robot).count().await.unwrap();

    fixture.server.advance_clock(2 * LIFE);
    let files = robot.files();
    let info = files.upload("a.txt", Upload::bytes("bytes")).await.unwrap();
    let bytes = files.download(&info).await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, "bytes");
    assert_eq!(fixture.count("/files/a.txt"), 2);

    fixture.server.advance_clock(2 * LIFE);
    let stream = || futures_util::stream::iter([Ok::<_, std::io::Error>("bytes")]);
    let error = files
        .upload("b.txt", Upload::stream(stream(), None))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    files
        .upload("b.txt", Upload::stream(stream(), None))
        .await
        .unwrap();
}

#[tokio::test]
async fn login_of_a_dropped_call_is_done_by_the_next() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let table = notes(&robot);
    let mut dropped = Box::pin(table.count().send());
    // Polled once, so that it has started the login, for which the other calls wait.
    assert!(dropped.as_mut().now_or_never().is_none());
    let waiting = tokio::spawn(notes(&robot).count().send());
    drop(dropped);
    assert_eq!(waiting.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn client_logs_in_again_after_a_logout() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let error = robot.users().logout().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 0)
    );

    notes(&robot).count().await.unwrap();
    robot.users().logout().await.unwrap();
    let logout = fixture.proxy.exchanges().pop().unwrap();
    let token = logout.headers["user-token"].to_str().unwrap().to_owned();
    let logged_out = fixture.anonymous.with_user_token(token);
    assert!(
        notes(&logged_out)
            .count()
            .await
            .unwrap_err()
            .is_unauthorized()
    );

    notes(&robot).count().await.unwrap();
    assert_eq!(fixture.count("/users/login"), 2);
}

#[tokio::test]
async fn failed_logout_drops_the_token_and_can_be_repeated() {
    let fixture = Fixture::start().await;
    let session = fixture
        .anonymous
        .users()
        .login(LOGIN, PASSWORD)
        .await
        .unwrap();
    let elsewhere = Client::builder(fixture.server.app_id(), fixture.server.api_key())
        .api_url("http://127.0.0.1:9")
        .clock(TestClock::default())
        .build()
        .unwrap()
        .with_user_token(session.token());
    let error = elsewhere.users().logout().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);

    for logged_out in [&elsewhere, session.client(), &session.client().clone()] {
        let error = notes(logged_out).count().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthorized, 0)
        );
        assert!(error.message().contains("logged out"), "{error}");
    }
    session.logout().await.unwrap();
}

#[tokio::test]
async fn handles_with_another_token_or_none_do_not_log_in() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    notes(&robot.without_user_token()).count().await.unwrap();
    let error = notes(&robot.with_user_token("stale"))
        .count()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(fixture.count("/users/login"), 0);
}

/// What the calls of two tables wait for.
#[derive(Default)]
struct Order {
    late_arrived: Notify,
    early_failed: Notify,
}

/// Starts a service that accepts the first login, rejects its session, and rejects all further logins. It rejects a count
/// of `Early` when one of `Late` has arrived, and that one after `early_failed`.
async fn start_server_without_renewal(logins: Arc<AtomicU32>, order: Arc<Order>) -> String {
    let response = |status, body: Value| (StatusCode::from_u16(status).unwrap(), Json(body));
    let handler = move |request: Request| {
        let (logins, order) = (Arc::clone(&logins), Arc::clone(&order));
        async move {
            let path = request.uri().path();
            if path.ends_with("/users/login") {
                if logins.fetch_add(1, Ordering::Relaxed) == 0 {
                    return response(200, json!({"user-token": "TOKEN-1"}));
                }
                return response(400, json!({"code": 3090, "message": "disabled"}));
            }
            if path.ends_with("/Late/count") {
                order.late_arrived.notify_one();
                order.early_failed.notified().await;
            } else {
                order.late_arrived.notified().await;
            }
            response(400, json!({"code": 3064, "message": "session expired"}))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(handler);
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

#[tokio::test]
async fn call_rejected_after_a_failed_renewal_does_not_log_in_again() {
    let logins = Arc::new(AtomicU32::new(0));
    let order = Arc::new(Order::default());
    let url = start_server_without_renewal(Arc::clone(&logins), Arc::clone(&order)).await;
    let robot = Client::builder("APP", "KEY")
        .api_url(url)
        .credentials(LOGIN, PASSWORD)
        .build()
        .unwrap();
    let early = async {
        let outcome = robot.data::<Record>("Early").count().await;
        order.early_failed.notify_one();
        outcome
    };
    let late = robot.data::<Record>("Late");
    let (early, late) = tokio::join!(early, late.count().send());
    for outcome in [early, late] {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::ACCOUNT_DISABLED), "{error}");
    }
    assert_eq!(logins.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn renewal_of_the_session_is_no_attempt_of_the_policy() {
    let unavailable = || Behaviour::json(503, "{}");
    let server = ScriptedServer::start([
        Behaviour::json(200, r#"{"user-token":"TOKEN-1"}"#),
        Behaviour::json(400, r#"{"code":3064,"message":"session expired"}"#),
        Behaviour::json(200, r#"{"user-token":"TOKEN-2"}"#),
        unavailable(),
        unavailable(),
        Behaviour::json(200, "7"),
    ]);
    let server = server.await;
    let builder = server.client_builder().credentials(LOGIN, PASSWORD);
    let builder = builder.clock(TestClock::default());
    let robot = builder.retry(RetryPolicy::default().max_attempts(3));
    let counters = robot.build().unwrap().counters();
    let response = counters.get("visits").with_response().await.unwrap();
    assert_eq!(response.attempts(), 4);
    assert_eq!(server.requests().len(), 6);
}

/// A method of a Cloud Code service may have run before it returned the code of an expired session.
#[tokio::test]
async fn failed_renewal_is_retryable_if_the_request_was_not_processed() {
    let start = || {
        ScriptedServer::start([
            Behaviour::json(200, r#"{"user-token":"TOKEN-1"}"#),
            Behaviour::json(400, r#"{"code":3064,"message":"session expired"}"#),
            Behaviour::json(429, r#"{"code":999,"message":"too many requests"}"#),
        ])
    };
    let robot = |server: &ScriptedServer| {
        let builder = server.client_builder().credentials(LOGIN, PASSWORD);
        builder.retry(RetryPolicy::none()).build().unwrap()
    };
    let server = start().await;
    let counters = robot(&server).counters();
    let counted = counters.increment("visits").await.unwrap_err();
    assert_eq!(server.requests().len(), 3);
    let server = start().await;
    let cloud_code = robot(&server).cloud_code();
    let invoked = cloud_code.invoke_no_args::<u8>("S", "m").await.unwrap_err();
    assert_eq!(server.requests().len(), 3);
    for (error, is_retryable) in [(counted, true), (invoked, false)] {
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
        assert_eq!(error.is_retryable(), is_retryable, "{error}");
    }
}
