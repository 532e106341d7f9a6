//! Requests that a page of another site could send, and what the responses allow a browser to do.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::support::{Console, TOKEN, rejected, send};

/// Reads and writes of the API.
const OPERATIONS: [(&str, &str); 10] = [
    ("GET", "/overview"),
    ("GET", "/requests"),
    ("GET", "/tables/rows?table=Users"),
    ("GET", "/files/content?path=a.txt"),
    ("POST", "/tables"),
    ("PUT", "/faults?name=503&rate=1"),
    ("DELETE", "/files?path=a.txt"),
    ("GET", "/state/export"),
    ("POST", "/state/import"),
    ("POST", "/reset"),
];

fn method(name: &str) -> Method {
    name.parse().unwrap()
}

#[tokio::test]
async fn another_host_is_rejected() {
    let console = Console::start().await;
    let port = console.server.address().port();
    for host in [
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.:{port}"),
        "127.0.0.1".to_owned(),
        format!("127.0.0.1:{}", port.wrapping_add(1)),
        format!("user@127.0.0.1:{port}"),
        format!("0.0.0.0:{port}"),
    ] {
        let page = console.http.get(console.server.url());
        let page = page.header("accept", "text/html").header("host", &host);
        let message = rejected(page, 403).await;
        assert!(
            message.contains(&format!("open it at http://127.0.0.1:{port}/")),
            "{message}"
        );
        for (name, path) in OPERATIONS {
            let request = console.api(method(name), path).header("host", &host);
            rejected(request, 403).await;
        }
        rejected(
            console
                .http
                .get(console.url("/app.js"))
                .header("host", &host),
            403,
        )
        .await;
    }
}

#[tokio::test]
async fn names_of_this_machine_are_accepted() {
    let console = Console::start().await;
    let port = console.server.address().port();
    for host in [
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "127.0.0.1",
        "127.0.0.2",
        "[::1]",
    ] {
        let request = console.api(Method::GET, "/overview");
        let request = request.header("host", format!("{host}:{port}"));
        assert_eq!(send(request).await.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_are_rejected() {
    let console = Console::start().await;
    let port = console.server.address().port();
    let other_port = port.wrapping_add(1);
    for (name, value) in [
        ("origin", "https://evil.example".to_owned()),
        ("origin", "null".to_owned()),
        ("origin", format!("https://127.0.0.1:{port}")),
        ("origin", format!("http://127.0.0.1:{other_port}")),
        // Another program may listen there.
        ("origin", format!("http://127.0.0.2:{port}")),
        ("origin", format!("http://localhost.evil.example:{port}")),
        ("sec-fetch-site", "cross-site".to_owned()),
        // Another port of this machine is the same site, but another origin.
        ("sec-fetch-site", "same-site".to_owned()),
        ("sec-fetch-site", "unknown".to_owned()),
    ] {
        for (operation, path) in OPERATIONS {
            let request = console.api(method(operation), path).header(name, &value);
            rejected(request, 403).await;
        }
        for path in ["/app.js", "/style.css", "/preview/x"] {
            rejected(
                console.http.get(console.url(path)).header(name, &value),
                403,
            )
            .await;
        }
    }
    for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
        let request = console
            .api(Method::GET, "/overview")
            .header("origin", format!("http://{host}"))
            .header("host", host);
        assert_eq!(
            send(request.header("sec-fetch-site", "same-origin"))
                .await
                .status(),
            200
        );
    }
}

#[tokio::test]
async fn the_page_can_be_opened_from_another_site_but_not_loaded_by_it() {
    let console = Console::start().await;
    let page = |mode: &str, dest: &str| {
        let request = console
            .http
            .get(console.server.url())
            .header("accept", "text/html");
        let request = request.header("sec-fetch-site", "cross-site");
        request
            .header("sec-fetch-mode", mode)
            .header("sec-fetch-dest", dest)
    };
    assert_eq!(send(page("navigate", "document")).await.status(), 200);
    for (mode, dest) in [
        ("navigate", "iframe"),
        ("navigate", "object"),
        ("no-cors", "script"),
        ("no-cors", "image"),
        ("cors", "empty"),
    ] {
        rejected(page(mode, dest), 403).await;
    }
}

/// The functions of api.js that send a request, and their methods.
const FUNCTIONS: [(&str, Method); 6] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("remove", Method::DELETE),
    ("upload", Method::POST),
    ("download", Method::GET),
];

/// The operations that the scripts of the page use: `get("overview")`.
fn operations_of_the_scripts() -> BTreeSet<(String, String)> {
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console/assets");
    let mut operations = BTreeSet::new();
    for entry in std::fs::read_dir(scripts).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let script = std::fs::read_to_string(&path).unwrap();
        for (function, method) in &FUNCTIONS {
            let call = format!("{function}(\"");
            for (at, _) in script.match_indices(&call) {
                // Not `headers.get("x")`.
                if script[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.') {
                    continue;
                }
                let path = script[at + call.len()..].split('"').next().unwrap();
                operations.insert((method.to_string(), format!("/{path}")));
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_operation_of_the_scripts_needs_the_token_and_is_a_route() {
    let console = Console::start().await;
    let operations = operations_of_the_scripts();
    for (name, path) in OPERATIONS {
        let path = path.split('?').next().unwrap();
        let is_found = operations.contains(&(name.to_owned(), path.to_owned()));
        assert!(is_found, "no script uses {name} {path}");
    }
    for (name, path) in operations {
        let url = console.url(&format!("/api{path}"));
        let request = console.http.request(method(&name), url);
        let message = rejected(request, 403).await;
        assert!(
            message.contains("reload the page"),
            "{name} {path}: {message}"
        );
        // Without parameters, most of them are errors.
        let response = send(console.api(method(&name), &path)).await;
        let status = response.status();
        assert!(
            ![404, 405].contains(&status.as_u16()),
            "{name} {path}: {status}"
        );
    }
}

#[tokio::test]
async fn only_the_header_with_the_token_admits_a_request() {
    let console = Console::start().await;
    let other = Console::start().await;
    for (name, path) in OPERATIONS {
        let url = console.url(&format!("/api{path}"));
        let request = || console.http.request(method(name), &url);
        let message = rejected(request(), 403).await;
        assert!(message.contains("reload the page"), "{message}");
        for token in [
            "",
            "x",
            &other.token,
            &console.token[1..],
            &format!("{}A", console.token),
        ] {
            rejected(request().header(TOKEN, token), 403).await;
        }
        // In another place it is not the header that causes a preflight request.
        let separator = if path.contains('?') { '&' } else { '?' };
        let in_url = format!("{url}{separator}{TOKEN}={}", console.token);
        rejected(console.http.request(method(name), in_url), 403).await;
        let cookie = format!("{TOKEN}={}", console.token);
        rejected(request().header("cookie", cookie), 403).await;
        // Two values: which one is meant is not clear.
        rejected(
            request()
                .header(TOKEN, &console.token)
                .header(TOKEN, &console.token),
            403,
        )
        .await;
    }
    assert_eq!(console.get("/faults").await[3]["rate"], 0.0);
}

#[tokio::test]
async fn no_preflight_request_is_allowed() {
    let console = Console::start().await;
    for path in [
        "",
        "/~console/api/overview",
        "/~console/api/reset",
        "/~console/app.js",
    ] {
        let url = format!("{}{path}", console.server.url());
        let request = console.http.request(Method::OPTIONS, url);
        let request = request
            .header("accept", "text/html")
            .header("origin", "https://evil.example");
        let request = request.header("access-control-request-headers", TOKEN);
        let response = send(request.header("access-control-request-method", "GET")).await;
        assert!(!response.status().is_success(), "{path}");
        let mut names = response.headers().keys();
        assert!(
            names.all(|name| !name.as_str().starts_with("access-control-")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_response_has_the_headers_that_protect_it() {
    let console = Console::start().await;
    let page = console
        .http
        .get(console.server.url())
        .header("accept", "text/html");
    for request in [
        page,
        console.http.get(console.url("/app.js")),
        console.http.get(console.url("/style.css")),
        console.http.get(console.url("/unknown")),
        console.http.get(console.url("/api/overview")),
        console.api(Method::GET, "/overview"),
        console.api(Method::GET, "/unknown"),
        console.api(Method::GET, "/tables/rows?table=None"),
    ] {
        let response = send(request).await;
        let path = response.url().path().to_owned();
        let header = |name: &str| {
            let value = response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap());
            value
                .unwrap_or_else(|| panic!("{path}: {name} is missing"))
                .to_owned()
        };
        let policy = header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            let mut directives = policy.split("; ");
            assert!(
                directives.any(|other| other == directive),
                "{path}: {policy}"
            );
        }
        // Only the page has scripts.
        assert_eq!(policy.contains("script-src"), path == "/", "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(header(name), value, "{path}: {name}");
        }
    }
}

/// The source `'self'` would admit a stored file.
#[tokio::test]
async fn the_page_admits_only_the_scripts_and_styles_that_it_names() {
    let console = Console::start().await;
    let mut policies = Vec::new();
    for _ in 0..2 {
        let page = console.http.get(console.server.url());
        let page = send(page.header("accept", "text/html")).await;
        let policy = page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        let text = page.text().await.unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap();
        let nonce = nonce.split('\'').next().unwrap();
        for directive in [
            &*format!("script-src 'nonce-{nonce}'"),
            &format!("style-src 'nonce-{nonce}'"),
            "connect-src 'self'",
            "require-trusted-types-for 'script'",
        ] {
            let mut directives = policy.split("; ");
            assert!(directives.any(|other| other == directive), "{policy}");
        }
        let named = [
            format!("<script src=\"/~console/app.js\" type=\"module\" nonce=\"{nonce}\">"),
            format!("<link rel=\"stylesheet\" href=\"/~console/style.css\" nonce=\"{nonce}\">"),
        ];
        assert!(named.iter().all(|element| text.contains(element)), "{text}");
        policies.push(policy);
    }
    assert_ne!(policies[0], policies[1]);
}

/// A document of this origin could otherwise read the token of the page.
#[tokio::test]
async fn the_page_cannot_be_read_by_a_script_of_its_origin() {
    let console = Console::start().await;
    for dest in ["empty", "iframe", "object", "script", "embed"] {
        let page = console
            .http
            .get(console.server.url())
            .header("accept", "text/html");
        let page = page
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-dest", dest);
        rejected(page, 403).await;
    }
    let page = console
        .http
        .get(console.server.url())
        .header("accept", "text/html");
    let page = page
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-dest", "document");
    assert_eq!(send(page).await.status(), 200);
}

#[tokio::test]
async fn the_console_is_outside_of_the_service() {
    let console = Console::start().await;
    console.get("/overview").await;
    console.get("/requests").await;
    assert_eq!(console.server.usage().busiest_minute(), 0);
    assert!(console.server.requests().is_empty());
    // The root of the service is unchanged.
    for method in [Method::GET, Method::POST] {
        let request = console.http.request(method, console.server.url());
        let message = rejected(request, 400).await;
        assert!(
            message.starts_with("Could not find app or API key"),
            "{message}"
        );
    }
    // A wrong base URL is a common mistake, so it is in the log.
    let requests = console.server.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|request| (request.method(), request.path(), request.status()))
        .collect();
    assert_eq!(seen, [("GET", "/", Some(400)), ("POST", "/", Some(400))]);
    assert_eq!(console.server.usage().current_minute(), 2);
}

#[tokio::test]
async fn faults_and_limits_of_clients_do_not_concern_the_console() {
    use backendless_local::{Fault, Faults, Server};
    let faults = Faults::seeded(0).with(Fault::Unavailable, 1.0);
    let builder = Server::builder().faults(faults).requests_per_minute(0);
    let console = Console::of(builder).await;
    assert_eq!(console.get("/faults").await[3]["rate"], 1.0);
}

#[tokio::test]
async fn an_origin_that_may_call_the_service_may_not_use_the_console() {
    let origin = "http://localhost:3000";
    let builder = backendless_local::Server::builder().cors_origin(origin);
    let console = Console::of(builder).await;
    let page = console.http.get(console.server.url());
    let mut requests = vec![page.header("accept", "text/html")];
    for (name, path) in OPERATIONS {
        requests.push(console.api(method(name), path));
        let url = console.url(&format!("/api{path}"));
        let preflight = console.http.request(Method::OPTIONS, url);
        requests.push(preflight.header("access-control-request-method", name));
    }
    for request in requests {
        let response = send(request.header("origin", origin)).await;
        let url = response.url().clone();
        assert_eq!(response.status(), 403, "{url}");
        let mut names = response.headers().keys();
        assert!(
            names.all(|name| !name.as_str().starts_with("access-control-")),
            "{url}"
        );
    }
}
