//! Requests to the domain of the application, whose paths begin with `/api` and contain neither the app id nor the key.

use backendless_local::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, text};

/// A server whose requests are sent to its domain.
async fn start() -> TestServer {
    at_domain(TestServer::start().await)
}

fn at_domain(server: TestServer) -> TestServer {
    let base = format!("{}/api", server.server.url());
    TestServer { base, ..server }
}

#[tokio::test]
async fn both_addresses_are_those_of_one_application() {
    let with_key = TestServer::start().await;
    let bob = with_key.post("/data/Person", json!({"name": "Bob"}));
    let bob = bob.ok().await;
    let server = at_domain(with_key);
    let path = format!("/data/Person/{}", text(&bob["objectId"]));
    assert_eq!(server.get(&path).ok().await, bob);
    assert_eq!(server.get("/data/Person/count").ok().await, json!(1));
}

#[tokio::test]
async fn session_of_a_login_at_the_domain_is_valid_and_checked() {
    let server = start().await;
    let ann = server.user("ann@example.com", "pa55").await;
    let token = &ann["user-token"];
    let note = server.post("/data/Note", json!({"text": "milk"}));
    let note = note.token(token).ok().await;
    assert_eq!(note["ownerId"], ann["objectId"]);
    let note = server.post("/data/Note", json!({"text": "milk"}));
    note.token(&json!("unknown")).rejected(400, 3064).await;
    let check = server.get(&format!("/users/isvalidusertoken/{}", text(token)));
    assert_eq!(check.ok().await, json!(true));
}

#[tokio::test]
async fn url_of_a_file_is_one_of_the_domain() {
    let server = start().await;
    let url = format!("{}/files/docs/a%20b.txt", server.base);
    let path = "/files/binary/docs/a%20b.txt";
    let saved = server.request(Method::PUT, path).raw("b25l").ok().await;
    assert_eq!(text(&saved), url);
    let listed = server.get("/files/docs").ok().await;
    assert_eq!(text(&listed[0]["publicUrl"]), url);
    let content = server.http.get(url).send().await.unwrap();
    assert_eq!(content.text().await.unwrap(), "one");
}

/// A row of the table `Users` is a registration as well.
#[tokio::test]
async fn addresses_for_users_are_those_of_the_domain() {
    let with_confirmation = Server::builder()
        .email_confirmation(true)
        .social_login("googleplus", |_: &str| None::<Value>);
    let server = at_domain(TestServer::of(with_confirmation).await);
    for (path, email) in [
        ("/users/register", "ann@example.com"),
        ("/data/Users", "bob@example.com"),
    ] {
        let user = json!({"email": email, "password": "pa55"});
        server.post(path, user).ok().await;
    }
    let prefix = format!("{}/users/emailconfirmation/", server.base);
    let outbox = server.server.outbox().await.unwrap();
    assert_eq!(outbox.len(), 2);
    for email in outbox {
        let message = text(&email["bodyparts"]["textmessage"]);
        let (_, token) = message.split_once(&prefix).unwrap();
        let confirmed = server.get(&format!("/users/emailconfirmation/{token}"));
        assert_eq!(confirmed.send().await.status(), 200);
    }
    server.login("ann@example.com", "pa55").ok().await;

    let login_page = server.post("/users/oauth/googleplus/request_url", json!({}));
    let login_page = text(&login_page.ok().await);
    let callback = percent_encoding::percent_decode_str(&login_page).decode_utf8();
    let callback = callback.unwrap().into_owned();
    let expected = format!("{}/users/oauth/googleplus/authorize", server.base);
    assert!(callback.ends_with(&expected), "{callback}");
}

#[tokio::test]
async fn description_has_the_app_id_and_the_key_at_the_domain_only() {
    let with_key = TestServer::start().await;
    let info = with_key.get("/info").ok().await;
    assert_eq!(
        (&info["appId"], &info["apiKey"]),
        (&json!(null), &json!(null))
    );
    let server = at_domain(with_key);
    let info = server.get("/info").ok().await;
    assert_eq!(info["appId"], server.server.app_id());
    assert_eq!(info["apiKey"], server.server.api_key());
}

/// The permissions at the domain are those of clients, not of server-side code.
#[tokio::test]
async fn operation_of_server_side_code_is_rejected() {
    let server = start().await;
    let body = json!({"user": "ann@example.com", "roleName": "Admin"});
    server
        .post("/users/assignRole", body)
        .rejected(400, 2011)
        .await;
}

#[tokio::test]
async fn paths_below_the_domain_are_checked_as_those_below_the_app_path() {
    let server = start().await;
    for path in [
        "",
        "/",
        "/data//B2",
        "/data/Person/coun%74",
        "/data/bulk",
        "/unknown",
        "/A0F5/9C41/data/Person",
    ] {
        let message = server.get(path).rejected(404, 2001).await;
        let shown = if path.is_empty() { "/" } else { path };
        assert!(
            message.contains(&format!("GET {shown}")),
            "{path}: {message}"
        );
    }
    let head = server.request(Method::HEAD, "/data/Person/count");
    assert_eq!(head.send().await.status(), 405);
    let token = "0E5A6F40-8F3C";
    let check = server.delete(&format!("/users/isvalidusertoken/{token}"));
    let message = check.rejected(405, 2001).await;
    assert!(
        message.contains("{token}") && !message.contains(token),
        "{message}"
    );
}

/// The router would match them as paths with an app id and a key.
#[tokio::test]
async fn segment_between_the_domain_and_an_operation_is_rejected() {
    let server = start().await;
    let key = server.server.api_key().to_owned();
    let cloud_code_key = "0E5A6F40-8F3C-4A5E-B7AA-6F0B5D1C9E27";
    for segment in [
        "x",
        "v2",
        "api",
        key.as_str(),
        &key.to_lowercase(),
        cloud_code_key,
    ] {
        let info = server.get(&format!("/{segment}/info"));
        let message = info.rejected(404, 2001).await;
        assert!(!message.to_uppercase().contains(&key), "{message}");
        assert!(!message.contains(cloud_code_key), "{message}");
        let path = format!("/{segment}/counters/a/increment/get");
        let increment = server.request(Method::PUT, &path);
        increment.rejected(404, 2001).await;
        let row = server.post(&format!("/{segment}/data/Person"), json!({"name": "Bob"}));
        row.rejected(404, 2001).await;
    }
    assert_eq!(server.get("/counters/a").ok().await, json!(0));
}

/// As a client of the app id and the key whose API URL is that of the domain.
#[tokio::test]
async fn app_id_behind_the_domain_is_rejected_without_repeating_it() {
    let server = start().await;
    let (app_id, key) = (server.server.app_id(), server.server.api_key());
    let token = "5C8A1B7D-2F6E-4C39-9E1A-7D0B3F5A6C2E";
    let encoded = app_id.replace('-', "%2D");
    for path in [
        format!("/{app_id}/{key}/data/Person"),
        format!("/{app_id}/{key}/users/isvalidusertoken/{token}"),
        format!("/{encoded}/{key}"),
        format!("/{app_id}"),
    ] {
        let message = server.get(&path).rejected(400, 2002).await;
        for secret in [app_id, key, token, &encoded] {
            assert!(!message.contains(secret), "{message}");
        }
    }
    // Other unknown paths, at the domain and below the app path.
    let with_key = format!("{}/{app_id}/{key}", server.server.url());
    for base in [server.base.clone(), with_key] {
        for path in [
            format!("/x/{app_id}/{key}/{token}"),
            format!("/{key}/data/a/b/c/d"),
        ] {
            let url = format!("{base}{path}");
            let message = TestServer::call(server.http.get(url))
                .rejected(404, 2001)
                .await;
            for secret in [app_id, key, token] {
                assert!(!message.contains(secret), "{message}");
            }
        }
    }
}

/// Only the exact segment is that of the domain.
#[tokio::test]
async fn other_first_segments_are_app_ids() {
    let server = TestServer::start().await;
    for prefix in ["/API", "/api2", "/%61pi", "//api"] {
        let url = format!("{}{prefix}/data/Person", server.server.url());
        let response = server.http.get(url).send().await.unwrap();
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["code"], 2002, "{prefix}: {error}");
    }
}

#[tokio::test]
async fn app_id_that_is_the_first_segment_of_the_domain_is_rejected() {
    let error = Server::builder().app_id("api").start().await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("invalid app id: paths that begin with /api"),
        "{text}"
    );
    Server::builder().app_id("API").start().await.unwrap();
}
