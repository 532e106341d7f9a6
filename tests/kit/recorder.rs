//! A server that keeps every request as it came over the wire.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use backendless::{Client, ClientBuilder, RetryPolicy};
use httpmock::HttpMockResponse;
use httpmock::prelude::{HttpMockRequest, MockServer};

use crate::{API_KEY, APP_ID};

/// A server that answers every request with the same answer, and records all of them.
pub struct Recorder {
    server: MockServer,
    requests: Arc<Mutex<Vec<Recorded>>>,
}

/// One request, as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// The path behind the app path of this kit, with its encoding, and the query with its `?`;
    /// the whole of it where it begins otherwise.
    pub target: String,
    /// The names, in lower case, and values of all headers, sorted by name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Recorded {
    /// The value of the header `name`, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Recorder {
    /// Starts a server that answers with `status` and `body` in JSON.
    pub async fn answering(status: u16, body: &str) -> Self {
        Self::with_headers(status, &[("content-type", "application/json")], body).await
    }

    /// Starts a server that answers with `status`, `headers` and `body`.
    pub async fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let answers = vec![(status, body.to_owned())];
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        Self::start(answers, headers).await
    }

    /// Starts a server that answers 200 and one of `bodies` after the other, and the last for ever.
    pub async fn in_turn(bodies: Vec<String>) -> Self {
        Self::answering_in_turn(bodies.into_iter().map(|body| (200, body)).collect()).await
    }

    /// Starts a server that gives one of `answers`, a status and a body in JSON, after the other, and
    /// the last for ever.
    pub async fn answering_in_turn(answers: Vec<(u16, String)>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::start(answers, headers).await
    }

    async fn start(answers: Vec<(u16, String)>, headers: Vec<(String, String)>) -> Self {
        let server = MockServer::start_async().await;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        server
            .mock_async(move |when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    let mut requests = record.lock().unwrap_or_else(PoisonError::into_inner);
                    let (status, body) = &answers[requests.len().min(answers.len() - 1)];
                    requests.push(recorded(request));
                    let headers = headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
                    HttpMockResponse::builder()
                        .status(*status)
                        .headers(headers)
                        .body(body.as_str())
                        .build()
                });
            })
            .await;
        Self { server, requests }
    }

    /// A client of this server, as nobody, that makes every call once.
    pub fn client(&self) -> Client {
        self.builder()
            .retry(RetryPolicy::none())
            .build()
            .expect("the settings are those of this kit")
    }

    /// The start of a client of this server, with the usual settings.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder(APP_ID, API_KEY).api_url(self.server.base_url())
    }

    /// The origin of this server.
    pub fn url(&self) -> String {
        self.server.base_url()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The only request so far.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    pub fn request(&self) -> Recorded {
        let requests = self.requests();
        match requests.as_slice() {
            [request] => request.clone(),
            others => panic!("{} requests came: {others:#?}", others.len()),
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}

fn recorded(request: &HttpMockRequest) -> Recorded {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    let behind = target.strip_prefix(&format!("/{APP_ID}/{API_KEY}"));
    let mut headers = request.headers_vec().clone();
    for (name, _) in &mut headers {
        name.make_ascii_lowercase();
    }
    headers.sort();
    Recorded {
        method: request.method_str().to_owned(),
        target: behind.unwrap_or(target).to_owned(),
        headers,
        body: request.body_string(),
    }
}
