//! Service accounts and logouts: the client against the local server, with what goes over the wire
//! kept by a tap in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use backendless::{Client, ErrorCode, ErrorKind, Record, Registration, Table, Upload};
use backendless_local::{Server, ServiceError};
use backendless_tests::{Tap, TestClock};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

const LIFE: Duration = Duration::from_secs(60);
const LOGIN: &str = "robot@example.com";
const PASSWORD: &str = "pa55";

/// A server with the user `LOGIN`, and what a client of it sends.
struct House {
    server: Server,
    tap: Tap,
    guest: Client,
}

impl House {
    async fn open() -> Self {
        Self::of(Server::builder().session_life(LIFE).start().await.unwrap()).await
    }

    async fn of(server: Server) -> Self {
        let tap = Tap::before(&server.url()).await;
        let guest = Client::builder(server.app_id(), server.api_key())
            .api_url(server.url())
            .build()
            .unwrap();
        let robot = Registration::new(PASSWORD).email(LOGIN);
        guest.users().register(robot).await.unwrap();
        let notes = guest.data::<Record>("Note");
        notes.create(&json!({"text": "first"})).await.unwrap();
        Self { server, tap, guest }
    }

    fn robot(&self) -> Client {
        self.robot_with(PASSWORD)
    }

    fn robot_with(&self, password: &str) -> Client {
        Client::builder(self.server.app_id(), self.server.api_key())
            .api_url(self.tap.url())
            .credentials(LOGIN, password)
            .clock(TestClock::default())
            .build()
            .unwrap()
    }

    /// How many requests went to the path that ends so.
    fn count(&self, path: &str) -> usize {
        let exchanges = self.tap.exchanges();
        let of_path = exchanges
            .iter()
            .filter(|exchange| exchange.target.ends_with(path));
        of_path.count()
    }
}

fn notes(client: &Client) -> Table<Record> {
    client.data("Note")
}

#[tokio::test]
async fn an_account_logs_in_when_the_first_call_needs_it_and_once_for_all_its_clones() {
    let house = House::open().await;
    let robot = house.robot();
    robot.users().login(LOGIN, PASSWORD).await.unwrap();
    assert_eq!(
        house.count("/users/login"),
        1,
        "a login of its own needs no session"
    );

    let clones = vec![robot; 100];
    let made = clones
        .iter()
        .map(|robot| async move { notes(robot).create(&json!({})).await });
    for note in join_all(made).await {
        assert!(note.unwrap().owner_id.is_some());
    }
    assert_eq!(house.count("/users/login"), 2);
    assert_eq!(house.count("/data/Note"), 100);
}

#[tokio::test]
async fn a_session_that_is_over_is_renewed_once_for_a_hundred_calls_that_meet_it() {
    let house = House::open().await;
    let robot = house.robot();
    notes(&robot).create(&json!({})).await.unwrap();
    house.server.advance_clock(2 * LIFE);

    let calls = (0..100).map(|_| async { notes(&robot).create(&json!({})).await });
    for note in join_all(calls).await {
        assert!(note.unwrap().owner_id.is_some());
    }
    assert_eq!(house.count("/users/login"), 2);
    assert_eq!(
        house.guest.data::<Record>("Note").count().await.unwrap(),
        102
    );
}

#[tokio::test]
async fn a_wrong_password_fails_all_calls_that_wait_for_the_one_login() {
    let house = House::open().await;
    let robot = house.robot_with("guess");
    let calls = (0..100).map(|_| async { notes(&robot).count().await });
    for outcome in join_all(calls).await {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::INVALID_LOGIN), "{error}");
        assert_eq!(
            error.operation().map(|operation| operation.id()),
            Some("loginUser")
        );
    }
    assert_eq!(house.count("/users/login"), 1);
    assert_eq!(house.count("/data/Note/count"), 0);

    notes(&robot).count().await.unwrap_err();
    assert_eq!(house.count("/users/login"), 2, "the next call tries anew");
}

#[tokio::test]
async fn a_renewal_that_fails_is_the_error_of_all_calls_and_no_loop() {
    let house = House::open().await;
    let robot = house.robot();
    let note = notes(&robot).create(&json!({})).await.unwrap();
    let owner = note.owner_id.clone().unwrap();
    robot.data::<Record>("Users").delete(owner).await.unwrap();
    house.server.advance_clock(2 * LIFE);

    let calls = (0..100).map(|_| async { notes(&robot).get(&note.object_id).await });
    for outcome in join_all(calls).await {
        assert!(outcome.unwrap_err().is_unauthorized());
    }
    assert_eq!(house.count("/users/login"), 2);
}

#[tokio::test]
async fn a_new_session_that_is_refused_too_ends_the_call() {
    let refuse = |_| Err(ServiceError::new(3064, "not a session of mine"));
    let server = Server::builder().service("Gate", "open", refuse);
    let house = House::of(server.start().await.unwrap()).await;
    let robot = house.robot();
    let gate = robot.cloud_code();
    let error = gate
        .invoke::<_, Value>("Gate", "open", &json!({}))
        .idempotent(true)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::INVALID_USER_TOKEN));
    assert_eq!(error.attempts(), 2);
    assert_eq!(house.count("/users/login"), 2);
}

#[tokio::test]
async fn a_method_that_answers_like_a_session_that_is_over_is_not_called_twice() {
    let calls = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&calls);
    let server = Server::builder().service("Shop", "pay", move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Err(ServiceError::new(
            3064,
            "paid, and then somebody logged out",
        ))
    });
    let house = House::of(server.start().await.unwrap()).await;
    let robot = house.robot();
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
    // The session may be over all the same, so the next call has another.
    notes(&robot).count().await.unwrap();
    assert_eq!(house.count("/users/login"), 2);
}

#[tokio::test]
async fn an_upload_is_made_again_with_the_new_session_unless_it_is_a_stream() {
    let house = House::open().await;
    let robot = house.robot();
    notes(&robot).count().await.unwrap();

    house.server.advance_clock(2 * LIFE);
    let files = robot.files();
    let info = files.upload("a.txt", Upload::bytes("bytes")).await.unwrap();
    let bytes = files.download(&info).await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes, "bytes");
    assert_eq!(house.count("/files/a.txt"), 2);

    house.server.advance_clock(2 * LIFE);
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
async fn the_login_of_a_call_that_is_dropped_is_made_by_the_next() {
    let house = House::open().await;
    let robot = house.robot();
    let robots_notes = notes(&robot);
    let mut dropped = Box::pin(robots_notes.count().send());
    // Polled once, so that it has begun to log in and holds everybody else up.
    assert!(dropped.as_mut().now_or_never().is_none());
    let waiting = tokio::spawn(notes(&robot).count().send());
    drop(dropped);
    assert_eq!(waiting.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn an_account_that_logs_out_logs_in_again_for_its_next_call() {
    let house = House::open().await;
    let robot = house.robot();
    let error = robot.users().logout().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 0)
    );

    notes(&robot).count().await.unwrap();
    robot.users().logout().await.unwrap();
    let logout = house.tap.exchanges().pop().unwrap();
    let token = logout.headers["user-token"].to_str().unwrap().to_owned();
    let spent = house.guest.with_user_token(token);
    assert!(notes(&spent).count().await.unwrap_err().is_unauthorized());

    notes(&robot).count().await.unwrap();
    assert_eq!(house.count("/users/login"), 2);
}

#[tokio::test]
async fn a_logout_gives_the_token_up_even_when_it_fails_and_can_be_tried_again() {
    let house = House::open().await;
    let session = house.guest.users().login(LOGIN, PASSWORD).await.unwrap();
    let elsewhere = Client::builder(house.server.app_id(), house.server.api_key())
        .api_url("http://127.0.0.1:9")
        .clock(TestClock::default())
        .build()
        .unwrap()
        .with_user_token(session.token());
    let error = elsewhere.users().logout().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);

    for given_up in [&elsewhere, session.client(), &session.client().clone()] {
        let error = notes(given_up).count().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthorized, 0)
        );
        assert!(error.message().contains("logged out"), "{error}");
    }
    session.logout().await.unwrap();
}

#[tokio::test]
async fn a_user_or_nobody_in_place_of_the_account_does_not_log_in() {
    let house = House::open().await;
    let robot = house.robot();
    notes(&robot.without_user_token()).count().await.unwrap();
    let error = notes(&robot.with_user_token("stale"))
        .count()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(house.count("/users/login"), 0);
}

/// A service that gives out one session, says of it that it is over, and refuses all further logins.
/// A count of `Late` is answered only when such a login was refused.
async fn closing_house(logins: Arc<AtomicU32>, refused: Arc<Notify>) -> String {
    let answer = |status, body: Value| (StatusCode::from_u16(status).unwrap(), Json(body));
    let handler = move |request: Request| {
        let (logins, refused) = (Arc::clone(&logins), Arc::clone(&refused));
        async move {
            let path = request.uri().path();
            if path.ends_with("/users/login") {
                if logins.fetch_add(1, Ordering::Relaxed) == 0 {
                    return answer(200, json!({"user-token": "TOKEN-1"}));
                }
                refused.notify_one();
                return answer(400, json!({"code": 3090, "message": "disabled"}));
            }
            if path.ends_with("/Late/count") {
                refused.notified().await;
            }
            answer(400, json!({"code": 3064, "message": "over"}))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(handler);
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

#[tokio::test]
async fn a_call_refused_after_the_renewal_failed_does_not_log_in_once_more() {
    let logins = Arc::new(AtomicU32::new(0));
    let url = closing_house(Arc::clone(&logins), Arc::default()).await;
    let robot = Client::builder("APP", "KEY")
        .api_url(url)
        .credentials(LOGIN, PASSWORD)
        .build()
        .unwrap();
    let early = robot.data::<Record>("Early");
    let late = robot.data::<Record>("Late");
    let (early, late) = tokio::join!(early.count().send(), late.count().send());
    for outcome in [early, late] {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::ACCOUNT_DISABLED), "{error}");
    }
    assert_eq!(logins.load(Ordering::Relaxed), 2);
}
