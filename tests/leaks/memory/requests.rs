//! Passwords and tokens that were sent and received. They are long, so that the memory of a forgotten copy is not used again
//! before the search.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use backendless::{
    Client, Method, Registration, Response, RetryPolicy, TokenStore, TokenStoreFuture, UserToken,
};
use serde::{Deserialize, Serialize};

use super::{MASK, Masked, run_in_child};

const URL: &str = "BACKENDLESS_TESTS_MEMORY_URL";
const LENGTH: usize = 900;

/// Replaces the body of the login of a guest, which is empty.
const GUEST: &str = "guest";

#[test]
fn passwords_and_tokens_are_wiped_after_requests() {
    if let Ok(url) = std::env::var(URL) {
        return search_memory(&url);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    let name = "memory::requests::passwords_and_tokens_are_wiped_after_requests";
    run_in_child(name, URL, &url);
}

/// A store of a token, which it does not contain in plain text.
#[derive(Debug)]
struct MaskedStore(Option<Vec<u8>>);

impl TokenStore for MaskedStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async {
            Ok(self.0.as_ref().map(|masked| {
                let mut token = String::with_capacity(masked.len());
                token.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
                UserToken::from(token)
            }))
        })
    }

    fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()> {
        assert_eq!(token.expose_secret().len(), LENGTH);
        Box::pin(async { Ok(()) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// Responds to each request with a password, with a user whose token is the reversed password, to the login of a guest with
/// the same token, and to others with an error.
/// Returns when the client closes the connection.
fn serve(stream: TcpStream) -> Option<()> {
    let mut requests = BufReader::new(stream.try_clone().ok()?);
    let mut token = String::new();
    loop {
        let body = read_body(&mut requests)?;
        let password = body.split_once("\"password\":\"");
        let password = password.and_then(|(_, rest)| rest.split('"').next());
        let (status, json) = match password {
            Some(password) if !body.contains("rejected") => {
                token = password.chars().rev().collect();
                (
                    200,
                    format!(r#"{{"objectId":"U1","user-token":"{token}"}}"#),
                )
            }
            Some(_) => (401, r#"{"code":3003,"message":"Invalid login"}"#.to_owned()),
            None if body == GUEST => (
                200,
                format!(r#"{{"objectId":"G1","user-token":"{token}"}}"#),
            ),
            None => (
                400,
                r#"{"code":1000,"message":"100% no \\ counter"}"#.to_owned(),
            ),
        };
        if body.contains("cut off") {
            return respond_partly(&stream, &json);
        }
        respond(&stream, status, &json, body.contains("in parts"))?;
    }
}

/// Returns the body of the next request, or [`GUEST`] if it is the login of a guest.
fn read_body(requests: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut length, mut is_guest) = (0, false);
    loop {
        let mut line = String::new();
        if requests.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
        is_guest |= line.starts_with("post ") && line.contains("/users/register/guest ");
        if line.is_empty() {
            break;
        }
    }
    if is_guest {
        return Some(GUEST.to_owned());
    }
    let mut body = vec![0; length];
    requests.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

/// Sends a response, as a body of many chunks if it is sent in parts.
fn respond(mut stream: &TcpStream, status: u16, json: &str, in_parts: bool) -> Option<()> {
    let size = if in_parts { 50 } else { json.len() };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    for part in json.as_bytes().chunks(size) {
        let chunk = [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat();
        stream.write_all(&chunk).ok()?;
    }
    stream.write_all(b"0\r\n\r\n").ok()
}

/// Sends a response whose last part is missing.
fn respond_partly(mut stream: &TcpStream, json: &str) -> Option<()> {
    let head = "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n";
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(json.as_bytes()).ok()
}

fn search_memory(url: &str) {
    let mut secrets = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let response = runtime.block_on(send_requests(url, &mut secrets));
    drop(runtime);
    for (name, secret) in &secrets {
        assert_eq!(secret.part().copies(), 0, "copies of the {name}");
    }
    // Its headers were parts of the same memory as its body.
    assert_eq!(response.header("content-type"), Some("application/json"));
}

/// Returns the response to a login.
async fn send_requests(url: &str, secrets: &mut Vec<(&'static str, Masked)>) -> Response<()> {
    let mut create = |name, token: Option<&'static str>| {
        let (secret, masked) = Masked::with_length(LENGTH);
        if let Some(token) = token {
            secrets.push((token, masked.reversed()));
        }
        secrets.push((name, masked));
        secret
    };
    let robot = |password| {
        Client::builder("APP-ID-0001", "API-KEY-0002")
            .api_url(url)
            .retry(RetryPolicy::none())
            .credentials("robot", password)
    };
    let password = create("password of the account", Some("token of the account"));
    let client = robot(password).build().unwrap();
    for _ in 0..3 {
        client.counters().get("visits").await.unwrap_err();
    }
    for (login, password, token) in [
        ("ann", "first password", Some("first token")),
        ("bob", "second password", Some("second token")),
        // The HTTP stack may refer to the buffer of the other parts, so that a copy of the token remains there.
        ("in parts", "third password", None),
    ] {
        let password = create(password, token);
        let session = client.users().login(login, password).await.unwrap();
        client.users().login_as_guest().await.unwrap();
        for _ in 0..2 {
            let counters = session.client().counters();
            counters.get("visits").await.unwrap_err();
        }
    }
    let login = client
        .users()
        .login("rejected", create("rejected password", None));
    login.await.unwrap_err();
    let ann = Registration::new(create("password of a registration", None));
    client.users().register(ann).await.unwrap();
    log_in_by_path(&client, &mut create).await;

    let password = create("password with a store", Some("saved token"));
    let saves = robot(password).token_store(MaskedStore(None));
    let (loaded, masked) = Masked::with_length(LENGTH);
    loaded.into_bytes().fill(0);
    let loads = robot("unused".to_owned()).token_store(MaskedStore(Some(masked.0.clone())));
    for client in [saves.build().unwrap(), loads.build().unwrap()] {
        for _ in 0..2 {
            client.counters().get("visits").await.unwrap_err();
        }
        // Overwrites the buffer of the connection, which contains the header of the last request.
        let counters = client.without_user_token().counters();
        counters.get("x".repeat(4 * LENGTH)).await.unwrap_err();
    }
    let password = create("cut off password", Some("cut off token"));
    let users = robot("unused".to_owned()).build().unwrap().users();
    users.login("cut off", password).await.unwrap_err();
    let password = create(
        "password of a kept response",
        Some("token of a kept response"),
    );
    let login = client.request(Method::POST, "/users/login").json(&Login {
        login: "ann",
        password: &password,
    });
    password.into_bytes().fill(0);
    let response = login.with_response().await.unwrap();
    secrets.push(("loaded token", masked));
    response
}

/// The body of a login, as callers define it.
#[derive(Serialize)]
struct Login<'l> {
    login: &'static str,
    password: &'l str,
}

/// What callers decode of the response: not the token.
#[derive(Deserialize)]
struct LoggedIn {
    #[serde(rename = "objectId")]
    object_id: String,
}

/// Logs in by requests to any path, whose bodies and responses are those of callers.
async fn log_in_by_path(
    client: &Client,
    create: &mut impl FnMut(&'static str, Option<&'static str>) -> String,
) {
    for (names, decodes) in [
        (["password by path", "token by path"], true),
        (
            ["password by path, ignored", "token by path, ignored"],
            false,
        ),
    ] {
        let password = create(names[0], Some(names[1]));
        let request = client.request(Method::POST, "/users/login");
        let request = request.json(&Login {
            login: "ann",
            password: &password,
        });
        password.into_bytes().fill(0);
        match decodes {
            true => {
                let user: LoggedIn = request.fetch().await.unwrap();
                assert_eq!(user.object_id, "U1");
            }
            false => request.fetch_empty().await.unwrap(),
        }
    }
}
