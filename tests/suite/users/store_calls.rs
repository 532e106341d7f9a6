//! Calls of a token store that take long, and their order. The clients call a responder in memory, and the time is that of
//! tokio, which advances only while every task waits.

use std::future::{pending, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backendless::testing::{Request, Responder, Response};
use backendless::{Client, ErrorKind, Record, TokenStore, TokenStoreFuture, UserToken};
use futures_util::future::join;
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

const LIMIT: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(86_400);
const EXPIRED: &str = "EXPIRED-0001";

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;
type Delay = dyn Fn(&'static str) -> Wait + Send + Sync;

/// A store in memory. A write waits in a task of its own, as one of a file waits in a thread: it goes on if the future of
/// the store is dropped.
#[derive(Clone)]
struct SlowStore {
    delay: Arc<Delay>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    token: Option<String>,
    started: Vec<&'static str>,
}

impl std::fmt::Debug for SlowStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlowStore")
    }
}

impl SlowStore {
    fn new(delay: impl Fn(&'static str) -> Wait + Send + Sync + 'static) -> Self {
        Self {
            delay: Arc::new(delay),
            state: Arc::default(),
        }
    }

    /// A store in which one action never completes.
    fn hanging_at(action: &'static str) -> Self {
        Self::new(move |started| match started == action {
            true => Box::pin(pending()),
            false => Box::pin(ready(())),
        })
    }

    fn containing(self, token: &str) -> Self {
        self.state.lock().unwrap().token = Some(token.to_owned());
        self
    }

    fn token(&self) -> Option<String> {
        self.state.lock().unwrap().token.clone()
    }

    fn started(&self) -> Vec<&'static str> {
        self.state.lock().unwrap().started.clone()
    }

    fn run<T: Send + 'static>(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut Option<String>) -> T + Send + 'static,
    ) -> TokenStoreFuture<'_, T> {
        self.state.lock().unwrap().started.push(action);
        let wait = (self.delay)(action);
        let state = Arc::clone(&self.state);
        let task = tokio::spawn(async move {
            wait.await;
            change(&mut state.lock().unwrap().token)
        });
        Box::pin(async { Ok(task.await?) })
    }
}

impl TokenStore for SlowStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        self.run("load", |stored| stored.clone().map(UserToken::from))
    }

    fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()> {
        self.run("save", move |stored| {
            *stored = Some(token.expose_secret().to_owned());
        })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        self.run("clear", |stored| *stored = None)
    }
}

/// Rejects the token [`EXPIRED`], and returns another one at each login, which takes a moment: a write to the store starts
/// meanwhile.
fn responder() -> Responder {
    let logins = Mutex::new(0);
    Responder::new(move |request: Request| {
        let response = match request.path() {
            "/users/login" => {
                let mut logins = logins.lock().unwrap();
                *logins += 1;
                let token = format!("TOKEN-000{logins}");
                Response::json(200, &json!({"objectId": "B2", "user-token": token}))
            }
            _ if request.header("user-token") == Some(EXPIRED) => {
                Response::error(400, 3064, "Not existing user token")
            }
            "/users/logout" => Response::new(200),
            _ => Response::json(200, &7),
        };
        let is_login = request.path() == "/users/login";
        async move {
            if is_login {
                sleep(Duration::from_millis(1)).await;
            }
            io::Result::Ok(response)
        }
    })
}

fn robot(responder: &Responder, store: &SlowStore) -> Client {
    Client::builder("A0F5", "9C41")
        .credentials("robot@example.com", "pa55")
        .token_store(store.clone())
        .responder(responder)
        .build()
        .unwrap()
}

fn paths(responder: &Responder) -> Vec<String> {
    let requests = responder.requests();
    let paths = requests.iter().map(|request| request.path().to_owned());
    paths.collect()
}

async fn count(robot: &Client) {
    let count = timeout(LONG, robot.data::<Record>("Note").count().send()).await;
    assert_eq!(count.expect("the client is blocked").unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn client_continues_after_the_limit_of_each_call() {
    for (action, stored) in [
        ("load", "TOKEN-0000"),
        ("save", EXPIRED),
        ("clear", EXPIRED),
    ] {
        let (responder, store) = (
            responder(),
            SlowStore::hanging_at(action).containing(stored),
        );
        let robot = robot(&responder, &store);
        let start = Instant::now();
        count(&robot).await;
        assert_eq!(start.elapsed().as_secs(), LIMIT.as_secs(), "{action}");
        let start = Instant::now();
        count(&robot).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "{action}");
        let logins = paths(&responder)
            .iter()
            .filter(|path| *path == "/users/login")
            .count();
        assert_eq!(logins, 1, "{action}");
    }
}

/// The limit is counted from the first request that needs the session, whatever the timeouts of the requests are.
#[tokio::test(start_paused = true)]
async fn requests_with_short_timeouts_do_not_extend_the_limit() {
    let (responder, store) = (responder(), SlowStore::hanging_at("load"));
    let robot = robot(&responder, &store);
    let notes = robot.data::<Record>("Note");
    let start = Instant::now();
    while let Err(error) = notes.count().timeout(Duration::from_millis(700)).await {
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(start.elapsed() < LIMIT, "the client is blocked");
        let text =
            "countObjects: the token store did not return the token within the timeout of 700ms";
        assert!(error.to_string().starts_with(text), "{error}");
    }
    assert_eq!(store.started(), ["load", "save"]);
}

#[tokio::test(start_paused = true)]
async fn transfer_does_not_wait_for_the_store_without_limit() {
    let (responder, store) = (responder(), SlowStore::hanging_at("load"));
    let robot = robot(&responder, &store);
    let start = Instant::now();
    let file = timeout(LONG, robot.files().download("a.txt").send()).await;
    let file = file.expect("the client is blocked").unwrap();
    assert_eq!(file.bytes().await.unwrap(), "7");
    assert_eq!(start.elapsed().as_secs(), LIMIT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn error_of_a_request_names_the_call_that_it_waited_for() {
    for (action, text) in [
        ("save", "the token store did not save the token"),
        ("clear", "the token store did not clear the token"),
    ] {
        let (responder, store) = (responder(), SlowStore::hanging_at(action));
        let robot = robot(&responder, &store);
        let error = match action {
            "save" => robot
                .data::<Record>("Note")
                .count()
                .timeout(SECOND)
                .await
                .unwrap_err(),
            _ => {
                count(&robot).await;
                robot.users().logout().timeout(SECOND).await.unwrap_err()
            }
        };
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(error.message().starts_with(text), "{error}");
        count(&robot).await;
    }
}

/// The session is usable while it is saved.
#[tokio::test(start_paused = true)]
async fn other_requests_do_not_wait_for_a_save() {
    let (responder, store) = (responder(), SlowStore::hanging_at("save"));
    let robot = robot(&responder, &store);
    let start = Instant::now();
    let others = async {
        sleep(SECOND).await;
        count(&robot).await;
        start.elapsed()
    };
    let ((), elapsed) = join(count(&robot), others).await;
    assert_eq!(elapsed.as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn logout_reaches_the_service_although_the_store_hangs() {
    let (responder, store) = (responder(), SlowStore::hanging_at("clear"));
    let robot = robot(&responder, &store);
    count(&robot).await;
    robot.users().logout().await.unwrap();
    let requests = responder.requests();
    let logout = requests.last().unwrap();
    assert_eq!(logout.path(), "/users/logout");
    assert_eq!(logout.header("user-token"), Some("TOKEN-0001"));
}

/// A store whose first save waits until it is notified.
fn store_with_gate() -> (SlowStore, Arc<Notify>) {
    let gate = Arc::new(Notify::new());
    let (opened, is_first) = (Arc::clone(&gate), Mutex::new(true));
    let store = SlowStore::new(move |action| {
        let is_first = action == "save" && std::mem::take(&mut *is_first.lock().unwrap());
        let opened = Arc::clone(&opened);
        Box::pin(async move {
            if is_first {
                opened.notified().await;
            }
        })
    });
    (store, gate)
}

/// The write of the dropped request goes on, so the logout must wait for it, even if it is dropped as well.
#[tokio::test(start_paused = true)]
async fn save_of_a_dropped_request_does_not_undo_a_logout() {
    for is_dropped in [false, true] {
        let (responder, (store, gate)) = (responder(), store_with_gate());
        let robot = robot(&responder, &store);
        let notes = robot.data::<Record>("Note");
        let dropped = timeout(SECOND, notes.count().send()).await;
        assert!(dropped.is_err());
        assert_eq!(store.started(), ["load", "save"]);
        let logout = tokio::spawn(robot.users().logout().send());
        sleep(SECOND).await;
        if is_dropped {
            logout.abort();
            sleep(SECOND).await;
            gate.notify_one();
        } else {
            gate.notify_one();
            logout.await.unwrap().unwrap();
        }
        sleep(SECOND).await;
        assert_eq!(store.started(), ["load", "save", "clear"]);
        assert_eq!(store.token(), None);
    }
}

/// Of several changes that wait for a call, only the last one is stored.
#[tokio::test(start_paused = true)]
async fn store_has_the_last_change_of_the_session() {
    let (responder, (store, gate)) = (responder(), store_with_gate());
    let robot = robot(&responder, &store);
    let count = || timeout(SECOND, robot.data::<Record>("Note").count().send());
    let logout = || timeout(SECOND, robot.users().logout().send());
    assert!(count().await.is_err());
    assert!(logout().await.is_err());
    assert!(count().await.is_err());
    assert!(logout().await.is_err());
    assert!(count().await.is_err());
    gate.notify_one();
    sleep(SECOND).await;
    assert_eq!(store.token().as_deref(), Some("TOKEN-0003"));
    assert_eq!(store.started(), ["load", "save", "save"]);
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_overlap() {
    let running = Arc::new(Mutex::new(Vec::new()));
    let calls = Arc::clone(&running);
    let store = SlowStore::new(move |_| {
        let calls = Arc::clone(&calls);
        Box::pin(async move {
            calls.lock().unwrap().push("start");
            sleep(SECOND).await;
            calls.lock().unwrap().push("end");
        })
    });
    let responder = responder();
    let robot = robot(&responder, &store);
    for _ in 0..5 {
        drop(timeout(SECOND * 3 / 2, robot.data::<Record>("Note").count().send()).await);
        drop(timeout(SECOND / 2, robot.users().logout().send()).await);
    }
    sleep(LONG).await;
    assert_eq!(store.token(), None);
    assert_eq!(store.started().last(), Some(&"clear"));
    let running = running.lock().unwrap();
    let pairs = running.chunks(2);
    assert!(
        pairs.into_iter().all(|pair| pair == ["start", "end"]),
        "{running:?}"
    );
}

/// A panic of the store ends one call, and neither the client nor the later calls.
#[tokio::test(start_paused = true)]
async fn client_continues_after_a_panic_of_the_store() {
    for action in ["load", "save", "clear"] {
        let responder = responder();
        let store = SlowStore::new(move |started| {
            assert_ne!(started, action, "a panic of the store");
            Box::pin(ready(()))
        });
        let robot = robot(&responder, &store);
        count(&robot).await;
        robot.users().logout().await.unwrap();
        count(&robot).await;
        assert_eq!(store.started(), ["load", "save", "clear", "save"]);
    }
}
