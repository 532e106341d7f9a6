//! Files, Messaging, Geo, Cache, Counters and Cloud Code, tested over HTTP.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod all_services;
mod cache;
mod cloud_code;
mod counters;
mod dialects;
mod file_commands;
mod file_paths;
mod file_permissions;
mod files;
mod geo;
mod messaging;
mod push;
mod schedule;
mod wrong_values;

use backendless_local::{Builder, Server};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A server and an HTTP client without knowledge of Backendless.
struct TestServer {
    server: Server,
    http: reqwest::Client,
}

impl TestServer {
    async fn start() -> TestServer {
        TestServer::of(Server::builder()).await
    }

    async fn of(builder: Builder) -> TestServer {
        TestServer {
            server: builder.start().await.unwrap(),
            // A proxy of the machine must not be used.
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Creates a request to a path below the app path. The path is not encoded again.
    fn request(&self, method: Method, path: &str) -> TestRequest {
        let (url, app_id) = (self.server.url(), self.server.app_id());
        let url = format!("{url}/{app_id}/{}{path}", self.server.api_key());
        TestRequest(self.http.request(method, url))
    }

    fn get(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
    }

    fn delete(&self, path: &str) -> TestRequest {
        self.request(Method::DELETE, path)
    }

    fn put(&self, path: &str) -> TestRequest {
        self.request(Method::PUT, path)
    }

    fn post(&self, path: &str, body: &Value) -> TestRequest {
        TestRequest(self.request(Method::POST, path).0.json(body))
    }
}

struct TestRequest(RequestBuilder);

impl TestRequest {
    async fn send(self) -> TestResponse {
        let response = self.0.send().await.unwrap();
        let content_type = response.headers().get("content-type");
        TestResponse {
            status: response.status().as_u16(),
            content_type: content_type.map(|value| value.to_str().unwrap().to_owned()),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// Asserts success and returns the JSON.
    async fn ok(self) -> Value {
        let response = self.send().await;
        let text = String::from_utf8_lossy(&response.body);
        assert_eq!(response.status, 200, "{text}");
        assert_eq!(
            response.content_type.as_deref(),
            Some("application/json"),
            "{text}"
        );
        serde_json::from_slice(&response.body).unwrap()
    }

    /// Asserts success with an empty body.
    async fn ok_empty(self) {
        let response = self.send().await;
        let text = String::from_utf8_lossy(&response.body);
        assert_eq!((response.status, &*text), (200, ""));
    }

    /// Asserts an error in the envelope and returns its status and code.
    async fn rejected(self) -> (u16, i64) {
        let response = self.send().await;
        let (status, code, _) = response.error();
        (status, code)
    }
}

struct TestResponse {
    status: u16,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl TestResponse {
    /// Asserts an error in the envelope and returns its status, code and message.
    fn error(&self) -> (u16, i64, String) {
        let text = String::from_utf8_lossy(&self.body);
        assert!(self.status >= 400, "{} {text}", self.status);
        assert_eq!(
            self.content_type.as_deref(),
            Some("application/json"),
            "{text}"
        );
        let envelope: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(envelope["errorData"], serde_json::json!({}), "{text}");
        let message = envelope["message"].as_str().unwrap().to_owned();
        assert!(!message.is_empty());
        (self.status, envelope["code"].as_i64().unwrap(), message)
    }
}
