//! The macro `doc_example`, with a client of this file in place of the crate `backendless`, on
//! which this crate does not depend.

// Gives the macro its `::backendless`.
extern crate self as backendless;

use std::error::Error;

use backendless_local::{Server, doc_example};

#[derive(Clone, Debug)]
pub struct Client {
    base: String,
}

#[derive(Debug)]
pub struct ClientBuilder {
    app_path: String,
    url: Option<String>,
}

impl Client {
    pub fn builder(app_id: &str, api_key: &str) -> ClientBuilder {
        ClientBuilder {
            app_path: format!("{app_id}/{api_key}"),
            url: None,
        }
    }

    async fn increment(&self, counter: &str) -> Result<i64, Box<dyn Error>> {
        let url = format!("{}/counters/{counter}/increment/get", self.base);
        let response = reqwest::Client::new().put(url).send().await?;
        Ok(response.error_for_status()?.text().await?.parse()?)
    }
}

impl ClientBuilder {
    pub fn api_url(mut self, url: impl Into<String>) -> ClientBuilder {
        self.url = Some(url.into());
        self
    }

    pub fn build(self) -> Result<Client, std::fmt::Error> {
        let url = self.url.ok_or(std::fmt::Error)?;
        Ok(Client {
            base: format!("{url}/{}", self.app_path),
        })
    }
}

#[test]
fn body_runs_against_a_started_server() {
    doc_example!(|client| {
        use std::time::Duration;

        #[derive(Debug, PartialEq)]
        struct Visits(i64);

        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(Visits(client.increment("visits").await?), Visits(1));
        assert_eq!(client.increment("visits").await?, 2);
    });
}

#[test]
fn server_can_be_named() {
    doc_example!(|client, server| {
        assert!(client.base.starts_with(&server.url()));
    });
}

#[test]
fn server_can_be_configured() {
    let builder = Server::builder().app_id("SHOP").api_key("KEY");
    doc_example!(builder, |client, server| {
        assert_eq!(client.base, format!("{}/SHOP/KEY", server.url()));
    });
}

#[test]
fn body_can_return_early() {
    doc_example!(|client| {
        if client.increment("visits").await? == 1 {
            return Ok(());
        }
        assert!(client.base.is_empty(), "the example did not return");
    });
}

#[test]
#[should_panic(expected = "the documentation example failed: invalid digit found in string")]
fn error_of_the_body_fails_the_example() {
    doc_example!(|_client| {
        "x".parse::<i64>()?;
    });
}
