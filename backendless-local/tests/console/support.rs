//! A server and a client of its console, which reads the token from the page as a browser does.

use backendless_local::{Builder, Server};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

pub(crate) const TOKEN: &str = "x-console-token";

pub(crate) struct Console {
    pub(crate) server: Server,
    pub(crate) http: reqwest::Client,
    pub(crate) token: String,
}

impl Console {
    pub(crate) async fn start() -> Console {
        Console::of(Server::builder()).await
    }

    pub(crate) async fn of(builder: Builder) -> Console {
        let server = builder.start().await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let page = http.get(server.url()).header("accept", "text/html");
        let page = page.send().await.unwrap().text().await.unwrap();
        let token = page
            .split("name=\"console-token\" content=\"")
            .nth(1)
            .unwrap();
        let token = token.split('"').next().unwrap().to_owned();
        Console {
            server,
            http,
            token,
        }
    }

    /// The URL of an operation of the service.
    pub(crate) fn service(&self, path: &str) -> String {
        let (app_id, key) = (self.server.app_id(), self.server.api_key());
        format!("{}/{app_id}/{key}{path}", self.server.url())
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/~console{path}", self.server.url())
    }

    /// A request to the API of the console, with the token.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(&format!("/api{path}")));
        request.header(TOKEN, &self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        ok(self.api(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        ok(self.api(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        ok(self.api(Method::PUT, path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Value {
        ok(self.api(Method::DELETE, path)).await
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Response {
    request.send().await.unwrap()
}

pub(crate) async fn ok(request: RequestBuilder) -> Value {
    let response = send(request).await;
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// Sends a request that is rejected, and returns its message.
pub(crate) async fn rejected(request: RequestBuilder, status: u16) -> String {
    let response = send(request).await;
    let (actual, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(actual, status, "{text}");
    let error: Value = serde_json::from_str(&text).unwrap();
    // That of an internal error.
    assert_ne!(error["code"], 0, "{text}");
    error["message"].as_str().unwrap().to_owned()
}
