//! Data that would run a script if a page showed it as HTML, in every place where a client or a user can store text.

use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{self, Browser};
use crate::support::{Console, ok, send};

/// Texts that set `window.hit` where they become HTML, an attribute, a script or an address.
const SCRIPTS: [&str; 5] = [
    "<script>top.hit = 1; window.hit = 1</script>",
    "<img src=x onerror='top.hit=1;window.hit=1'>",
    "\"><svg onload='top.hit=1;window.hit=1'>",
    "javascript:window.hit=1",
    "</script></textarea></title><iframe srcdoc='<script>top.hit=1</script>'>",
];

/// All of them in one text.
fn script() -> String {
    SCRIPTS.join(" ")
}

async fn stored() -> Console {
    let script = script();
    // Names of Cloud Code belong to the program.
    let builder =
        backendless_local::Server::builder().service(&script, &script, |_| Ok(Value::Null));
    let console = Console::of(builder).await;
    let row = json!({"text": script, "document": {&script: &script}, "long": script.repeat(30)});
    ok(console
        .http
        .post(console.service("/data/Person"))
        .json(&row))
    .await;
    let user = json!({"email": "a'<img/src=x/onerror=top.hit=1>@example.com", "password": "pa55", "name": script});
    send(
        console
            .http
            .post(console.service("/users/register"))
            .json(&user),
    )
    .await;
    console
        .post(
            "/tables/rows?table=Users",
            json!({"email": "b@example.com", "password": "pa55", "name": script}),
        )
        .await;
    for (name, media_type) in [
        ("html", "text/html"),
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("xhtml", "application/xhtml+xml"),
    ] {
        let content = format!(
            "<svg xmlns='http://www.w3.org/2000/svg'>{script}<script>window.hit=1</script></svg>"
        );
        let path = format!("evil/{} {name}", SCRIPTS[1]);
        let upload = console
            .api(Method::POST, "/files/content")
            .query(&[("path", &path)]);
        ok(upload.header("content-type", media_type).body(content)).await;
    }
    let message = json!({"message": script, "publisherId": script, "headers": {&script: &script}, "subtopic": script});
    let publish = console
        .api(Method::POST, "/channels/messages")
        .query(&[("channel", &script)]);
    ok(publish.json(&message)).await;
    let push = json!({"message": {"a": script}, "pushPolicy": "ALSO", "pushSinglecast": [script]});
    let publish = console
        .api(Method::POST, "/channels/messages")
        .query(&[("channel", &script)]);
    ok(publish.json(&push)).await;
    let email = json!({
        "subject": script, "to": ["a@<b>"], "cc": [script],
        "bodyparts": {"textmessage": script, "htmlmessage": format!("<p style='color:red'>{script}</p><a href='{}' target=_top>x</a>", SCRIPTS[3])},
    });
    ok(console
        .http
        .post(console.service("/messaging/email"))
        .json(&email))
    .await;
    console.post("/geo", json!({"latitude": 1, "longitude": 2, "categories": [script], "metadata": {&script: &script}})).await;
    console
        .put("/cache", json!({"key": script, "value": script}))
        .await;
    let counter = console
        .api(Method::PUT, "/counters")
        .query(&[("name", script.as_str()), ("value", "1")]);
    ok(counter).await;
    let log = json!([{"logger": script, "message": script, "exception": script, "log-level": "INFO", "timestamp": 1}]);
    let write = console.http.put(console.service("/log")).json(&log);
    assert_eq!(send(write).await.status(), 200);
    // In the log of requests: a header, a path, a parameter, a body.
    let request = console
        .http
        .get(console.service("/data/<script>window.hit=1</script>"))
        .query(&[("where", &script)]);
    send(request.header("x-note", &script).body(script.clone())).await;
    console
}

/// Checks that nothing ran or was created from data, and nothing was loaded.
fn check(browser: &mut Browser, page: &str) {
    assert_eq!(
        browser.eval("window.hit ?? null"),
        Value::Null,
        "{page}: a script ran"
    );
    let created = "document.querySelectorAll('main script, main [onerror], main [onload], main img:not(.picture), [href^=\"javascript:\"], [src^=\"javascript:\"], iframe:not(.mail)').length";
    assert_eq!(browser.eval(created), 0, "{page}");
    let errors = browser.take_errors();
    // An image of the e-mail, which the policy of the frame blocks, and its scripts, which the sandbox blocks.
    let unexpected: Vec<_> = errors
        .iter()
        .filter(|error| {
            !(page == "outbox"
                && (error.contains("/~console/preview/") || error.contains("about:srcdoc")))
        })
        .collect();
    assert!(unexpected.is_empty(), "{page}: {unexpected:?}");
}

/// Opens everything on the page that shows more.
fn open_all(browser: &mut Browser) {
    browser.eval(
        "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
    );
    for selector in ["main .link", "main .item", "main .cell"] {
        let count = browser.eval(&format!("document.querySelectorAll('{selector}').length"));
        for index in 0..count.as_u64().unwrap_or(0).min(12) {
            browser.eval(&format!(
                "document.querySelectorAll('{selector}')[{index}]?.click()"
            ));
        }
    }
    browser.wait("document.readyState === 'complete'");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_stored_text_runs_as_a_script() {
    let console = stored().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    let channel: String = percent_encode(&script());
    let directory = percent_encode("evil");
    let message_page = format!("messages/{channel}");
    let file_page = format!("files/{directory}");
    let unknown_table = format!("tables/{channel}");
    for (page, text) in [
        ("", "Connect a client"),
        ("requests", "onerror"),
        ("tables/Person", "onerror"),
        ("tables/Users", "onerror"),
        ("users", "b@example.com"),
        (file_page.as_str(), "onerror"),
        ("messages", "onerror"),
        (message_page.as_str(), "Deliveries"),
        ("outbox", "onerror"),
        ("geo", "onerror"),
        ("values", "onerror"),
        ("code", "onerror"),
        ("faults", "503"),
        ("state", "Clock"),
    ] {
        browser.visit(page);
        browser.wait_for(text);
        check(&mut browser, page);
        open_all(&mut browser);
        check(&mut browser, page);
    }
    // The text of an address, which is part of an error.
    browser.visit(&unknown_table);
    browser.wait_for("There is no table");
    assert_eq!(browser.eval("window.hit ?? null"), Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_of_an_email_has_no_rights() {
    let console = stored().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("outbox");
    browser.wait("document.querySelector('#page .item')");
    browser.eval("document.querySelector('#page .item').click()");
    browser.click("Show as a page");
    browser.wait("document.querySelector('iframe.mail')");
    browser.wait("performance.getEntriesByType('resource').some((entry) => entry.name.includes('/~console/preview/'))");
    assert_eq!(
        browser.eval("document.querySelector('iframe.mail').getAttribute('sandbox')"),
        ""
    );
    // Another origin: the page has no access to the document, and the document none to the page.
    assert_eq!(
        browser.eval("document.querySelector('iframe.mail').contentDocument"),
        Value::Null
    );
    assert_eq!(browser.eval("window.hit ?? null"), Value::Null);
    assert_eq!(browser.eval("location.pathname"), "/");
    browser.screenshot("outbox-script-light");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_blocks_scripts_even_if_a_page_created_them() {
    let console = Console::start().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    let attempts = [
        "document.body.innerHTML = '<img src=x onerror=\"window.hit=1\">'",
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.hit = 1'}))",
        "document.body.setAttribute('onclick', 'window.hit = 1'); document.body.click()",
        "setTimeout('window.hit = 1', 0)",
    ];
    for attempt in attempts {
        // Trusted Types reject some of them with an error.
        browser.eval(&format!("(() => {{ try {{ {attempt} }} catch {{ }} }})()"));
        browser
            .eval("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))");
        assert_eq!(browser.eval("window.hit ?? null"), Value::Null, "{attempt}");
    }
    for url in ["https://example.invalid/", "http://127.0.0.1:1/"] {
        let fetched = browser.eval(&format!("fetch('{url}').then(() => true, () => false)"));
        assert_eq!(fetched, false);
    }
    assert!(
        browser
            .take_errors()
            .iter()
            .any(|error| error.contains("Content Security Policy"))
    );
}

fn percent_encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
