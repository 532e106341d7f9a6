//! The picture of the README: the overview of a shop with some minutes of requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use backendless_local::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{self, Size};
use crate::support::{Console, ok, send};

/// The address that the README shows.
const PORT: u16 = 9080;

async fn call(console: &Console, method: Method, path: &str, body: Value) {
    let request = console.http.request(method, console.service(path));
    assert_eq!(send(request.json(&body)).await.status(), 200, "{path}");
}

async fn post(console: &Console, path: &str, body: Value) {
    call(console, Method::POST, path, body).await;
}

async fn get(console: &Console, path: &str) {
    let response = send(console.http.get(console.service(path))).await;
    assert_eq!(response.status(), 200, "{path}");
}

/// Sends a varying number of requests, 45 s apart.
async fn fill_history(console: &Console) {
    for requests in [1, 3, 2, 6, 9, 4, 5, 12, 8, 3, 2, 7, 10, 6, 4] {
        for _ in 0..requests {
            get(console, "/counters/visits").await;
        }
        console.server.advance_clock(Duration::from_secs(45));
    }
}

async fn fill_data(console: &Console) {
    for n in 1..=32 {
        let row = json!({"name": format!("Article {n}"), "price": n * 5, "active": n % 4 != 0});
        post(console, "/data/Article", row).await;
    }
    for name in ["ann", "bob", "eve"] {
        let email = format!("{name}@example.com");
        let user = json!({"email": email, "password": "pa55", "name": name});
        post(console, "/users/register", user).await;
        let login = json!({"login": email, "password": "pa55"});
        post(console, "/users/login", login).await;
        get(console, "/data/Article?pageSize=10").await;
    }
    for query in ["active%20%3D%20true", "price%20%3E%20100"] {
        get(console, &format!("/data/Article?where={query}")).await;
        get(console, &format!("/data/Article/count?where={query}")).await;
    }
}

async fn fill_services(console: &Console) {
    for path in ["docs/a.txt", "docs/b.txt", "docs/c.txt", "logo.txt"] {
        let upload = console.api(Method::POST, &format!("/files/content?path={path}"));
        ok(upload.header("content-type", "text/plain").body("text")).await;
        get(console, &format!("/files/{path}")).await;
    }
    for text in ["The first message", "The second message"] {
        post(console, "/messaging/news", json!({"message": text})).await;
    }
    let email = json!({
        "subject": "Welcome to the shop", "to": ["ann@example.com"], "bodyparts": {"textmessage": "Hello Ann"},
    });
    post(console, "/messaging/email", email).await;
    let push = json!({"message": "Sale", "pushPolicy": "ALSO", "pushSinglecast": ["device-1"]});
    post(console, "/messaging/news", push).await;
    for (latitude, longitude) in [(48.86, 2.35), (40.71, -74.01), (-33.87, 151.21)] {
        let point = json!({"latitude": latitude, "longitude": longitude, "categories": ["cities"]});
        post(console, "/geo/points", point).await;
    }
    call(
        console,
        Method::PUT,
        "/cache/cart?timeout=600000",
        json!([1, 2]),
    )
    .await;
    for _ in 0..4 {
        call(
            console,
            Method::PUT,
            "/counters/visits/increment/get",
            json!(null),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it needs the port 9080; CONTRIBUTING.md says how to run it"]
async fn picture_of_the_readme() {
    let builder = Server::builder()
        .address(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))
        .app_id("demo-app")
        .api_key("demo-key");
    let console = Console::of(builder).await;
    fill_history(&console).await;
    fill_data(&console).await;
    fill_services(&console).await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.resize(Size(1280, 980), "light");
    // The chart gets its width when the page is loaded.
    browser.visit("");
    assert_eq!(browser.take_errors(), Vec::<String>::new());
    browser.screenshot("readme");
}
