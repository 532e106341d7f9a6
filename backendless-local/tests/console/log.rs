//! The log of requests: what is recorded, and what is masked.

use backendless_local::{Fault, Faults, Server};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Console, ok, rejected, send};

#[tokio::test]
async fn a_request_is_recorded_with_its_response() {
    let console = Console::start().await;
    let body = r#"{"name":"Bob","age":20}"#;
    send(
        console
            .http
            .post(console.service("/data/Person"))
            .body(body),
    )
    .await;
    send(
        console
            .http
            .get(console.service("/data/Missing?where=a%3D1")),
    )
    .await;
    let requests = console.server.requests();
    let [created, failed] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(
        (created.id(), created.method(), created.path()),
        (1, "POST", "/data/Person")
    );
    assert_eq!(created.template(), Some("/data/{table-name}"));
    assert_eq!((created.status(), created.error_code()), (Some(200), None));
    assert_eq!(created.request().body(), Some(body));
    assert_eq!(created.request().body_bytes(), body.len() as u64);
    assert!(
        created
            .response()
            .body()
            .unwrap()
            .contains(r#""name":"Bob""#)
    );
    assert_eq!(failed.path(), "/data/Missing?where=a%3D1");
    assert_eq!(
        (failed.status(), failed.error_code()),
        (Some(400), Some(1009))
    );
    // The page reads the same.
    let listed = console.get("/requests?after=1").await;
    assert_eq!(listed["capacity"], 500);
    let listed = listed["requests"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["code"]),
        (&json!(2), &json!(1009))
    );
    assert_eq!(listed[0]["isComplete"], true);
    let update = console.get("/requests?after=2&incomplete=1").await;
    assert_eq!(update["requests"][0]["id"], 1);
    rejected(console.api(Method::GET, "/requests?incomplete=x"), 400).await;
    assert_eq!(
        console.get("/requests/one?id=1").await["request"]["body"],
        body
    );
    console.delete("/requests").await;
    assert!(console.server.requests().is_empty());
}

#[tokio::test]
async fn secrets_are_masked_everywhere() {
    let console = Console::start().await;
    let user = json!({"email": "ann@example.com", "password": "pa55-canary"});
    ok(console
        .http
        .post(console.service("/users/register"))
        .json(&user))
    .await;
    let login = json!({"login": "ann@example.com", "password": "pa55-canary"});
    let session = ok(console
        .http
        .post(console.service("/users/login"))
        .json(&login))
    .await;
    let token = session["user-token"].as_str().unwrap().to_owned();
    let request = console
        .http
        .get(console.service("/data/Users"))
        .header("user-token", &token);
    ok(request).await;
    send(
        console
            .http
            .get(console.service(&format!("/users/isvalidusertoken/{token}"))),
    )
    .await;
    // The URL of the file contains the key, and Cloud Code returns what it gets.
    let part = reqwest::multipart::Part::text("file-canary").file_name("a.txt");
    let form = reqwest::multipart::Form::new().part("file", part);
    ok(console
        .http
        .post(console.service("/files/a.txt"))
        .multipart(form))
    .await;
    let echo = console
        .http
        .post(console.service("/services/echo/echo"))
        .header("user-token", &token);
    ok(echo.json(&json!({"text": format!("my {token}"), "newPassword": "pa55-canary"}))).await;
    let requests = console.server.requests();
    assert_eq!(requests.len(), 6);
    let mut texts = format!("{requests:?}");
    for request in &requests {
        texts.push_str(
            &console
                .get(&format!("/requests/one?id={}", request.id()))
                .await
                .to_string(),
        );
    }
    for secret in [
        &token,
        "pa55-canary",
        "file-canary",
        console.server.app_id(),
        console.server.api_key(),
        console.server.cloud_code_key(),
    ] {
        assert!(!texts.contains(secret), "{secret}");
    }
    assert!(texts.contains("ann@example.com") && texts.contains("***"));
    assert_eq!(requests[3].path(), "/users/isvalidusertoken/{token}");
    assert_eq!(requests[4].request().body(), None);
    assert!(requests[4].request().body_bytes() > 0);
}

#[tokio::test]
async fn long_bodies_are_recorded_in_part() {
    let console = Console::start().await;
    let row = json!({"text": "x".repeat(20_000)});
    ok(console
        .http
        .post(console.service("/data/Person"))
        .json(&row))
    .await;
    let requests = console.server.requests();
    let request = requests[0].request();
    assert_eq!(request.body().map(str::len), Some(16 * 1024));
    assert_eq!(request.body_bytes(), row.to_string().len() as u64);
    assert!(request.is_truncated() && requests[0].response().is_truncated());
}

#[tokio::test]
async fn a_file_is_recorded_while_it_is_sent() {
    let console = Console::start().await;
    let part = reqwest::multipart::Part::text("content").file_name("a.txt");
    let form = reqwest::multipart::Form::new().part("file", part);
    ok(console
        .http
        .post(console.service("/files/a.txt"))
        .multipart(form))
    .await;
    let file = send(console.http.get(console.service("/files/a.txt"))).await;
    assert_eq!(file.text().await.unwrap(), "content");
    let requests = console.server.requests();
    assert_eq!(requests[1].template(), Some("/files/{*name}"));
    assert_eq!(requests[1].status(), Some(200));
    assert_eq!(requests[1].response().body_bytes(), 7);
}

#[tokio::test]
async fn faults_are_recorded() {
    for (fault, status) in [
        (Fault::ResetBefore, None),
        (Fault::ResetAfter, None),
        (Fault::Unavailable, Some(503)),
        (Fault::RateLimited, Some(429)),
        (Fault::CutOff, Some(200)),
    ] {
        let faults = Faults::seeded(0).with(fault, 1.0);
        let console = Console::of(Server::builder().faults(faults)).await;
        let response = console
            .http
            .put(console.service("/counters/c/increment/get"))
            .send()
            .await;
        if let Ok(response) = response {
            assert_eq!(
                Some(response.status()),
                status.map(|code| StatusCode::from_u16(code).unwrap())
            );
        }
        let requests = console.server.requests();
        assert_eq!(requests.len(), 1, "{fault}");
        assert_eq!(
            (requests[0].fault(), requests[0].status()),
            (Some(fault), status),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_rejected_request_is_recorded() {
    let console = Console::of(Server::builder().requests_per_minute(0)).await;
    send(console.http.get(console.service("/counters/c"))).await;
    send(
        console
            .http
            .get(format!("{}/WRONG/KEY-1/data/Person", console.server.url())),
    )
    .await;
    let requests = console.server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|one| (one.status(), one.error_code()))
        .collect();
    assert_eq!(seen, [(Some(429), Some(999)), (Some(429), Some(999))]);
    assert_eq!(requests[1].path(), "/data/Person");
}

#[tokio::test]
async fn a_secret_in_the_path_of_no_operation_is_masked() {
    let console = Console::start().await;
    let id = "01234567-89AB-CDEF-0123-456789ABCDEF";
    for (path, expected) in [
        (format!("/data/Person/{id}"), format!("/data/Person/{id}")),
        (format!("/nothing/{id}/x"), "/nothing/{id}/x".to_owned()),
    ] {
        send(console.http.get(console.service(&path))).await;
        let request = console.server.requests().pop().unwrap();
        assert_eq!(request.path(), expected);
    }
}

/// Asserts that the log contains a secret neither in the library nor in the console.
async fn assert_not_logged(console: &Console, secret: &str) {
    let requests = console.server.requests();
    assert!(!requests.is_empty());
    for request in &requests {
        let path = format!("/requests/one?id={}", request.id());
        let text = format!("{request:?} {}", console.get(&path).await);
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_token_in_the_path_is_masked_wherever_it_is() {
    let console = Console::start().await;
    let (app_id, key) = (console.server.app_id(), console.server.api_key());
    for path in [
        "/api/users/isvalidusertoken/to-canary".to_owned(),
        "/api//users/isvalidusertoken/to-canary".to_owned(),
        "/api/users//isvalidusertoken/to-canary/x".to_owned(),
        "/api/users/isvalidusertoken//to-canary".to_owned(),
        "/api/users%2Fisvalidusertoken%2Fto-canary".to_owned(),
        "/api/users/%69sValidUserToken/to-canary?x=1".to_owned(),
        "/users/isvalidusertoken/to-canary".to_owned(),
        "/isvalidusertoken/to-canary".to_owned(),
        "/api/users/emailconfirmation/to-canary".to_owned(),
        format!("/{app_id}/{key}/users/emailconfirmation/to-canary"),
        format!("/{app_id}/{key}//users/isvalidusertoken/to-canary"),
        "/v1/app/to-canary/data/Person".to_owned(),
        format!("/v1/{app_id}/to-canary-1/other"),
        "/api/data/Person?where=password%3D'to-canary'".to_owned(),
        "/api/data/Person?where=age%3D1+or+pin+in+('to-canary')".to_owned(),
        "/api/data/Person?foo=1;password=to-canary".to_owned(),
        "/api/data/Person;password=to-canary".to_owned(),
    ] {
        send(console.http.get(format!("{}{path}", console.server.url()))).await;
        assert_not_logged(&console, "to-canary").await;
        console.delete("/requests").await;
    }
    // Tables and ids of known operations, and words of unknown ones, are shown.
    for (path, expected) in [
        ("/api/data/Person2/A-1", "/data/Person2/A-1"),
        ("/api/dataa/Person", "/dataa/Person"),
        ("/api//data/Person", "//data/Person"),
    ] {
        send(console.http.get(format!("{}{path}", console.server.url()))).await;
        assert_eq!(console.server.requests().pop().unwrap().path(), expected);
    }
}

#[tokio::test]
async fn secrets_in_bodies_of_any_form_are_masked() {
    let console = Console::start().await;
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    for (media_type, body) in [
        (form, "login=a&password=pa55-canary"),
        (json, "login=a&password=pa55-canary"),
        (json, "{'login':'a','password':'pa55-canary'}"),
        ("text/plain", "{'login':'a','password':'pa55-canary'}"),
        (json, r#"{"login":"{\"password\":\"pa55-canary\"}"}"#),
        (json, r#"{"where":"password='pa55-canary'"}"#),
        (
            json,
            r#"{"pwd":"pa55-canary","userPin":"pa55-canary","passphrase":"pa55-canary"}"#,
        ),
        (
            json,
            r#"{"privateKey":"pa55-canary","sessionId":"pa55-canary"}"#,
        ),
        (
            "Multipart/Form-Data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\npa55-canary\r\n--x--",
        ),
        ("application/x-test", "pa55-canary"),
        // Without quotes: not certainly a value, but masked where it is.
        ("text/plain", "login=a&password=pa55-canary"),
        (json, r#"{"note":"password=pa55-canary"}"#),
        // Of a form only the size is recorded, whatever it contains.
        (
            "Multipart/Form-Data; boundary=x",
            r#"{"note":"pa55-canary"}"#,
        ),
    ] {
        let request = console.http.post(console.service("/files/a/"));
        send(request.header("content-type", media_type).body(body)).await;
        assert_not_logged(&console, "pa55-canary").await;
        console.delete("/requests").await;
    }
    for (name, value) in [
        ("x-auth", "pa55-canary"),
        ("x-session", "pa55-canary"),
        ("x-signature", "pa55-canary"),
        ("x-note", "token=pa55-canary"),
    ] {
        let request = console.http.get(console.service("/counters/c"));
        send(request.header(name, value)).await;
        assert_not_logged(&console, "pa55-canary").await;
        console.delete("/requests").await;
    }
}

#[tokio::test]
async fn an_address_of_a_confirmation_is_masked_in_a_response() {
    let console = Console::of(Server::builder().email_confirmation(true)).await;
    let user = json!({"email": "ann@example.com", "password": "pa55-canary"});
    let register = console.http.post(console.service("/users/register"));
    ok(register.json(&user)).await;
    let path = "/users/createEmailConfirmationURL/ann@example.com";
    let created = ok(console.http.post(console.service(path))).await;
    let url = created["confirmationURL"].as_str().unwrap();
    let token = url.rsplit_once('/').unwrap().1;
    assert!(token.len() > 16, "{url}");
    assert_not_logged(&console, token).await;
    // The confirmation itself.
    send(console.http.get(url)).await;
    assert_not_logged(&console, token).await;
}
