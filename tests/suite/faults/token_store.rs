//! Stores of tokens against every fault of each of their actions.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use backendless::testing::{Request, Responder, Response};
use backendless::{Client, Error, ErrorKind, TokenStore, TokenStoreFuture, UserToken};
use backendless_tests::{API_KEY, APP_ID};
use serde_json::json;

/// Longer than any call of these tests, and than the time limit of a call of the store.
const HANG_TIMEOUT: Duration = Duration::from_secs(100);
const TIMEOUT: Duration = Duration::from_millis(50);

/// The token that is stored at first, and that the service rejects.
const STALE: &str = "stale-token";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Fails,
    Hangs,
    Panics,
    /// The future is created by a method that panics.
    PanicsAtOnce,
    /// It returns a token that a header cannot contain.
    ReturnsInvalidToken,
}

/// What a call to a client with such a store has as its outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Succeeds,
    TimesOut,
}

/// A store with a fault of one action. Its clones share the state.
#[derive(Clone, Debug)]
struct FaultyStore(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    fault: Option<(&'static str, Fault)>,
    token: Option<String>,
    actions: Vec<&'static str>,
}

impl FaultyStore {
    fn new(action: &'static str, fault: Fault) -> Self {
        Self(Arc::new(Mutex::new(State {
            fault: Some((action, fault)),
            token: Some(STALE.to_owned()),
            actions: Vec::new(),
        })))
    }

    fn repair(&self) {
        self.0.lock().unwrap().fault = None;
    }

    fn actions(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap().actions)
    }

    fn run<T: Send + 'static>(
        &self,
        action: &'static str,
        change: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> TokenStoreFuture<'_, T> {
        let fault = {
            let mut state = self.0.lock().unwrap();
            state.actions.push(action);
            let fault = state.fault.filter(|(of, _)| *of == action);
            fault.map(|(_, fault)| fault)
        };
        assert_ne!(fault, Some(Fault::PanicsAtOnce), "an expected panic");
        Box::pin(async move {
            match fault {
                None | Some(Fault::ReturnsInvalidToken) => {}
                Some(Fault::Fails) => return Err("the disk is full".into()),
                Some(Fault::Hangs) => pending().await,
                Some(Fault::Panics | Fault::PanicsAtOnce) => panic!("an expected panic"),
            }
            Ok(change(&mut self.0.lock().unwrap()))
        })
    }
}

impl TokenStore for FaultyStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        self.run("load", |state| match state.fault {
            Some((_, Fault::ReturnsInvalidToken)) => Some("a\nb".into()),
            _ => state.token.clone().map(UserToken::from),
        })
    }

    fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()> {
        self.run("save", move |state| {
            state.token = Some(token.expose_secret().to_owned());
        })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        self.run("clear", |state| state.token = None)
    }
}

/// Accepts the tokens of logins, and no other. A login takes a moment: a write to the store starts meanwhile.
async fn respond(request: &Request) -> Response {
    if request.path() == "/users/login" {
        tokio::time::sleep(Duration::from_millis(1)).await;
        return Response::json(200, &json!({"objectId": "B2", "user-token": "new-token"}));
    }
    match request.header("user-token") {
        Some("new-token") => Response::json(200, &5),
        _ => Response::error(401, 3064, "Not existing user token"),
    }
}

/// `action` is that of the store which may be named by an error.
async fn call(client: &Client, action: &str, timeout: Duration) -> Outcome {
    let call = client.counters().get("visits").timeout(timeout).send();
    let call = tokio::time::timeout(HANG_TIMEOUT, call).await;
    match call.expect("the call hangs") {
        Ok(5) => Outcome::Succeeds,
        Err(error) if is_timeout(&error, action) => Outcome::TimesOut,
        other => panic!("{other:?}"),
    }
}

/// After a failed `clear`, a request waits for the `save` that follows.
fn is_timeout(error: &Error, action: &str) -> bool {
    let text = match action {
        "load" => "the token store did not return the token within",
        _ => "the token store did not save the token within",
    };
    error.kind() == ErrorKind::Timeout && error.to_string().contains(text)
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_a_store_has_its_outcome_and_later_requests_succeed() {
    use Fault::{Fails, Hangs, Panics, PanicsAtOnce, ReturnsInvalidToken};
    use Outcome::{Succeeds, TimesOut};
    let no_load = &["load", "save"][..];
    let all = &["load", "clear", "save"][..];
    for (action, fault, outcome, actions) in [
        ("load", Fails, Succeeds, no_load),
        ("load", ReturnsInvalidToken, Succeeds, no_load),
        ("load", Hangs, TimesOut, &["load"]),
        ("load", Panics, Succeeds, no_load),
        ("load", PanicsAtOnce, Succeeds, no_load),
        ("clear", Fails, Succeeds, all),
        ("clear", Hangs, TimesOut, &["load", "clear"]),
        ("clear", Panics, Succeeds, all),
        ("clear", PanicsAtOnce, Succeeds, all),
        ("save", Fails, Succeeds, all),
        ("save", Hangs, TimesOut, all),
        ("save", Panics, Succeeds, all),
        ("save", PanicsAtOnce, Succeeds, all),
    ] {
        let name = format!("{action} {fault:?}");
        let store = FaultyStore::new(action, fault);
        let responder = Responder::new(|request| async move { Ok(respond(&request).await) });
        let client = Client::builder(APP_ID, API_KEY)
            .responder(&responder)
            .credentials("robot@example.com", "pa55")
            .token_store(store.clone());
        let client = client.build().unwrap();
        let is_login = |request: &&Request| request.path() == "/users/login";
        let logins = || responder.requests().iter().filter(is_login).count();
        let timeout = match fault {
            Hangs => TIMEOUT,
            _ => HANG_TIMEOUT,
        };

        assert_eq!(call(&client, action, timeout).await, outcome, "{name}");
        assert_eq!(store.actions(), actions, "{name}");
        // A login does not wait for `clear`.
        let expected = usize::from((action, fault) != ("load", Hangs));
        assert_eq!(logins(), expected, "{name}");

        store.repair();
        let later = (0..8).map(|_| call(&client, action, HANG_TIMEOUT));
        for outcome in futures_util::future::join_all(later).await {
            assert_eq!(outcome, Succeeds, "{name}");
        }
        assert_eq!(logins(), 1, "{name}");
    }
}

/// The session is used while a store hangs or panics that should save it.
#[tokio::test(start_paused = true)]
async fn requests_that_share_a_login_do_not_depend_on_its_save() {
    for fault in [Fault::Fails, Fault::Hangs, Fault::Panics] {
        let store = FaultyStore::new("save", fault);
        let responder = Responder::new(|request| async move { Ok(respond(&request).await) });
        let client = Client::builder(APP_ID, API_KEY)
            .responder(&responder)
            .credentials("robot@example.com", "pa55")
            .token_store(store.clone());
        let client = client.build().unwrap();
        let calls = (0..8).map(|_| call(&client, "save", Duration::from_secs(1)));
        let outcomes = futures_util::future::join_all(calls).await;
        let others = outcomes.iter().filter(|o| **o == Outcome::Succeeds).count();
        let expected = if fault == Fault::Hangs { 7 } else { 8 };
        assert_eq!(others, expected, "{fault:?}: {outcomes:?}");
    }
}
