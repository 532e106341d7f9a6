//! Files, Messaging, Geo, Cache, Counters and Cloud Code, over real HTTP.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod cache;
mod cloud_code;
mod counters;
mod every_service;
mod files;
mod geo;
mod messaging;

use backendless_local::{Builder, Server};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// A server, and a plain client for it.
struct Local {
    server: Server,
    http: reqwest::Client,
}

impl Local {
    async fn start() -> Local {
        Local::of(Server::builder()).await
    }

    async fn of(builder: Builder) -> Local {
        Local {
            server: builder.start().await.unwrap(),
            // A proxy of this machine has no business between the two.
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// A request to a path behind the app path; the path is sent as it is.
    fn request(&self, method: Method, path: &str) -> Call {
        let (url, app_id) = (self.server.url(), self.server.app_id());
        let url = format!("{url}/{app_id}/{}{path}", self.server.api_key());
        Call(self.http.request(method, url))
    }

    fn get(&self, path: &str) -> Call {
        self.request(Method::GET, path)
    }

    fn delete(&self, path: &str) -> Call {
        self.request(Method::DELETE, path)
    }

    fn put(&self, path: &str) -> Call {
        self.request(Method::PUT, path)
    }

    fn post(&self, path: &str, body: &Value) -> Call {
        Call(self.request(Method::POST, path).0.json(body))
    }
}

struct Call(RequestBuilder);

impl Call {
    async fn send(self) -> Answer {
        let response = self.0.send().await.unwrap();
        let content_type = response.headers().get("content-type");
        Answer {
            status: response.status().as_u16(),
            content_type: content_type.map(|value| value.to_str().unwrap().to_owned()),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// The JSON of an answer that is a success.
    async fn ok(self) -> Value {
        let answer = self.send().await;
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status, 200, "{text}");
        assert_eq!(
            answer.content_type.as_deref(),
            Some("application/json"),
            "{text}"
        );
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// A success without a body.
    async fn done(self) {
        let answer = self.send().await;
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!((answer.status, &*text), (200, ""));
    }

    /// The status and the code of an answer that is a failure, in the envelope of all failures.
    async fn refused(self) -> (u16, i64) {
        let answer = self.send().await;
        let (status, code, _) = answer.failure();
        (status, code)
    }
}

struct Answer {
    status: u16,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// The status, code and message of a failure.
    fn failure(&self) -> (u16, i64, String) {
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
