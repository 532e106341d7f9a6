//! Requests of browsers to a server of a network. Browsers send `Sec-Fetch-*` only to loopback names and by `https`, and
//! `Origin` not with a plain `GET`: the headers are those that Chromium sends to another address of this machine.

use std::net::SocketAddr;

use backendless_local::Server;
use serde_json::json;

use crate::support::{Call, TestServer};

const LAN: &str = "192.0.2.2:9080";
const LISTED: &str = "http://192.0.2.2:3000";
const CHROMIUM: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const IMAGE: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const DOCUMENT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

type Headers<'h> = &'h [(&'h str, &'h str)];

async fn start() -> TestServer {
    let address: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let builder = Server::builder().address(address);
    TestServer::of(builder.cors_origin(LISTED)).await
}

/// A request to the address of the domain, for which a page needs no app id and no key.
fn get(app: &TestServer, path: &str, headers: Headers<'_>) -> Call {
    let port = app.server.address().port();
    let request = app.http.get(format!("http://127.0.0.1:{port}/api{path}"));
    let call = TestServer::call(request);
    headers
        .iter()
        .fold(call, |call, (name, value)| call.header(name, value))
}

async fn status(call: Call) -> u16 {
    call.send().await.status().as_u16()
}

#[tokio::test]
async fn an_image_of_another_site_consumes_no_message_and_sends_no_email() {
    let app = start().await;
    app.user("ann@example.com", "pa55word").await;
    let message = json!({"message": "hello"});
    app.post("/messaging/default", message).ok().await;
    let agent = ("user-agent", CHROMIUM);
    let image: Headers<'_> = &[
        ("host", LAN),
        ("referer", "http://evil.example/"),
        ("accept", IMAGE),
        agent,
    ];
    let hidden: Headers<'_> = &[("host", LAN), ("accept", IMAGE), agent];
    let script: Headers<'_> = &[("host", LAN), ("accept", "*/*"), agent];
    let frame: Headers<'_> = &[("host", LAN), ("accept", DOCUMENT), agent];
    for headers in [image, hidden, script, frame] {
        for path in [
            "/users/restorepassword/ann@example.com",
            "/messaging/default/victim",
            "/services/shop/getOrders",
            "/data/Users",
        ] {
            let error = get(&app, path, headers).rejected(403, -403).await;
            assert!(
                error.contains("a page of another site") || error.contains("for which page"),
                "{error}"
            );
        }
    }
    assert_eq!(app.server.outbox().await.unwrap().len(), 0);
    let polled = app.get("/messaging/default/victim").ok().await;
    assert_eq!(polled["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_referer_is_rejected_at_every_name() {
    let app = start().await;
    for host in [LAN, "127.0.0.1:9080", "localhost", "backend:9080"] {
        for referer in [
            "http://evil.example/",
            "http://192.0.2.2:3001/",
            "http://192.0.2.2:3000.evil.example/",
            "https://192.0.2.2:9080/",
            "about:blank",
            "",
        ] {
            let agent = ("user-agent", CHROMIUM);
            let headers = [("host", host), ("referer", referer), agent];
            assert_eq!(
                status(get(&app, "/counters/c", &headers)).await,
                403,
                "{host} {referer}"
            );
        }
        let own = format!("http://{host}/page");
        for referer in [own, format!("{LISTED}/index.html"), LISTED.to_owned()] {
            let agent = ("user-agent", CHROMIUM);
            let headers = [("host", host), ("referer", &*referer), agent];
            assert_eq!(
                status(get(&app, "/counters/c", &headers)).await,
                200,
                "{host} {referer}"
            );
        }
    }
}

#[tokio::test]
async fn clients_that_are_no_browsers_are_accepted_at_every_name() {
    let app = start().await;
    for client in [
        &[][..],
        &[("user-agent", "curl/8.5.0"), ("accept", "*/*")],
        &[("user-agent", "okhttp/4.12.0")],
        // After a redirect of another server, which reqwest and others name.
        &[("referer", "http://192.0.2.2:3001/")],
        // The defaults of Java, which begin as those of a browser.
        &[
            ("user-agent", "Java/17.0.9"),
            ("accept", "text/html, image/gif, image/jpeg, */*; q=0.2"),
        ],
        &[
            ("user-agent", "node"),
            ("sec-fetch-mode", "cors"),
            ("accept-language", "*"),
        ],
    ] {
        for host in [LAN, "127.0.0.1:9080", "backend:9080"] {
            let headers = [client, &[("host", host)]].concat();
            assert_eq!(
                status(get(&app, "/counters/c", &headers)).await,
                200,
                "{headers:?}"
            );
        }
    }
    // A client with the name of a browser, which would send `Origin` with this method.
    let port = app.server.address().port();
    let url = format!("http://127.0.0.1:{port}/api/counters/c/increment/get");
    let request = TestServer::call(app.http.put(url));
    let request = request.header("host", LAN).header("user-agent", CHROMIUM);
    assert_eq!(status(request).await, 200);
    // The official JavaScript SDK in a page of a listed origin: its requests are those of `XMLHttpRequest`.
    let page = [("host", LAN), ("origin", LISTED), ("user-agent", CHROMIUM)];
    assert_eq!(status(get(&app, "/counters/c", &page)).await, 200);
    // The address bar, on the machine of the server.
    for host in ["127.0.0.1:9080", "localhost:9080", "[::1]:9080"] {
        let headers = [
            ("host", host),
            ("user-agent", CHROMIUM),
            ("accept", DOCUMENT),
        ];
        assert_eq!(status(get(&app, "/counters/c", &headers)).await, 200);
    }
}

#[tokio::test]
async fn a_link_opens_a_file_at_every_name() {
    let app = start().await;
    crate::state::upload(&app, "a.html", "text").await;
    for referer in [&[][..], &[("referer", "http://chat.example/")]] {
        let browser = [("host", LAN), ("user-agent", CHROMIUM)];
        let headers = [&browser, referer].concat();
        let link = [&headers[..], &[("accept", DOCUMENT)]].concat();
        assert_eq!(status(get(&app, "/files/a.html", &link)).await, 200);
        assert_eq!(status(get(&app, "/data/Person", &link)).await, 403);
        let image = [&headers[..], &[("accept", IMAGE)]].concat();
        assert_eq!(status(get(&app, "/files/a.html", &image)).await, 403);
    }
}
