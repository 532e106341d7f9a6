//! What is too long for one response or one moment: headers, bodies that are still sent, directories of many files.

use std::time::Duration;

use backendless_local::Server;
use reqwest::{Method, Response};
use serde_json::json;

use crate::browser;
use crate::support::{Console, ok, rejected, send};

/// More than the buffers of a connection hold.
const LARGE: usize = 32 * 1024 * 1024;

/// Starts the download of a large file, which the server cannot complete before the response is read.
async fn download(console: &Console) -> Response {
    let upload = console.api(Method::POST, "/files/content?path=large.bin");
    ok(upload.body(vec![b'x'; LARGE])).await;
    send(console.http.get(console.service("/files/large.bin"))).await
}

#[tokio::test]
async fn the_list_says_which_requests_are_incomplete() {
    let console = Console::start().await;
    let response = download(&console).await;
    let listed = console.get("/requests").await;
    assert_eq!(listed["requests"][0]["isComplete"], false);
    let sent = listed["requests"][0]["responseBytes"].as_u64().unwrap();
    assert!(sent < LARGE as u64);
    assert_eq!(response.bytes().await.unwrap().len(), LARGE);
    let complete = async {
        loop {
            let update = console.get("/requests?after=1&incomplete=1").await;
            if update["requests"][0]["isComplete"] == true {
                break update["requests"][0]["responseBytes"].clone();
            }
        }
    };
    let size = tokio::time::timeout(Duration::from_secs(60), complete).await;
    assert_eq!(size.unwrap(), LARGE);
}

/// The page requests the lists every few seconds.
#[tokio::test]
async fn lists_of_large_items_are_short() {
    let console = Console::start().await;
    let large = "x".repeat(1_500_000);
    let post = |path, body| ok(console.http.post(console.service(path)).json(&body));
    for number in 0..4 {
        let parts = json!({"htmlmessage": large});
        let subject = format!("{number}{large}");
        let email = json!({"subject": subject, "to": ["a@example.com"], "bodyparts": parts});
        post("/messaging/email", email).await;
        let push = json!({"message": large, "pushPolicy": "ONLY", "pushSinglecast": ["d"]});
        post("/messaging/news", push).await;
        post("/messaging/chat", json!({"message": large})).await;
        let log =
            json!({"log-level": "INFO", "logger": "l", "message": large, "timestamp": number});
        let write = console.http.put(console.service("/log"));
        assert_eq!(send(write.json(&json!([log]))).await.status(), 200);
    }
    let emails = console.get("/emails").await;
    assert!(emails.to_string().len() < 2_000);
    let subject = emails[0]["item"]["subject"].as_str().unwrap();
    assert!(
        subject.starts_with("3xxx") && emails[3]["number"] == 1,
        "{emails}"
    );
    let email = console.get("/emails/one?number=4").await;
    assert_eq!(email["html"].as_str().unwrap().len(), large.len());
    rejected(console.api(Method::GET, "/emails/one?number=5"), 404).await;
    for list in ["/pushes", "/log", "/channels/messages?channel=chat"] {
        let shown = console.get(list).await;
        assert_eq!(shown.as_array().unwrap().len(), 2, "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_size_of_a_download_is_shown_once_it_is_complete() {
    let console = Console::start().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    let response = download(&console).await;
    browser.visit("requests");
    browser.click("GET /files/large.bin: show request and response");
    browser.wait("document.querySelector('#detail h2')");
    assert_eq!(
        browser.eval("document.body.innerText.includes('32.0 MiB')"),
        false
    );
    browser.eval("control('GET /files/large.bin: show request and response').focus()");
    response.bytes().await.unwrap();
    browser.wait("document.querySelector('tbody tr').innerText.includes('32.0 MiB')");
    browser.wait("document.querySelector('#detail').innerText.includes('32.0 MiB')");
    // The row is the same one.
    let focused = browser.eval("nameOf(document.activeElement)");
    assert_eq!(focused, "GET /files/large.bin: show request and response");
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}

#[tokio::test]
async fn long_headers_are_recorded_by_their_length() {
    let console = Console::start().await;
    let long = "x".repeat(20_000);
    let request = console.http.get(console.service("/counters/c"));
    send(request.header("x-long", &long).header("x-short", "1")).await;
    let echo = console.http.post(console.service("/services/echo/echo"));
    let secret = "secret-canary".repeat(1_000);
    let echo = echo.header("x-secret", &secret);
    send(echo.body(format!("\"{}\"", &secret[..1_000]))).await;
    let requests = console.server.requests();
    let headers = requests[0].request().headers();
    let long = headers.iter().find(|(name, _)| name == "x-long");
    assert_eq!(long.unwrap().1, "(20000 bytes, not recorded)");
    assert!(headers.contains(&("x-short".to_owned(), "1".to_owned())));
    // A secret that is not recorded cannot be masked where it is repeated.
    let bodies = [requests[1].request(), requests[1].response()];
    assert_eq!(bodies.map(|message| message.body()), [None, None]);
    assert_eq!(bodies[0].body_bytes(), 1_002);
    assert!(!format!("{requests:?}").contains("canary"));
}

#[tokio::test]
async fn the_builder_sets_how_many_requests_are_recorded() {
    let console = Console::of(Server::builder().request_log_capacity(2)).await;
    for name in ["a", "b", "c"] {
        send(
            console
                .http
                .get(console.service(&format!("/counters/{name}"))),
        )
        .await;
    }
    let listed = console.get("/requests").await;
    assert_eq!(listed["capacity"], 2);
    let requests = listed["requests"].as_array().unwrap();
    let paths: Vec<_> = requests.iter().map(|request| &request["path"]).collect();
    assert_eq!(paths, ["/counters/b", "/counters/c"]);
    rejected(console.api(Method::GET, "/requests/one?id=1"), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entries_of_a_long_directory_are_on_pages() {
    let console = Console::start().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    for number in 0..201 {
        let path = format!("/files/directories?path=d{number:03}");
        ok(console.api(Method::POST, &path)).await;
    }
    browser.visit("files");
    browser.wait_for("1 to 200 of 201 entries");
    let in_tree = "document.querySelector('summary [href=\"#/files/d200\"]')";
    assert!(browser.eval(in_tree).is_null());
    browser.click("More directories of files");
    browser.wait(in_tree);
    browser.click("Next");
    browser.wait_for("201 to 201 of 201 entries");
    // The page whose last entry is deleted.
    browser.click("Delete d200");
    browser.click("Delete");
    browser.wait_for("1 to 200 of 200 entries");
    assert_eq!(
        browser.eval("control('Next').disabled && control('Previous').disabled"),
        true
    );
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}

#[tokio::test]
async fn the_first_of_many_cache_values_are_listed_with_their_number() {
    let console = Console::start().await;
    for number in 0..501 {
        let value = json!({"key": format!("k{number:03}"), "value": number, "seconds": 60});
        console.put("/cache", value).await;
    }
    let listed = console.get("/cache").await;
    let entries = listed["entries"].as_array().unwrap();
    assert_eq!((entries.len(), &listed["count"]), (500, &json!(501)));
    assert_eq!(entries[499]["key"], "k499");
}
