//! A test server with an HTTP client.

use std::io::{Read, Write};
use std::net::TcpStream;

use backendless_local::{Builder, Server};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

pub(crate) struct TestServer {
    pub(crate) server: Server,
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
}

impl TestServer {
    pub(crate) async fn start() -> TestServer {
        TestServer::of(Server::builder()).await
    }

    pub(crate) async fn of(builder: Builder) -> TestServer {
        let server = builder.start().await.unwrap();
        let base = base(&server);
        TestServer {
            server,
            http: client(),
            base,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> Call {
        Call(self.http.request(method, format!("{}{path}", self.base)))
    }

    /// Returns a request of another kind as a call.
    pub(crate) fn call(request: RequestBuilder) -> Call {
        Call(request)
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.request(Method::GET, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call {
        self.request(Method::DELETE, path)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Call {
        self.request(Method::POST, path).json(&body)
    }

    pub(crate) fn put(&self, path: &str, body: Value) -> Call {
        self.request(Method::PUT, path).json(&body)
    }

    /// Creates rows in order.
    pub(crate) async fn fill(&self, table: &str, rows: &[Value]) {
        for row in rows {
            self.post(&format!("/data/{table}"), row.clone()).ok().await;
        }
    }

    /// Returns the names of the rows that a where clause finds, in order of creation.
    pub(crate) async fn names(&self, table: &str, clause: &str) -> Vec<String> {
        let rows = self
            .get(&format!("/data/{table}"))
            .query(&[("where", clause), ("pageSize", "100")])
            .ok()
            .await;
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| text(&row["name"]))
            .collect()
    }

    /// Registers a user and returns the response of its login.
    pub(crate) async fn user(&self, email: &str, password: &str) -> Value {
        let user = serde_json::json!({"email": email, "password": password});
        self.post("/users/register", user).ok().await;
        self.login(email, password).ok().await
    }

    pub(crate) fn login(&self, login: &str, password: &str) -> Call {
        self.post(
            "/users/login",
            serde_json::json!({"login": login, "password": password}),
        )
    }
}

pub(crate) fn base(server: &Server) -> String {
    format!("{}/{}/{}", server.url(), server.app_id(), server.api_key())
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not a string"))
        .to_owned()
}

/// Returns the keys of an object, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

pub(crate) struct Call(RequestBuilder);

impl Call {
    pub(crate) fn json(self, body: &Value) -> Call {
        Call(self.0.json(body))
    }

    pub(crate) fn raw(self, body: impl Into<reqwest::Body>) -> Call {
        Call(self.0.body(body))
    }

    pub(crate) fn query(self, parameters: &[(&str, &str)]) -> Call {
        Call(self.0.query(parameters))
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Call {
        Call(self.0.header(name, value))
    }

    pub(crate) fn token(self, token: &Value) -> Call {
        Call(self.0.header("user-token", text(token)))
    }

    /// Returns the error of a request that has no response.
    pub(crate) async fn try_send(self) -> reqwest::Result<Response> {
        self.0.send().await
    }

    pub(crate) async fn send(self) -> Response {
        self.0.send().await.unwrap()
    }

    /// Asserts success and returns the JSON.
    #[track_caller]
    pub(crate) fn ok(self) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let response = self.send().await;
            let status = response.status();
            let body = response.text().await.unwrap();
            assert_eq!(status, 200, "at {caller}: {body}");
            serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
        }
    }

    /// Asserts an error with this status and code in the envelope, and returns its message.
    #[track_caller]
    pub(crate) fn rejected(self, status: u16, code: i64) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            let response = self.send().await;
            let found = (
                response.status().as_u16(),
                response.headers()["content-type"].clone(),
            );
            let envelope: Value = response.json().await.unwrap();
            assert_eq!(found.0, status, "at {caller}: {envelope}");
            assert_eq!(found.1, "application/json", "at {caller}");
            assert_eq!(envelope["code"], code, "at {caller}: {envelope}");
            // Only a wrong type has details.
            let details = envelope["errorData"].as_object();
            assert!(
                details.is_some_and(|details| details.is_empty() || code == 1007),
                "at {caller}: {envelope}"
            );
            assert_eq!(keys(&envelope).len(), 3, "at {caller}: {envelope}");
            text(&envelope["message"])
        }
    }
}

/// Sends the head of a request, and returns when the handler waits for the body. `start` is the request line, and may have
/// headers.
pub(crate) fn start_request(host: &str, start: &str, body_length: usize) -> TcpStream {
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!(
        "{start}\r\nHost: {host}\r\nContent-Length: {body_length}\r\nExpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut response = [0; 25];
    connection.read_exact(&mut response).unwrap();
    assert_eq!(&response, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

/// A folder of a test, deleted when dropped.
pub(crate) struct Folder(pub(crate) std::path::PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Folder {
        let folder = format!("{test}-{}", std::process::id());
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    /// Returns the bytes of all files in it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        bytes_below(&self.0)
    }
}

fn bytes_below(path: &std::path::Path) -> Vec<u8> {
    if path.is_file() {
        return std::fs::read(path).unwrap();
    }
    let entries = std::fs::read_dir(path).unwrap();
    entries
        .flat_map(|entry| bytes_below(&entry.unwrap().path()))
        .collect()
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
