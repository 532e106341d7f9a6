//! Stores of tokens: what their errors contain is logged only without secrets.

use backendless::{Client, Record, TokenStore, TokenStoreFuture, UserToken};
use backendless_tests::AddressForm;

use crate::canaries::{API_KEY, APP_ID, LOGIN, PASSWORD, TOKEN, assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{Transport, start_server, success};

/// A store whose errors have this text. It contains the token.
#[derive(Debug)]
struct FailingStore(&'static str);

impl TokenStore for FailingStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async { Err(self.0.into()) })
    }

    fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Err(self.0.into()) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Err(self.0.into()) })
    }
}

/// Calls a server with this store, and returns the lines of its errors.
async fn failures(capture: &Capture, address: AddressForm, text: &'static str) -> Vec<String> {
    let server = start_server(Transport::Http1, success);
    let client: Client = address
        .client_builder(server.url(), APP_ID, API_KEY)
        .credentials(LOGIN, PASSWORD)
        .token_store(FailingStore(text))
        .build()
        .unwrap();
    client.data::<Record>("T").get("B2").await.unwrap();
    client.users().logout().await.unwrap();
    let log = capture.take();
    assert_none(text, &log);
    let lines = log
        .lines()
        .filter(|line| line.contains("the token store failed"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn error_of_a_store_is_logged_without_secrets() {
    let capture = Capture::start().await;
    for address in AddressForm::ALL {
        let lines = failures(&capture, address, "the disk is full").await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        for (line, action) in lines.iter().zip(["load", "save", "clear"]) {
            assert!(line.contains(" WARN "), "{line}");
            // The target that the guide documents.
            assert!(
                line.contains(" backendless: the token store failed"),
                "{line}"
            );
            assert!(line.contains(&format!("action=\"{action}\"")), "{line}");
        }
    }
}

/// At the time of `load`, the token in its text is not known, so only the others are searched for it.
#[tokio::test]
async fn error_of_a_store_that_repeats_a_secret_is_withheld() {
    let capture = Capture::start().await;
    for address in AddressForm::ALL {
        let lines = failures(&capture, address, PASSWORD).await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(
            lines.iter().all(|line| line.contains("is withheld")),
            "{lines:?}"
        );
    }
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
