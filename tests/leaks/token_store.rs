//! Stores of tokens: their errors are logged by their kind, because a text may contain the token.

use std::error::Error as StdError;
use std::fmt;
use std::future::pending;
use std::io::{self, ErrorKind};

use backendless::testing::{self, Responder};
use backendless::{Client, Record, TokenStore, TokenStoreFuture, UserToken};
use backendless_tests::{AddressForm, Response};
use serde_json::json;

use crate::canaries::{API_KEY, APP_ID, LOGIN, PASSWORD, TOKEN, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{Transport, start_server, success};

/// A token that only the store contains.
const STORED: &str = "0E5A6F40-CANARYTOKEN-4A5E-B7AA-6F0B5D1C9E27";

type StoreError = Box<dyn StdError + Send + Sync>;

/// A store whose calls return this error.
#[derive(Clone, Copy, Debug)]
struct FailingStore(fn() -> StoreError);

impl TokenStore for FailingStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async { Err(self.0()) })
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Err(self.0()) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Err(self.0()) })
    }
}

/// An error with a source.
#[derive(Debug)]
struct Outer(StoreError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", quoting())
    }
}

impl StdError for Outer {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

/// The text of a decoder that quotes the content of the store, whose token the client does not know.
fn quoting() -> String {
    format!("invalid type: string {STORED:?}, expected a map at line 1 column 40")
}

/// Calls a server with this store, and returns the lines of its errors.
async fn failures(
    capture: &Capture,
    address: AddressForm,
    store: impl TokenStore,
    actions: &[&str],
) -> Vec<String> {
    let server = start_server(Transport::Http1, success);
    let client: Client = address
        .client_builder(server.url(), APP_ID, API_KEY)
        .credentials(LOGIN, PASSWORD)
        .token_store(store)
        .build()
        .unwrap();
    client.data::<Record>("T").get("B2").await.unwrap();
    client.users().logout().await.unwrap();
    let log = capture.take();
    assert_none("an error of a store", &log);
    let lines = log
        .lines()
        .filter(|line| line.contains("the token store failed"));
    let lines: Vec<_> = lines.map(str::to_owned).collect();
    assert_eq!(lines.len(), actions.len(), "{lines:?}");
    for (line, action) in lines.iter().zip(actions) {
        assert!(line.contains(" WARN "), "{line}");
        // The target that the guide documents.
        assert!(
            line.contains(" backendless: the token store failed"),
            "{line}"
        );
        assert!(line.contains(&format!("action=\"{action}\"")), "{line}");
    }
    lines
}

#[tokio::test]
async fn error_of_a_store_is_logged_by_its_kind() {
    let capture = Capture::start().await;
    for (error, text) in [
        (
            FailingStore(|| quoting().into()),
            "its text may contain the token, and is not logged: log it in the store",
        ),
        (
            FailingStore(|| PASSWORD.into()),
            "its text may contain the token",
        ),
        (
            FailingStore(|| Box::new(io::Error::new(ErrorKind::InvalidData, quoting()))),
            "I/O error: invalid data",
        ),
        (
            FailingStore(|| Box::new(Outer(io::Error::from(ErrorKind::PermissionDenied).into()))),
            "I/O error: permission denied",
        ),
    ] {
        for address in AddressForm::ALL {
            let actions = ["load", "save", "clear"];
            for line in failures(&capture, address, error, &actions).await {
                assert!(line.contains(text), "{line}");
            }
        }
    }
}

/// A store whose content cannot be read without a panic.
#[derive(Debug)]
struct Panicking;

impl TokenStore for Panicking {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async { panic!("the caller's panic") })
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn panic_of_a_store_is_logged() {
    let capture = Capture::start().await;
    let lines = failures(&capture, AddressForm::Keys, Panicking, &["load"]).await;
    assert!(lines[0].contains("it panicked"), "{lines:?}");
}

/// A store that contains this text.
#[derive(Debug)]
struct Containing(String);

impl TokenStore for Containing {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async { Ok(Some(self.0.as_str().into())) })
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn stored_token_that_cannot_be_sent_is_not_logged() {
    let capture = Capture::start().await;
    for (stored, text) in [
        (format!("{STORED}\n"), "visible ASCII"),
        (STORED.repeat(200), "4096 bytes"),
    ] {
        let store = Containing(stored);
        let lines = failures(&capture, AddressForm::Keys, store, &["load"]).await;
        assert!(lines[0].contains(text), "{lines:?}");
    }
}

#[tokio::test]
async fn stored_token_of_the_maximum_length_is_accepted() {
    let capture = Capture::start().await;
    let stored = Containing("T".repeat(4_096));
    failures(&capture, AddressForm::Keys, stored, &[]).await;
}

/// A store whose calls do not end.
#[derive(Debug)]
struct Hanging;

impl TokenStore for Hanging {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(pending())
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(pending())
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(pending())
    }
}

#[tokio::test(start_paused = true)]
async fn store_that_does_not_respond_is_logged_with_the_timeout() {
    let capture = Capture::start().await;
    let responder = Responder::new(|_| async {
        let user = json!({"objectId": "B2", "user-token": TOKEN});
        Ok(testing::Response::json(200, &user))
    });
    let client = Client::builder(APP_ID, API_KEY)
        .responder(&responder)
        .credentials(LOGIN, PASSWORD)
        .token_store(Hanging);
    let table = client.build().unwrap().data::<Record>("T");
    table.get("B2").await.unwrap();
    let log = capture.take();
    assert_none("a store that does not respond", &log);
    for action in ["load", "save"] {
        let line = log
            .lines()
            .find(|line| line.contains(&format!("action=\"{action}\"")));
        let line = line.unwrap_or_else(|| panic!("{action}: {log}"));
        assert!(
            line.contains("the call did not complete within the timeout of 30s"),
            "{line}"
        );
    }
}

/// The service may know a password that this client has not sent.
#[tokio::test]
async fn password_is_withheld_although_a_stored_token_is_sent() {
    let capture = Capture::start().await;
    let body = json!({"code": 1000, "message": format!("not {PASSWORD}")}).to_string();
    let server = start_server(Transport::Http1, move |_| Response::json(400, body.clone()));
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .credentials(LOGIN, PASSWORD)
        .token_store(Containing(STORED.to_owned()));
    let client = client.build().unwrap();
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert_none("an error", &text_of(&error));
    let reason = "because it repeats a secret of this client)";
    assert!(error.message().ends_with(reason), "{error}");
    capture.assert_clean("a password that was not sent");
}

/// The other handles of the client do not use the token.
#[tokio::test]
async fn loaded_token_is_withheld_from_the_errors_of_other_handles() {
    let capture = Capture::start().await;
    for is_check in [false, true] {
        let body = json!({"code": 1000, "message": format!("no session {STORED}")}).to_string();
        let server = start_server(Transport::Http1, move |_| Response::json(400, body.clone()));
        let client = Client::builder(APP_ID, API_KEY)
            .api_url(server.url())
            .credentials(LOGIN, PASSWORD)
            .token_store(Containing(STORED.to_owned()));
        let client = client.build().unwrap();
        let error = match is_check {
            true => client.check().await.unwrap_err(),
            false => client.data::<Record>("T").get("B2").await.unwrap_err(),
        };
        assert_none("an error", &text_of(&error));
        let other = client.without_user_token();
        let error = other.data::<Record>("T").get("B2").await.unwrap_err();
        assert_none("an error of another handle", &text_of(&error));
        let reason = "because it repeats a secret of this client)";
        assert!(error.message().ends_with(reason), "{is_check}: {error}");
    }
    capture.assert_clean("a loaded token");
}

#[tokio::test]
async fn resumed_session_and_its_errors_have_no_secret() {
    let capture = Capture::start().await;
    let server = start_server(Transport::Http1, success);
    let client = Client::for_domain(server.url()).build().unwrap();
    let session = client.users().resume(TOKEN).await.unwrap();
    assert_none("a session", &format!("{session:?} {session:#?}"));
    let known = client.users().resume_as(TOKEN, "B2").await.unwrap();
    assert_none("a session", &format!("{known:?}"));
    let error = client
        .users()
        .resume(format!("{TOKEN}\n"))
        .await
        .unwrap_err();
    assert_none("an error", &text_of(&error));
    capture.assert_clean("resuming");
}
