//! A web service that keeps one [`Client`] in its state, and sends each request on behalf of the user who called it. Its
//! `/health` checks the settings of the client. Start it with `cargo run --example axum_service`, and run the `curl`
//! commands that it prints.

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use backendless::{Client, ErrorKind, Method, Object, Registration, Table, UserToken};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Login {
    email: String,
    password: String,
}

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
}

/// Note in a response of this service.
#[derive(Serialize)]
struct Entry {
    id: String,
    owner: Option<String>,
    text: String,
}

impl From<Object<Note>> for Entry {
    fn from(note: Object<Note>) -> Self {
        Self {
            id: note.object_id.clone(),
            owner: note.owner_id.clone(),
            text: note.into_inner().text,
        }
    }
}

/// Column of the table of notes, as Backendless describes it.
#[derive(Deserialize, Serialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

/// User in a response of this service.
#[derive(Serialize)]
struct Profile {
    id: String,
    email: Option<String>,
}

/// State of the service.
#[derive(Clone)]
struct Service {
    /// The client of all requests, which is anonymous.
    client: Client,
    /// The id of the user of each token: the service returns it at the login only. A service with several processes keeps
    /// it in a database or in a signed cookie; an id that the caller sends proves nothing.
    users: Arc<Mutex<HashMap<String, String>>>,
}

/// Token that the caller sent.
struct Token(UserToken);

impl FromRequestParts<Service> for Token {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, StatusCode> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self(token.into()))
    }
}

/// Table of notes, on behalf of the calling user.
struct Notes(Table<Note>);

impl FromRequestParts<Service> for Notes {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, StatusCode> {
        let Token(token) = Token::from_request_parts(parts, service).await?;
        Ok(Self(service.client.with_user_token(token).data("Note")))
    }
}

/// Error response of this service.
struct Failure(backendless::Error);

impl From<backendless::Error> for Failure {
    fn from(error: backendless::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self.0.kind() {
            ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::InvalidArgument => StatusCode::BAD_REQUEST,
            ErrorKind::RateLimited => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        let mut response = status.into_response();
        if let Some(wait) = self.0.retry_after() {
            // Rounded up, so that the caller does not retry before Backendless allows it.
            let seconds = HeaderValue::from(wait.as_millis().div_ceil(1_000).max(1) as u64);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// Returns the routes of the service. All requests share `client`, which is anonymous.
fn service(client: Client) -> Router {
    Router::new()
        .route("/login", post(login))
        .route("/me", get(me))
        .route("/notes", get(list).post(add))
        .route("/notes/columns", get(columns))
        .route("/health", get(health))
        .with_state(Service {
            client,
            users: Arc::default(),
        })
}

async fn login(
    State(service): State<Service>,
    Json(login): Json<Login>,
) -> Result<String, Failure> {
    let users = service.client.users();
    let session = users.login(login.email, login.password).await?;
    let token = session.token().expose_secret().to_owned();
    let mut users = service.users.lock().unwrap_or_else(PoisonError::into_inner);
    users.insert(token.clone(), session.user().object_id.clone());
    Ok(token)
}

/// Returns the calling user, if its session is still valid.
async fn me(
    State(service): State<Service>,
    Token(token): Token,
) -> Result<Json<Profile>, Response> {
    let id = {
        let users = service.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.get(token.expose_secret()).cloned()
    };
    let id = id.ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())?;
    let session = service.client.users().resume_as(token, id).await;
    let session = session.map_err(|error| Failure(error).into_response())?;
    Ok(Json(Profile {
        id: session.user().object_id.clone(),
        email: session.user().email.clone(),
    }))
}

/// Returns 200, or 503 and what is wrong. The remedy is for the log: it is not for the callers.
async fn health(State(service): State<Service>) -> (StatusCode, String) {
    let check = service.client.check().timeout(Duration::from_secs(2));
    match check.await {
        Ok(()) => (StatusCode::OK, "ok".to_owned()),
        Err(error) => {
            eprintln!("not healthy: {error}");
            let problem = error.check_problem();
            let problem = problem.map_or_else(|| error.kind().to_string(), |p| p.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, problem)
        }
    }
}

async fn list(Notes(notes): Notes) -> Result<Json<Vec<Entry>>, Failure> {
    let notes = notes.find().sort_by("created desc").await?;
    Ok(Json(notes.into_iter().map(Entry::from).collect()))
}

/// Returns the columns of the table, with a request by method and path, as for an operation that the crate has no method
/// for. It is sent on behalf of the calling user, with the timeouts and retries of the client.
async fn columns(
    State(service): State<Service>,
    Token(token): Token,
) -> Result<Json<Vec<Column>>, Failure> {
    let client = service.client.with_user_token(token);
    let request = client.request(Method::GET, "/data/{table}/properties");
    Ok(Json(request.segment("Note").fetch().await?))
}

async fn add(Notes(notes): Notes, Json(note): Json<Note>) -> Result<Json<Entry>, Failure> {
    Ok(Json(notes.create(&note).await?.into()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, server) = support::connect().await?;
    client.check().await?; // a wrong setting ends the program here, and not at the first request
    if server.is_some() {
        let ann = Registration::new("pa55-w0rd").email("ann@example.com");
        client.users().register(ann).await?;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!(
        "TOKEN=$(curl -s {url}/login --json '{{\"email\":\"ann@example.com\",\"password\":\"pa55-w0rd\"}}')"
    );
    println!("curl {url}/notes -H \"Authorization: Bearer $TOKEN\" --json '{{\"text\":\"milk\"}}'");
    println!("curl {url}/notes -H \"Authorization: Bearer $TOKEN\"");
    println!("curl {url}/notes/columns -H \"Authorization: Bearer $TOKEN\"");
    println!("curl {url}/me -H \"Authorization: Bearer $TOKEN\"");
    println!("curl {url}/health");
    axum::serve(listener, service(client)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

    async fn start(client: Client) -> Outcome<String> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, service(client)).await });
        Ok(url)
    }

    /// Registers and logs in a user, and returns the id and the token.
    async fn user(client: &Client, url: &str, email: &str) -> Outcome<(String, String)> {
        let user = client
            .users()
            .register(Registration::new("pa55").email(email))
            .await?;
        let token = reqwest::Client::new()
            .post(format!("{url}/login"))
            .json(&json!({"email": email, "password": "pa55"}))
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?;
        Ok((user.object_id.clone(), token))
    }

    #[tokio::test]
    async fn each_request_is_sent_on_behalf_of_the_calling_user() -> Outcome {
        let (client, _server) = support::local().await?;
        let url = start(client.clone()).await?;
        let http = reqwest::Client::new();
        for email in ["ann@example.com", "bob@example.com"] {
            let (id, token) = user(&client, &url, email).await?;
            let request = http.post(format!("{url}/notes")).bearer_auth(token);
            let entry: Value = request
                .json(&json!({"text": email}))
                .send()
                .await?
                .json()
                .await?;
            assert_eq!(entry["owner"], id.as_str());
        }
        assert!(
            client.user_token().is_none(),
            "the shared client stays anonymous"
        );
        Ok(())
    }

    #[tokio::test]
    async fn missing_and_unknown_tokens_are_401() -> Outcome {
        let (client, _server) = support::local().await?;
        let url = start(client).await?;
        let http = reqwest::Client::new();
        for path in ["notes", "notes/columns", "me"] {
            let request = || http.get(format!("{url}/{path}"));
            assert_eq!(request().send().await?.status(), 401, "{path}");
            let request = request().bearer_auth("unknown-token");
            assert_eq!(request.send().await?.status(), 401, "{path}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn columns_are_those_that_the_caller_may_read() -> Outcome {
        let (client, _server) = support::local().await?;
        let url = start(client.clone()).await?;
        let http = reqwest::Client::new();
        let (_, token) = user(&client, &url, "ann@example.com").await?;
        let columns = || http.get(format!("{url}/notes/columns")).bearer_auth(&token);
        let missing = columns().send().await?;
        assert_eq!(missing.status(), 404, "there is no note, and so no table");
        let note = http.post(format!("{url}/notes")).bearer_auth(&token);
        note.json(&json!({"text": "milk"})).send().await?;
        let columns: Vec<Value> = columns().send().await?.json().await?;
        assert!(
            columns.contains(&json!({"name": "text", "type": "STRING"})),
            "{columns:?}"
        );
        Ok(())
    }

    #[tokio::test]
    async fn me_returns_the_calling_user_until_the_logout() -> Outcome {
        let (client, _server) = support::local().await?;
        let url = start(client.clone()).await?;
        let http = reqwest::Client::new();
        let mut users = Vec::new();
        for email in ["ann@example.com", "bob@example.com"] {
            users.push((user(&client, &url, email).await?, email));
        }
        for ((id, token), email) in &users {
            let request = http.get(format!("{url}/me")).bearer_auth(token);
            let profile: Value = request.send().await?.json().await?;
            assert_eq!(profile, json!({"id": id, "email": email}));
        }
        let ((_, token), _) = &users[0];
        client
            .users()
            .resume(token.as_str())
            .await?
            .logout()
            .await?;
        let request = http.get(format!("{url}/me")).bearer_auth(token);
        assert_eq!(request.send().await?.status(), 401);
        Ok(())
    }

    #[tokio::test]
    async fn health_is_that_of_the_settings_and_the_server() -> Outcome {
        let (client, server) = support::local().await?;
        let health = format!("{}/health", start(client).await?);
        let response = reqwest::get(&health).await?;
        assert_eq!(
            (response.status().as_u16(), &*response.text().await?),
            (200, "ok")
        );

        let wrong = Client::builder(server.app_id(), "another-key").api_url(server.url());
        let wrong = format!("{}/health", start(wrong.build()?).await?);
        let response = reqwest::get(wrong).await?;
        assert_eq!(response.status(), 503);
        assert_eq!(response.text().await?, "the application is unknown");

        server.stop().await;
        let response = reqwest::get(health).await?;
        assert_eq!(response.status(), 503);
        assert_eq!(response.text().await?, "the server is unreachable");
        Ok(())
    }
}
