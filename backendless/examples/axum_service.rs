//! A web service that keeps one [`Client`] in its state, and sends each request on behalf of the user who called it. Start it
//! with `cargo run --example axum_service`, and run the `curl` commands that it prints.

mod support;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use backendless::{Client, ErrorKind, Object, Registration, Table};
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

/// Table of notes, on behalf of the calling user.
struct Notes(Table<Note>);

impl FromRequestParts<Client> for Notes {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, client: &Client) -> Result<Self, StatusCode> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self(client.with_user_token(token).data("Note")))
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
        .route("/notes", get(list).post(add))
        .with_state(client)
}

async fn login(State(client): State<Client>, Json(login): Json<Login>) -> Result<String, Failure> {
    let session = client.users().login(login.email, login.password).await?;
    Ok(session.token().expose_secret().to_owned())
}

async fn list(Notes(notes): Notes) -> Result<Json<Vec<Entry>>, Failure> {
    let notes = notes.find().sort_by("created desc").await?;
    Ok(Json(notes.into_iter().map(Entry::from).collect()))
}

async fn add(Notes(notes): Notes, Json(note): Json<Note>) -> Result<Json<Entry>, Failure> {
    Ok(Json(notes.create(&note).await?.into()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, server) = support::connect().await?;
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
        let notes = format!("{}/notes", start(client).await?);
        let http = reqwest::Client::new();
        assert_eq!(http.get(&notes).send().await?.status(), 401);
        let request = http.get(&notes).bearer_auth("unknown-token");
        assert_eq!(request.send().await?.status(), 401);
        Ok(())
    }
}
