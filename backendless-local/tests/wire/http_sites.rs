//! Requests that a page of another site could send, to every kind of route, and what a browser may do with the responses.

use std::net::SocketAddr;

use backendless_local::protocol::TOKEN_HEADER;
use backendless_local::{Builder, Server};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{base, client};

const TOKEN: &str = "control-token-of-the-test";
const LISTED: &str = "http://localhost:3000";
const MULTIPART: &str = "multipart/form-data; boundary=x";
const PAGE: &str = "<script>top.hit = 1</script>";

struct Site {
    server: Server,
    http: reqwest::Client,
}

impl Site {
    async fn of(builder: Builder) -> Site {
        let server = builder.control_token(TOKEN).start().await.unwrap();
        Site {
            server,
            http: client(),
        }
    }

    async fn start() -> Site {
        Site::of(Server::builder()).await
    }

    /// A request of each kind, with its status when no page of another site sends it. All that a form or an image of a
    /// page could send, without a preflight request.
    fn requests(&self) -> Vec<(RequestBuilder, u16)> {
        let (key, origin) = (base(&self.server), self.server.url());
        let send = |method: Method, url: String| self.http.request(method, url);
        let mut requests = Vec::new();
        for base in [&key, &format!("{origin}/api")] {
            let form = format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: text/html\r\n\r\n{PAGE}\r\n--x--\r\n"
            );
            let row = send(Method::POST, format!("{base}/data/Person"));
            let file = send(Method::POST, format!("{base}/files/a.html?overwrite=true"));
            requests.extend([
                (
                    row.header("content-type", "text/plain")
                        .body(r#"{"name":"Bob"}"#),
                    200,
                ),
                (file.header("content-type", MULTIPART).body(form), 200),
                (send(Method::GET, format!("{base}/files/a.html")), 200),
                (send(Method::HEAD, format!("{base}/files/a.html")), 200),
                (send(Method::GET, format!("{base}/data/Person")), 200),
                (
                    send(Method::PUT, format!("{base}/counters/c/increment/get")),
                    200,
                ),
                (send(Method::GET, format!("{base}/nothing")), 404),
                (send(Method::PATCH, format!("{base}/data/Person")), 405),
            ]);
        }
        let control = send(Method::POST, format!("{origin}/.control/export"));
        requests.extend([
            (send(Method::GET, format!("{origin}/nothing")), 400),
            (send(Method::POST, origin.clone()), 400),
            (control.header(TOKEN_HEADER, TOKEN).body("{}"), 400),
        ]);
        requests
    }

    async fn rows(&self) -> Value {
        let url = format!("{}/data/Person/count", base(&self.server));
        self.http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// Asserts that requests with these headers are rejected, and change nothing.
    async fn assert_rejected(&self, headers: &[(&str, &str)], expected: &str) {
        let rows = self.rows().await;
        for (request, _) in self.requests() {
            let response = with(request, headers).send().await.unwrap();
            let url = response.url().clone();
            assert_eq!(response.status(), 403, "{url} {headers:?}");
            let text = response.text().await.unwrap();
            assert!(text.contains(expected) || text.is_empty(), "{url}: {text}");
            assert!(!text.contains(self.server.api_key()), "{text}");
        }
        assert_eq!(self.rows().await, rows, "{headers:?}");
    }

    async fn assert_accepted(&self, headers: &[(&str, &str)]) {
        for (request, status) in self.requests() {
            let response = with(request, headers).send().await.unwrap();
            assert_eq!(response.status(), status, "{} {headers:?}", response.url());
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.http.get(format!("{}{path}", base(&self.server)));
        with(request, headers).send().await.unwrap()
    }
}

fn with(request: RequestBuilder, headers: &[(&str, &str)]) -> RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    })
}

#[tokio::test]
async fn a_client_that_is_no_browser_needs_no_header() {
    let site = Site::start().await;
    site.assert_accepted(&[]).await;
    // As the official JavaScript SDK sends with Node.js.
    site.assert_accepted(&[("sec-fetch-mode", "cors")]).await;
    let port = site.server.address().port();
    for host in [
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "127.0.0.1",
        "[::1]",
    ] {
        site.assert_accepted(&[("host", &format!("{host}:{port}"))])
            .await;
    }
}

#[tokio::test]
async fn another_host_is_rejected_on_every_route() {
    let site = Site::start().await;
    let port = site.server.address().port();
    for host in [
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("evillocalhost:{port}"),
        format!("192.0.2.1:{port}"),
        "x".to_owned(),
    ] {
        let expected = format!("the host '{host}' is not a name of this server");
        site.assert_rejected(&[("host", &host)], &expected).await;
        // The page of a rebound name is its own origin.
        let origin = format!("http://{host}");
        site.assert_rejected(&[("host", &host), ("origin", &origin)], &expected)
            .await;
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_rejected_on_every_route() {
    let site = Site::start().await;
    let port = site.server.address().port();
    let own = site.server.url();
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        LISTED.to_owned(),
        own.replace("http:", "https:"),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        // The page of another name of this machine is not that of the request.
        format!("http://localhost:{port}"),
    ] {
        let expected = format!("a page of the origin '{origin}' sent it");
        site.assert_rejected(&[("origin", &origin)], &expected)
            .await;
        site.assert_rejected(
            &[("origin", &origin), ("sec-fetch-site", "same-origin")],
            &expected,
        )
        .await;
    }
    site.assert_rejected(
        &[("origin", &own), ("origin", &own)],
        "more than one header 'origin'",
    )
    .await;
    for value in ["cross-site", "same-site", "unknown"] {
        let expected = "a page of another site sent it";
        site.assert_rejected(&[("sec-fetch-site", value)], expected)
            .await;
        let referer = format!("{own}/api/files/a.html");
        site.assert_rejected(
            &[("sec-fetch-site", value), ("referer", &referer)],
            expected,
        )
        .await;
    }
    for value in ["none", "same-origin"] {
        site.get("/counters/c", &[("sec-fetch-site", value)])
            .await
            .error_for_status()
            .unwrap();
    }
}

#[tokio::test]
async fn pages_of_listed_origins_are_accepted() {
    let site = Site::of(Server::builder().cors_origin(LISTED)).await;
    for fetched in ["cross-site", "same-site"] {
        let headers = [("origin", LISTED), ("sec-fetch-site", fetched)];
        for (request, status) in site.requests() {
            let response = with(request, &headers).send().await.unwrap();
            // The control routes are not for pages.
            let is_control = response.url().path().starts_with("/.control");
            let status = if is_control { 403 } else { status };
            assert_eq!(response.status(), status, "{}", response.url());
            let has_origin = response
                .headers()
                .contains_key("access-control-allow-origin");
            assert!(has_origin != is_control, "{}", response.url());
        }
        // An image of the page.
        let referer = format!("{LISTED}/index.html?a#b");
        for referer in [LISTED, &referer] {
            let headers = [
                ("sec-fetch-site", fetched),
                ("referer", referer),
                ("sec-fetch-dest", "image"),
            ];
            site.get("/files/a.html", &headers)
                .await
                .error_for_status()
                .unwrap();
            let write = site
                .http
                .post(format!("{}/data/Person", base(&site.server)))
                .body("{}");
            assert_eq!(with(write, &headers).send().await.unwrap().status(), 403);
        }
        let others = [
            "http://localhost:30001/",
            "http://localhost:3000.evil.example/",
            "https://evil.example/http://localhost:3000",
            "",
        ];
        for referer in others {
            let headers = [("sec-fetch-site", fetched), ("referer", referer)];
            assert_eq!(
                site.get("/files/a.html", &headers).await.status(),
                403,
                "{referer}"
            );
        }
    }
    site.assert_rejected(
        &[("origin", "http://localhost:3001")],
        "a page of the origin",
    )
    .await;
}

#[tokio::test]
async fn a_link_of_another_site_opens_files_only() {
    let site = Site::start().await;
    site.assert_accepted(&[]).await;
    let link = |mode: &'static str, dest: &'static str| {
        [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ]
    };
    assert_eq!(
        site.get("/files/a.html", &link("navigate", "document"))
            .await
            .status(),
        200
    );
    for (mode, dest) in [
        ("navigate", "iframe"),
        ("navigate", "object"),
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("cors", "empty"),
    ] {
        assert_eq!(
            site.get("/files/a.html", &link(mode, dest)).await.status(),
            403,
            "{dest}"
        );
    }
    for path in [
        "/data/Person",
        "/users/restorepassword/a@example.com",
        "/users/logout",
        "/files",
        "/filesx/a",
        "//files/a.html",
    ] {
        assert_eq!(
            site.get(path, &link("navigate", "document")).await.status(),
            403,
            "{path}"
        );
    }
    let confirmation = "/users/emailconfirmation/01234567-89AB-CDEF-0123-456789ABCDEF";
    assert_eq!(
        site.get(confirmation, &link("navigate", "document"))
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn a_server_of_a_network_checks_names_and_origins() {
    let address: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let site = Site::of(
        Server::builder()
            .address(address)
            .cors_origin("http://box.example:9080"),
    )
    .await;
    let port = site.server.address().port();
    for host in [
        format!("192.0.2.1:{port}"),
        format!("[2001:db8::1]:{port}"),
        "backend:9080".to_owned(),
        "box.example:9080".to_owned(),
    ] {
        let response = site.get("/counters/c", &[("host", &host)]).await;
        assert_eq!(response.status(), 200, "{host}");
        let origin = format!("http://{host}");
        let response = site
            .get("/counters/c", &[("host", &host), ("origin", &origin)])
            .await;
        assert_eq!(response.status(), 200, "{host}");
    }
    let host = format!("evil.example:{port}");
    site.assert_rejected(&[("host", &host)], "is not a name of this server")
        .await;
    site.assert_rejected(&[("origin", "null")], "a page of the origin 'null'")
        .await;
    site.assert_rejected(
        &[("sec-fetch-site", "cross-site")],
        "a page of another site",
    )
    .await;
}

#[tokio::test]
async fn no_response_is_a_page_of_the_server() {
    let faults =
        backendless_local::Faults::seeded(0).with(backendless_local::Fault::Unavailable, 1.0);
    let failing = Site::of(Server::builder().faults(faults)).await;
    let site = Site::of(Server::builder().cors_origin(LISTED)).await;
    let mut responses = vec![
        failing.get("/counters/c", &[]).await,
        site.get("/counters/c", &[("origin", "null")]).await,
    ];
    let preflight = site.http.request(
        Method::OPTIONS,
        format!("{}/data/Person", base(&site.server)),
    );
    let preflight = preflight
        .header("origin", LISTED)
        .header("access-control-request-method", "PUT");
    responses.push(preflight.send().await.unwrap());
    for (request, _) in site.requests() {
        responses.push(request.send().await.unwrap());
    }
    for response in &responses {
        let headers = response.headers();
        let policies: Vec<_> = headers.get_all("content-security-policy").iter().collect();
        assert_eq!(policies, ["sandbox"], "{}", response.url());
        assert_eq!(
            headers["x-content-type-options"],
            "nosniff",
            "{}",
            response.url()
        );
    }
    // Files still have their type.
    let file = site.get("/files/a.html", &[]).await;
    assert_eq!(file.headers()["content-type"], "text/html");
    assert_eq!(file.text().await.unwrap(), PAGE);
}

#[tokio::test]
async fn a_rejected_request_is_in_the_log_and_a_large_body_does_not_prevent_the_response() {
    let site = Site::start().await;
    let request = site
        .http
        .post(format!("{}/data/Person", base(&site.server)));
    let body = json!({"text": "x".repeat(10_000_000)});
    let response = request
        .header("origin", LISTED)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 403);
    let error: Value = response.json().await.unwrap();
    assert_eq!(error["code"], -403);
    let requests = site.server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|one| (one.path(), one.status()))
        .collect();
    assert_eq!(seen, [("/data/Person", Some(403))]);
    assert_eq!(site.server.usage().busiest_minute(), 0);
}
