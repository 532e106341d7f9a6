//! A server that records every request as it is on the wire.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use backendless::{Client, ClientBuilder, RetryPolicy};
use httpmock::HttpMockResponse;
use httpmock::prelude::{HttpMockRequest, MockServer};

use crate::{API_KEY, APP_ID, AddressForm, behind_app_path};

/// A server that sends fixed responses and records all requests.
pub struct Recorder {
    server: MockServer,
    requests: Arc<Mutex<Vec<RecordedRequest>>>,
}

/// A recorded request.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// The method, in capitals.
    pub method: String,
    /// The path behind the app path of this crate's clients, still encoded, and the query with its
    /// `?`. The complete target if it does not start with that app path.
    pub target: String,
    /// All headers, sorted, with their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl RecordedRequest {
    /// A request without a body. The names of `headers` can have any case.
    pub(crate) fn new(method: &str, target: &str, mut headers: Vec<(String, String)>) -> Self {
        let relative = behind_app_path(target);
        for (name, _) in &mut headers {
            name.make_ascii_lowercase();
        }
        headers.sort();
        Self {
            method: method.to_owned(),
            target: relative.unwrap_or(target).to_owned(),
            headers,
            body: String::new(),
        }
    }

    /// The value of the header `name`, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Recorder {
    /// Starts a server that sends `status` and the JSON text `body`.
    pub async fn responding(status: u16, body: &str) -> Self {
        Self::with_headers(status, &[("content-type", "application/json")], body).await
    }

    /// Starts a server that sends `status`, `headers` and `body`.
    pub async fn with_headers(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let responses = vec![(status, body.to_owned())];
        let headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        Self::start(responses, headers).await
    }

    /// Starts a server that sends 200 and the next of `bodies` each time, and then repeats the last.
    pub async fn in_turn(bodies: Vec<String>) -> Self {
        Self::responding_in_turn(bodies.into_iter().map(|body| (200, body)).collect()).await
    }

    /// Starts a server that sends the next of `responses`, each a status and a JSON text, and then
    /// repeats the last.
    pub async fn responding_in_turn(responses: Vec<(u16, String)>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::start(responses, headers).await
    }

    async fn start(responses: Vec<(u16, String)>, headers: Vec<(String, String)>) -> Self {
        let server = MockServer::start_async().await;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&requests);
        server
            .mock_async(move |when, then| {
                when.any_request();
                then.respond_with(move |request| {
                    let mut requests = record.lock().unwrap_or_else(PoisonError::into_inner);
                    let (status, body) = &responses[requests.len().min(responses.len() - 1)];
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

    /// An anonymous client of this server, without retries.
    pub fn client(&self) -> Client {
        self.builder()
            .retry(RetryPolicy::none())
            .build()
            .expect("the settings are valid")
    }

    /// The builder of an anonymous client of this server, with the default settings.
    pub fn builder(&self) -> ClientBuilder {
        self.builder_of(AddressForm::Keys)
    }

    /// The builder of an anonymous client of this server with an address of this form.
    pub fn builder_of(&self, address: AddressForm) -> ClientBuilder {
        address.client_builder(&self.url(), APP_ID, API_KEY)
    }

    /// The origin of this server.
    pub fn url(&self) -> String {
        self.server.base_url()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let requests = self.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The only request so far.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    pub fn request(&self) -> RecordedRequest {
        let requests = self.requests();
        match requests.as_slice() {
            [request] => request.clone(),
            others => panic!("{} requests: {others:#?}", others.len()),
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

fn recorded(request: &HttpMockRequest) -> RecordedRequest {
    let uri = request.uri();
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    let headers = request.headers_vec().clone();
    RecordedRequest {
        body: request.body_string(),
        ..RecordedRequest::new(request.method_str(), target, headers)
    }
}
