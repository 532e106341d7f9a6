//! Requests of a client with `credentials` that are not polled, such as those of a stream whose caller processes a row. They
//! must not block the other requests of the client.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backendless::{Client, Record, Registration, TokenStore, TokenStoreFuture, UserToken};
use backendless_local::Server;
use backendless_tests::RecordingProxy;
use futures_util::{FutureExt, TryStreamExt};
use serde_json::json;
use tokio::sync::Semaphore;

const LIFE: Duration = Duration::from_secs(60);
const LOGIN: &str = "robot@example.com";
const PASSWORD: &str = "pa55";
/// Longer than any of these tests, and shorter than the timeouts of the client.
const HANG_TIMEOUT: Duration = Duration::from_secs(20);

/// A store whose `save` waits for a permit.
#[derive(Clone, Debug)]
struct SlowStore {
    actions: Arc<Mutex<Vec<&'static str>>>,
    permits: Arc<Semaphore>,
}

impl SlowStore {
    fn new() -> Self {
        Self {
            actions: Arc::default(),
            permits: Arc::new(Semaphore::new(0)),
        }
    }

    fn record(&self, action: &'static str) {
        self.actions.lock().unwrap().push(action);
    }

    fn actions(&self) -> Vec<&'static str> {
        self.actions.lock().unwrap().clone()
    }
}

impl TokenStore for SlowStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        self.record("load");
        Box::pin(async { Ok(None) })
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        self.record("save");
        Box::pin(async {
            self.permits.acquire().await?.forget();
            self.record("saved");
            Ok(())
        })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        self.record("clear");
        Box::pin(async { Ok(()) })
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
        let notes = anonymous.data::<Record>("Note");
        notes.create(&json!({"text": "first"})).await.unwrap();
        let proxy = RecordingProxy::in_front_of(&server.url()).await;
        Self { server, proxy }
    }

    fn robot(&self) -> Client {
        let builder = Client::for_domain(self.proxy.url()).credentials(LOGIN, PASSWORD);
        builder.build().unwrap()
    }

    fn robot_with(&self, store: &SlowStore) -> Client {
        let builder = Client::for_domain(self.proxy.url()).credentials(LOGIN, PASSWORD);
        builder.token_store(store.clone()).build().unwrap()
    }

    fn logins(&self) -> usize {
        let exchanges = self.proxy.exchanges();
        let is_login = |target: &str| target.ends_with("/users/login");
        let logins = exchanges.iter();
        logins.filter(|login| is_login(&login.target)).count()
    }
}

async fn count(client: &Client) -> u64 {
    let count = client.data::<Record>("Note").count().into_future();
    let count = tokio::time::timeout(HANG_TIMEOUT, count).await;
    count.expect("the request hangs").unwrap()
}

#[tokio::test]
async fn stream_that_is_not_polled_during_its_login_blocks_no_request() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let mut rows = robot.data::<Record>("Note").find().stream();
    assert!(rows.try_next().now_or_never().is_none(), "it logs in");

    assert_eq!(count(&robot).await, 1);
    assert_eq!(fixture.logins(), 1, "the login of the stream goes on");
    assert!(rows.try_next().await.unwrap().is_some());
    assert_eq!(fixture.logins(), 1);
}

#[tokio::test]
async fn stream_that_is_not_polled_during_its_renewal_blocks_no_request() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    assert_eq!(count(&robot).await, 1);
    fixture.server.advance_clock(2 * LIFE);
    let mut rows = robot.data::<Record>("Note").find().stream();
    // Until the rejection of its session has arrived, and the login is sent.
    while fixture.logins() < 2 {
        assert!(rows.try_next().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    assert_eq!(count(&robot).await, 1);
    assert!(rows.try_next().await.unwrap().is_some());
    assert_eq!(fixture.logins(), 2);
}

#[tokio::test]
async fn login_goes_on_when_the_request_that_started_it_is_dropped() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let mut rows = robot.data::<Record>("Note").find().stream();
    assert!(rows.try_next().now_or_never().is_none());
    let waits = robot.data::<Record>("Note").count().send();
    let mut waits = std::pin::pin!(waits);
    assert!(waits.as_mut().now_or_never().is_none());
    drop(rows);
    let count = tokio::time::timeout(HANG_TIMEOUT, waits).await;
    assert_eq!(count.expect("the request hangs").unwrap(), 1);
    assert_eq!(fixture.logins(), 1);
}

#[tokio::test]
async fn stream_that_is_not_polled_while_its_token_is_saved_blocks_no_request() {
    let (fixture, store) = (Fixture::start().await, SlowStore::new());
    let robot = fixture.robot_with(&store);
    let mut rows = robot.data::<Record>("Note").find().stream();
    while !store.actions().contains(&"save") {
        assert!(rows.try_next().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    // The session is used before it is saved.
    assert_eq!(count(&robot).await, 1);
    assert_eq!(store.actions(), ["load", "save"]);

    // A renewal clears the store, so it completes the save first.
    store.permits.add_permits(2);
    fixture.server.advance_clock(2 * LIFE);
    assert_eq!(count(&robot).await, 1);
    let actions = ["load", "save", "saved", "clear", "save", "saved"];
    assert_eq!(store.actions(), actions);
    assert!(rows.try_next().await.unwrap().is_some());
    assert_eq!(fixture.logins(), 2);
}

#[tokio::test]
async fn stream_that_is_not_polled_does_not_block_the_logout() {
    let fixture = Fixture::start().await;
    let robot = fixture.robot();
    let mut rows = robot.data::<Record>("Note").find().stream();
    assert!(rows.try_next().now_or_never().is_none());
    let logout = robot.users().logout().into_future();
    let logout = tokio::time::timeout(HANG_TIMEOUT, logout).await;
    logout.expect("the logout hangs").unwrap();
    assert_eq!(fixture.logins(), 1);
    assert!(rows.try_next().await.unwrap().is_some());
    assert_eq!(fixture.logins(), 2, "the stream logs in again");
}
