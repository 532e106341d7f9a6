//! Every page in a browser: what it shows, an edit of each kind, its pictures, widths and colors, and use by keyboard.

use backendless_local::{Server, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::browser::{self, Browser, DESKTOP, PHONE};
use crate::support::{Console, ok, send};

const PAGES: [&str; 15] = [
    "",
    "requests",
    "tables",
    "tables/Person",
    "tables/Users",
    "users",
    "files",
    "files/docs",
    "messages",
    "messages/news",
    "outbox",
    "geo",
    "values",
    "code",
    "faults",
];

/// A PNG image of one pixel.
const PICTURE: [u8; 69] = [
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0,
    0, 0, 144, 119, 83, 222, 0, 0, 0, 12, 73, 68, 65, 84, 120, 156, 99, 144, 207, 143, 1, 0, 1,
    155, 0, 235, 35, 20, 152, 122, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// Starts a server with data of every service.
async fn filled() -> Console {
    // The pictures show the app id and the key.
    let builder = Server::builder()
        .app_id("demo-app")
        .api_key("demo-key")
        .service("Cart", "total", |cart| match cart["price"].as_i64() {
            Some(price) => Ok(json!({ "total": price * 2 })),
            None => Err(ServiceError::new(14_500, "the cart has no price")),
        });
    let console = Console::of(builder).await;
    // A history of requests.
    for requests in [1, 3, 2, 6, 9, 4, 5, 12, 8, 3, 2, 7, 10, 6] {
        for _ in 0..requests {
            send(console.http.get(console.service("/counters/visits"))).await;
        }
        console
            .server
            .advance_clock(std::time::Duration::from_secs(55));
    }
    for (name, age) in [("Bob", 20), ("Eve", 31), ("Ann", 27), ("Joe", 45)] {
        let row = json!({
            "name": name, "age": age, "active": age > 25, "tags": {"team": "blue", "level": age},
            "note": "A longer text that does not fit into a cell of the table, and is cut off there",
        });
        ok(console
            .http
            .post(console.service("/data/Person"))
            .json(&row))
        .await;
    }
    for name in ["ann", "bob"] {
        let email = format!("{name}@example.com");
        let user = json!({"email": email, "password": "pa55", "name": name});
        ok(console
            .http
            .post(console.service("/users/register"))
            .json(&user))
        .await;
        let login = json!({"login": email, "password": "pa55"});
        ok(console
            .http
            .post(console.service("/users/login"))
            .json(&login))
        .await;
    }
    let wrong = json!({"login": "ann@example.com", "password": "wrong"});
    send(
        console
            .http
            .post(console.service("/users/login"))
            .json(&wrong),
    )
    .await;
    send(console.http.get(console.service("/data/Missing"))).await;
    send(
        console
            .http
            .get(console.service("/data/Person?where=age%20%3E%2025&pageSize=10")),
    )
    .await;
    fill_others(&console).await;
    console
}

async fn fill_others(console: &Console) {
    for (path, media_type, content) in [
        (
            "docs/readme.txt",
            "text/plain",
            &b"A text file.\nSecond line."[..],
        ),
        ("docs/pixel.png", "image/png", &PICTURE),
        (
            "logo.svg",
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>window.hit = 1</script></svg>",
        ),
    ] {
        let upload = console.api(Method::POST, &format!("/files/content?path={path}"));
        ok(upload.header("content-type", media_type).body(content)).await;
    }
    for text in ["The first message", "The second message"] {
        console
            .post(
                "/channels/messages?channel=news",
                json!({"message": text, "publisherId": "desk"}),
            )
            .await;
    }
    let email = json!({
        "subject": "Welcome to the shop", "to": ["ann@example.com"],
        "bodyparts": {"textmessage": "Hello Ann", "htmlmessage": "<h1 style='color:#1f6f5c'>Hello Ann</h1><p>Welcome.</p>"},
    });
    ok(console
        .http
        .post(console.service("/messaging/email"))
        .json(&email))
    .await;
    let push = json!({"message": "Sale", "pushPolicy": "ALSO", "pushSinglecast": ["device-1"]});
    ok(console
        .http
        .post(console.service("/messaging/news"))
        .json(&push))
    .await;
    for (name, latitude, longitude) in [
        ("Paris", 48.86, 2.35),
        ("New York", 40.71, -74.01),
        ("Sydney", -33.87, 151.21),
    ] {
        let point = json!({"latitude": latitude, "longitude": longitude, "categories": ["cities"], "metadata": {"name": name}});
        console.post("/geo", point).await;
    }
    console
        .put(
            "/cache",
            json!({"key": "session:1", "value": {"cart": [1, 2]}, "seconds": 600}),
        )
        .await;
    console
        .put("/counters?name=visits&value=41", json!({}))
        .await;
}

fn check(browser: &mut Browser, page: &str) {
    assert_eq!(browser.take_errors(), Vec::<String>::new(), "{page}");
    assert_eq!(browser.eval("inaccessible()"), json!([]), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_works_in_each_width_and_color_scheme() {
    let console = filled().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    for page in PAGES.into_iter().chain(["state"]) {
        let name = if page.is_empty() { "overview" } else { page };
        for (size, scheme, kind) in [
            (DESKTOP, "light", "light"),
            (DESKTOP, "dark", "dark"),
            (PHONE, "light", "phone"),
        ] {
            browser.resize(size, scheme);
            // The colors change at once; the drawings get their width from that of the window.
            if kind != "dark" {
                browser.visit(page);
            }
            browser.wait("!document.querySelector('.empty')?.textContent.includes('rejects')");
            check(&mut browser, page);
            assert_eq!(
                browser.eval("overflow()"),
                0,
                "{page} {kind} is wider than its window"
            );
            // A row of a table has too many columns; the page of the users has the actions.
            if kind == "phone" && !page.starts_with("tables/") {
                assert_eq!(browser.eval("hidden()"), json!([]), "{page}");
            }
            browser.screenshot(&format!("{}-{kind}", name.replace('/', "-")));
        }
    }
    // The colors differ.
    browser.resize(DESKTOP, "dark");
    let dark = browser.eval("getComputedStyle(document.body).backgroundColor");
    browser.resize(DESKTOP, "light");
    assert_ne!(
        browser.eval("getComputedStyle(document.body).backgroundColor"),
        dark
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_created_edited_sorted_and_deleted() {
    let console = Console::start().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("tables");
    browser.click("New table");
    browser.fill("Name", "Person");
    browser.click("Create");
    browser.wait_for("No rows.");
    for (label, row) in [
        ("Columns, as a JSON object", r#"{"name": "Bob", "age": 20}"#),
        (
            "Other columns, as a JSON object",
            r#"{"name": "Eve", "age": 30}"#,
        ),
    ] {
        browser.click("New row");
        browser.fill(label, row);
        browser.click("Create");
        browser.wait("!document.querySelector('dialog')");
    }
    browser.wait_for("1 to 2 of 2 rows");
    // In place: by keyboard, and as null.
    browser.click("age: 20. Edit");
    browser.fill("New value of age", "21");
    browser.press("Enter");
    browser.wait("control('age: 21. Edit') === document.activeElement");
    browser.click("name: Bob. Edit");
    browser.fill("New value of name", "Someone else");
    browser.press("Escape");
    browser.click("name: Bob. Edit");
    browser.click("Null");
    browser.wait("control('name: null. Edit')");
    let rows = ok(console
        .http
        .get(console.service("/data/Person?where=age%3D21")))
    .await;
    assert_eq!(
        (&rows[0]["age"], &rows[0]["name"]),
        (&json!(21), &Value::Null)
    );
    assert_eq!(browser.take_errors(), Vec::<String>::new());
    // A value of another type is rejected, and the message shown.
    browser.click("age: 21. Edit");
    browser.fill("New value of age", "old");
    browser.press("Enter");
    browser.wait_for("is not a number");
    browser.press("Escape");
    browser.click("age");
    browser.click("age ↑");
    browser.wait("document.querySelector('[aria-sort=descending]') && document.querySelector('tbody [data-column=age]').innerText === '30'");
    browser.fill("Where", "age < 30");
    browser.click("Search");
    browser.wait_for("1 to 1 of 1 row");
    browser.eval("document.querySelector('tr[data-id] button').click()");
    browser.wait("document.querySelector('dialog[open] .danger')");
    browser.eval("document.querySelector('dialog[open] .danger').click()");
    browser.wait_for("0 rows");
    assert_eq!(
        ok(console.http.get(console.service("/data/Person/count"))).await,
        1
    );
    check(&mut browser, "tables");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_shows_a_failing_request() {
    let console = filled().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("requests");
    browser.wait_for("/data/Missing");
    browser.fill("Filter", "1009");
    browser.wait("document.querySelectorAll('tbody tr').length === 1");
    browser.click("GET /data/Missing: show request and response");
    browser.wait_for("1009: Table not found by name");
    browser.wait_for("/data/{table-name}");
    browser.screenshot("requests-detail-light");
    browser.fill("Filter", "login");
    browser.wait("document.querySelectorAll('tbody tr').length === 3");
    browser.eval("document.querySelector('tbody .link').click()");
    browser.wait_for("\"password\": \"***\"");
    // A request of a client appears without a reload, unless the log is paused.
    browser.fill("Filter", "live-");
    send(console.http.get(console.service("/counters/live-1"))).await;
    browser.wait_for("/counters/live-1");
    browser.click("Pause");
    send(console.http.get(console.service("/counters/live-2"))).await;
    browser.click("Resume");
    browser.wait_for("/counters/live-2");
    check(&mut browser, "requests");
    browser.click("Clear");
    browser.wait_for("No client has sent a request yet.");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_files_and_messages_are_changed() {
    let console = filled().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("users");
    browser.click("Disable ann@example.com");
    browser.wait("control('Enable ann@example.com')");
    let login = json!({"login": "ann@example.com", "password": "pa55"});
    let login = console
        .http
        .post(console.service("/users/login"))
        .json(&login);
    assert_eq!(send(login).await.status(), 400);
    browser.click("Enable ann@example.com");
    browser.click("Sessions of bob@example.com");
    browser.click("End all sessions");
    browser.click("End sessions");
    browser.wait_for("No sessions.");
    check(&mut browser, "users");
    browser.visit("files");
    browser.eval("choose('#upload', 'a b.txt', 'text/plain', 'uploaded text')");
    browser.click("Upload");
    browser.click("a b.txt");
    browser.wait_for("uploaded text");
    assert_eq!(
        send(console.http.get(console.service("/files/a%20b.txt")))
            .await
            .text()
            .await
            .unwrap(),
        "uploaded text"
    );
    browser.click("New directory");
    browser.fill("Name", "empty");
    browser.click("Create");
    browser.wait("control('empty/')");
    browser.click("Delete a b.txt");
    browser.click("Delete");
    browser.wait("!document.body.innerText.includes('a b.txt')");
    // In the tree.
    browser.wait("document.querySelector('summary [href=\"#/files/empty\"]')");
    browser.eval("document.querySelector('summary [href=\"#/files/docs\"]').click()");
    browser.click("pixel.png");
    browser.wait("document.querySelector('img.picture')?.naturalWidth === 1");
    check(&mut browser, "files");
    browser.visit("messages/news");
    browser.fill("Message", r#"{"from": "console"}"#);
    browser.click("Publish");
    browser.wait_for(r#"{"from":"console"}"#);
    let polled = ok(console.http.get(console.service("/messaging/news/S"))).await;
    assert!(polled.to_string().contains("console"), "{polled}");
    browser.visit("outbox");
    browser.click("Welcome to the shop");
    browser.click("Show as a page");
    browser.wait(
        "performance.getEntriesByType('resource').some((entry) => entry.name.includes('/~console/preview/'))",
    );
    browser.screenshot("outbox-email-light");
    check(&mut browser, "outbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_faults_and_the_clock_are_changed() {
    let console = filled().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.visit("geo");
    browser.fill("Latitude", "1.5");
    browser.fill("Longitude", "2.5");
    browser.click("Save");
    browser.wait("document.querySelectorAll('circle').length === 4");
    browser.fill("Area", "points");
    browser.screenshot("geo-points-light");
    browser.visit("values");
    browser.click("New value");
    browser.fill("Key", "k");
    browser.fill("Value, as JSON", r#"{"a": [1]}"#);
    browser.click("Save");
    browser.wait_for(r#"{"a":[1]}"#);
    assert_eq!(
        ok(console.http.get(console.service("/cache/k"))).await,
        json!({"a": [1]})
    );
    // Data that changes by itself does not take the focus.
    browser.eval("control('Edit k').focus()");
    let other = json!({"key": "other", "value": 1, "seconds": 60});
    console.put("/cache", other).await;
    browser.wait("control('Edit other')");
    assert_eq!(
        browser.eval("nameOf(document.activeElement)"),
        json!("Edit k")
    );
    browser.click("Add 1 to visits");
    browser.wait("document.querySelector('[data-counter=visits]').innerText.includes('42')");
    assert_eq!(
        ok(console.http.get(console.service("/counters/visits"))).await,
        42
    );
    browser.visit("code");
    browser.click("Call Cart.total");
    browser.fill("Argument", r#"{"price": 4}"#);
    browser.click("Call");
    browser.wait_for("\"total\": 8");
    browser.visit("faults");
    browser.click("503");
    browser.wait("document.querySelector('[aria-label=\"503\"]')?.checked && document.querySelector('[aria-label=\"Share of requests with 503\"]')?.value === '0.1'");
    browser.fill("Share of requests with 503", "1");
    browser.wait_for("faults are on");
    let counter = console.http.get(console.service("/counters/visits"));
    assert_eq!(send(counter).await.status(), 503);
    browser.click("Switch all off");
    browser.wait_for("All faults are off.");
    assert_eq!(
        ok(console.http.get(console.service("/counters/visits"))).await,
        42
    );
    browser.visit("state");
    browser.click("Advance by 1 hour");
    browser.wait_for("advanced by 1 h");
    browser.wait_for("(advanced by 1 h");
    assert_eq!(console.get("/cache").await["entries"], json!([]));
    browser.click("Export");
    browser.wait_for("The data was exported.");
    browser.eval("chooseDownload('#import', '/~console/api/state/export', 'state.tar')");
    browser.click("Delete all data");
    browser.click("Delete all data");
    browser.wait_for("All data was deleted.");
    let visits = || console.http.get(console.service("/counters/visits"));
    assert_eq!(ok(visits()).await, 0);
    browser.click("Import");
    browser.wait_for("by that of state.tar?");
    browser.click("Replace all data");
    browser.wait_for("The data was imported.");
    assert_eq!(ok(visits()).await, 42);
    browser.screenshot("state-imported-light");
    browser.click("Import");
    browser.wait_for("Choose the file of an export first.");
    check(&mut browser, "state");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_can_be_used_by_keyboard() {
    let console = filled().await;
    let Some(mut browser) = browser::open(&console.server.url()) else {
        return;
    };
    browser.click("Copy");
    browser.wait_for("Copied.");
    let copied = browser.eval("navigator.clipboard.readText()");
    let (app_id, key) = (console.server.app_id(), console.server.api_key());
    let expected = format!(
        "export BACKENDLESS_APP_ID={app_id}\nexport BACKENDLESS_API_KEY={key}\nexport BACKENDLESS_API_URL={}",
        console.server.url()
    );
    assert_eq!(copied, expected);
    browser.load("tables/Person");
    // The first stop is the link to the content, and each stop is visible.
    browser.press("Tab");
    assert_eq!(
        browser.eval("document.activeElement.textContent"),
        "Skip to the content"
    );
    browser.press("Enter");
    assert_eq!(browser.eval("document.activeElement.id"), "main");
    let reached = |browser: &mut Browser, name: &str| {
        (0..80).any(|_| {
            browser.press("Tab");
            browser.eval("getComputedStyle(document.activeElement).outlineStyle !== 'none' && nameOf(document.activeElement)") == name
        })
    };
    assert!(reached(&mut browser, "name: Bob. Edit"));
    browser.press("Enter");
    browser.wait("document.activeElement.getAttribute('aria-label') === 'New value of name'");
    browser.eval("document.activeElement.value = 'Bobby'");
    browser.press("Enter");
    browser.wait("control('name: Bobby. Edit') === document.activeElement");
    assert_eq!(browser.take_errors(), Vec::<String>::new());
}
