//! Stores of the token of a client with `credentials`. The clients call the local server through a recording proxy.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backendless::{
    Client, ErrorKind, Record, Registration, TokenStore, TokenStoreFuture, UserToken,
};
use backendless_local::Server;
use backendless_tests::RecordingProxy;
use futures_util::future::join_all;
use serde_json::json;

const LIFE: Duration = Duration::from_secs(60);
const LOGIN: &str = "robot@example.com";
const PASSWORD: &str = "pa55";

/// What a store does after it has recorded an action.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Mode {
    #[default]
    Works,
    Fails,
    Hangs,
}

/// A store in memory, which records what the client does. Its clones share the token.
#[derive(Clone, Debug, Default)]
struct MemoryStore {
    mode: Mode,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    token: Option<String>,
    actions: Vec<&'static str>,
}

impl MemoryStore {
    fn with_mode(mode: Mode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }

    fn containing(token: &str) -> Self {
        let store = Self::default();
        store.state.lock().unwrap().token = Some(token.to_owned());
        store
    }

    fn token(&self) -> Option<String> {
        self.state.lock().unwrap().token.clone()
    }

    /// The actions since the last call.
    fn actions(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state.lock().unwrap().actions)
    }

    fn run<T: Send + 'static>(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut Option<String>) -> T + Send + 'static,
    ) -> TokenStoreFuture<'_, T> {
        Box::pin(async move {
            self.state.lock().unwrap().actions.push(action);
            match self.mode {
                Mode::Works => Ok(change(&mut self.state.lock().unwrap().token)),
                Mode::Fails => Err("the disk is full".into()),
                Mode::Hangs => pending().await,
            }
        })
    }
}

impl TokenStore for MemoryStore {
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

struct Fixture {
    server: Server,
    proxy: RecordingProxy,
}

impl Fixture {
    async fn start() -> Self {
        let server = Server::builder().session_life(LIFE).start().await.unwrap();
        let anonymous = crate::support::local_client(&server);
        let robot = Registration::new(PASSWORD).email(LOGIN);
        anonymous.users().register(robot).await.unwrap();
        let proxy = RecordingProxy::in_front_of(&server.url()).await;
        Self { server, proxy }
    }

    /// A client as a new process creates it.
    fn robot(&self, store: &MemoryStore) -> Client {
        self.robot_with(store, PASSWORD)
    }

    fn robot_with(&self, store: &MemoryStore, password: &str) -> Client {
        Client::for_domain(self.proxy.url())
            .credentials(LOGIN, password)
            .token_store(store.clone())
            .build()
            .unwrap()
    }

    fn logins(&self) -> usize {
        let exchanges = self.proxy.exchanges();
        let logins = exchanges.iter();
        logins
            .filter(|login| login.target.ends_with("/users/login"))
            .count()
    }
}

async fn create_note(client: &Client) {
    let note = client.data::<Record>("Note").create(&json!({})).await;
    assert!(note.unwrap().owner_id.is_some());
}

#[tokio::test]
async fn session_survives_a_restart() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::default());
    let robot = fixture.robot(&store);
    assert_eq!(
        store.actions(),
        [""; 0],
        "nothing is loaded before it is needed"
    );
    join_all((0..100).map(|_| create_note(&robot))).await;
    assert_eq!(store.actions(), ["load", "save"]);
    assert_eq!(fixture.logins(), 1);

    let restarted = fixture.robot(&store);
    join_all((0..100).map(|_| create_note(&restarted))).await;
    assert_eq!(store.actions(), ["load"]);
    assert_eq!(fixture.logins(), 1);
}

#[tokio::test]
async fn rejected_token_is_cleared_and_replaced_once() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::default());
    create_note(&fixture.robot(&store)).await;
    let first = store.token();
    store.actions();
    fixture.server.advance_clock(2 * LIFE);

    let restarted = fixture.robot(&store);
    join_all((0..100).map(|_| create_note(&restarted))).await;
    assert_eq!(store.actions(), ["load", "clear", "save"]);
    assert_eq!(fixture.logins(), 2);
    assert_ne!(store.token(), first);

    fixture.server.advance_clock(2 * LIFE);
    join_all((0..100).map(|_| create_note(&restarted))).await;
    assert_eq!(store.actions(), ["clear", "save"]);
    assert_eq!(fixture.logins(), 3);
}

#[tokio::test]
async fn rejected_token_remains_cleared_if_the_login_fails() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::containing("unknown"));
    let robot = fixture.robot_with(&store, "guess");
    for _ in 0..2 {
        let count = robot.data::<Record>("Note").count().await;
        assert!(count.unwrap_err().is_unauthorized());
    }
    assert_eq!(store.actions(), ["load", "clear"]);
    assert_eq!(store.token(), None);
}

#[tokio::test]
async fn logout_ends_and_clears_the_stored_session() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::default());
    create_note(&fixture.robot(&store)).await;
    store.actions();
    let restarted = fixture.robot(&store);
    restarted.users().logout().await.unwrap();
    assert_eq!(store.actions(), ["load", "clear"]);
    assert_eq!(store.token(), None);
    assert_eq!(fixture.logins(), 1);
    create_note(&restarted).await;
    assert_eq!(store.actions(), ["save"]);
    assert_eq!(fixture.logins(), 2);
}

#[tokio::test]
async fn failing_store_loses_no_session() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::with_mode(Mode::Fails));
    let robot = fixture.robot(&store);
    join_all((0..100).map(|_| create_note(&robot))).await;
    assert_eq!(store.actions(), ["load", "save"]);
    assert_eq!(fixture.logins(), 1);
    fixture.server.advance_clock(2 * LIFE);
    create_note(&robot).await;
    assert_eq!(store.actions(), ["clear", "save"]);
    assert_eq!(fixture.logins(), 2);
}

#[tokio::test]
async fn stored_token_that_cannot_be_sent_is_replaced() {
    let too_long = "a".repeat(4097);
    for token in ["", "a\nb", " a", "a b", "töken", &too_long] {
        let (fixture, store) = (Fixture::start().await, MemoryStore::containing(token));
        create_note(&fixture.robot(&store)).await;
        assert_eq!(store.actions(), ["load", "save"], "{token:?}");
        assert_eq!(fixture.logins(), 1);
    }
}

#[tokio::test]
async fn logout_without_a_session_clears_the_store() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::containing("a\nb"));
    let robot = fixture.robot(&store);
    for expected in [&["load", "clear"][..], &["clear"]] {
        let error = robot.users().logout().await.unwrap_err();
        assert!(error.is_unauthorized(), "{error}");
        assert_eq!(store.actions(), expected);
        assert_eq!(store.token(), None);
    }
    assert_eq!(fixture.proxy.exchanges().len(), 0);
}

#[tokio::test]
async fn store_that_hangs_is_within_the_timeout_of_the_request() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::with_mode(Mode::Hangs));
    let robot = fixture.robot(&store);
    let notes = robot.data::<Record>("Note");
    let count = notes.count().timeout(Duration::from_millis(20)).await;
    let error = count.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert_eq!(fixture.logins(), 0);
}

/// A request that does not use the session does not load it.
#[tokio::test]
async fn explicit_login_does_not_use_the_store() {
    let (fixture, store) = (Fixture::start().await, MemoryStore::default());
    let robot = fixture.robot(&store);
    robot.users().login(LOGIN, PASSWORD).await.unwrap();
    assert_eq!(store.actions(), [""; 0]);
}

#[test]
fn store_without_credentials_is_rejected() {
    for builder in [
        Client::builder("A0F5", "9C41"),
        Client::builder("A0F5", "9C41").user_token("0E5A6F40"),
        Client::builder("A0F5", "9C41")
            .credentials(LOGIN, PASSWORD)
            .user_token("0E5A6F40"),
    ] {
        let error = builder
            .token_store(MemoryStore::default())
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(
            error.to_string().starts_with("token_store has no effect"),
            "{error}"
        );
    }
}
