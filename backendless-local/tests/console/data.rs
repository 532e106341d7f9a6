//! What the API of the console reads and changes.

use std::time::Duration;

use backendless_local::{Dialect, Server, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Console, ok, rejected, send};

#[tokio::test]
async fn tables_and_rows_are_changed_by_the_rules_of_the_service() {
    let console = Console::start().await;
    console.post("/tables", json!({"name": "Person"})).await;
    let again = console
        .api(Method::POST, "/tables")
        .json(&json!({"name": "Person"}));
    assert!(rejected(again, 400).await.contains("already"));
    let invalid = console
        .api(Method::POST, "/tables")
        .json(&json!({"name": "a b"}));
    assert!(rejected(invalid, 400).await.contains("cannot be the name"));
    let row = json!({"name": "Bob", "age": 20});
    let bob = console.post("/tables/rows?table=Person", row).await;
    let id = bob["objectId"].as_str().unwrap();
    let row = format!("/tables/rows?table=Person&id={id}");
    assert_eq!(console.put(&row, json!({"age": 21})).await["age"], 21);
    // The type of a column holds for the console as well.
    let wrong = console.api(Method::PUT, &row).json(&json!({"age": "old"}));
    assert!(rejected(wrong, 400).await.contains("invalid data type"));
    assert_eq!(
        console
            .get("/tables/rows?table=Person&where=age%3D21")
            .await["count"],
        1
    );
    let page = console
        .get("/tables/rows?table=Person&sortBy=age&pageSize=10&offset=1")
        .await;
    assert_eq!((&page["rows"], &page["count"]), (&json!([]), &json!(1)));
    let schema = console.get("/tables/schema?table=Person").await;
    let types: Vec<_> = schema
        .as_array()
        .unwrap()
        .iter()
        .map(|column| &column["name"])
        .collect();
    assert!(types.contains(&&json!("age")), "{schema}");
    // Clients see the row.
    assert_eq!(
        ok(console.http.get(console.service("/data/Person/count"))).await,
        1
    );
    console.delete(&row).await;
    assert_eq!(
        ok(console.http.get(console.service("/data/Person/count"))).await,
        0
    );
}

#[tokio::test]
async fn a_deleted_table_leaves_nothing_behind() {
    let console = Console::start().await;
    let create = async |table: &str, row: Value| {
        let row = console
            .post(&format!("/tables/rows?table={table}"), row)
            .await;
        row["objectId"].as_str().unwrap().to_owned()
    };
    let (order, item) = (
        create("Order", json!({"n": 1})).await,
        create("Item", json!({"n": 2})).await,
    );
    for (parent, id, relation, child) in [
        ("Order", &order, "items:Item:n", &item),
        ("Item", &item, "order:Order:1", &order),
    ] {
        let url = console.service(&format!("/data/{parent}/{id}/{relation}"));
        ok(console.http.post(url).json(&json!([child]))).await;
    }
    console.delete("/tables?table=Item").await;
    let message = rejected(console.http.get(console.service("/data/Item")), 400).await;
    assert!(message.contains("Table not found"), "{message}");
    let columns = console.get("/tables/schema?table=Order").await;
    assert!(!columns.to_string().contains("items"), "{columns}");
    // The triggers of the relations are gone: the other row can be deleted, and the table created again.
    send(
        console
            .http
            .delete(console.service(&format!("/data/Order/{order}"))),
    )
    .await;
    create("Item", json!({"n": "text"})).await;
    create("Order", json!({"items": "text"})).await;
    let users = console.api(Method::DELETE, "/tables?table=Users");
    assert!(rejected(users, 404).await.contains("not implemented"));
}

#[tokio::test]
async fn users_are_disabled_and_their_sessions_end() {
    let console = Console::start().await;
    let user = json!({"email": "ann@example.com", "password": "pa55"});
    let ann = console.post("/tables/rows?table=Users", user).await;
    let id = ann["objectId"].as_str().unwrap();
    let login = json!({"login": "ann@example.com", "password": "pa55"});
    let login = || {
        console
            .http
            .post(console.service("/users/login"))
            .json(&login)
    };
    let token = ok(login()).await["user-token"].as_str().unwrap().to_owned();
    assert_eq!(console.get("/users/session-counts").await, json!({ id: 1 }));
    let sessions = console.get(&format!("/users/sessions?id={id}")).await;
    assert_eq!(sessions[0]["fingerprint"].as_str().map(str::len), Some(8));
    let rows = console.get("/tables/rows?table=Users").await;
    for text in [sessions.to_string(), rows.to_string()] {
        assert!(
            !text.contains(&token) && !text.contains("argon") && !text.contains("pa55"),
            "{text}"
        );
    }
    console.delete(&format!("/users/sessions?id={id}")).await;
    let request = console
        .http
        .get(console.service("/data/Users"))
        .header("user-token", &token);
    assert_eq!(send(request).await.status(), 400);
    console
        .put(
            &format!("/users/status?id={id}"),
            json!({"userStatus": "DISABLED"}),
        )
        .await;
    rejected(login(), 400).await;
    console
        .put(
            &format!("/users/status?id={id}"),
            json!({"userStatus": "ENABLED"}),
        )
        .await;
    ok(login()).await;
}

#[tokio::test]
async fn files_are_downloads_whatever_their_type() {
    let console = Console::start().await;
    let script = "<script>alert(1)</script>";
    let upload = console
        .api(Method::POST, "/files/content?path=docs/a.html")
        .body(script);
    ok(upload.header("content-type", "text/html")).await;
    let listed = console.get("/files?path=docs").await;
    assert_eq!(
        (&listed["entries"][0]["name"], &listed["entries"][0]["size"]),
        (&json!("a.html"), &json!(25))
    );
    assert!(
        !listed.to_string().contains(console.server.api_key()),
        "{listed}"
    );
    let file = send(console.api(Method::GET, "/files/content?path=docs/a.html")).await;
    let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(header("content-disposition"), "attachment");
    assert_eq!(header("x-stored-type"), "text/html");
    assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert_eq!(file.text().await.unwrap(), script);
    // Clients have it, too.
    let file = send(console.http.get(console.service("/files/docs/a.html"))).await;
    assert_eq!(file.text().await.unwrap(), script);
    console
        .post("/files/directories?path=docs/new", json!({}))
        .await;
    let traversal = console
        .api(Method::POST, "/files/content?path=docs/../../a")
        .body("x");
    assert!(rejected(traversal, 400).await.contains("not a valid path"));
    let existing = console
        .api(Method::POST, "/files/content?path=docs/a.html")
        .body("x");
    rejected(existing, 400).await;
    assert_eq!(console.delete("/files?path=docs").await, 1);
    assert_eq!(console.get("/files").await["count"], 0);
}

#[tokio::test]
async fn messages_are_read_without_delivering_them() {
    let console = Console::start().await;
    let channel = "/channels/messages?channel=news";
    console.post(channel, json!({"message": "hello"})).await;
    for _ in 0..2 {
        let messages = console.get(channel).await;
        assert_eq!(
            (&messages[0]["content"]["data"], &messages[0]["deliveries"]),
            (&json!("hello"), &json!(0))
        );
    }
    let polled = ok(console.http.get(console.service("/messaging/news/S-1"))).await;
    assert_eq!(polled["messages"].as_array().unwrap().len(), 1);
    assert_eq!(console.get(channel).await[0]["deliveries"], 1);
    assert_eq!(
        console.get("/channels").await[0],
        json!({"name": "news", "messages": 1, "subscriptions": 0})
    );
    console.delete("/channels?channel=news").await;
    assert_eq!(console.get("/channels").await, json!([]));
}

#[tokio::test]
async fn the_html_part_of_an_email_is_shown_once_and_without_scripts() {
    let console = Console::start().await;
    let html = "<p style='color:red'>Hi</p><script>alert(1)</script><link rel=preconnect href=//a.example>";
    let email =
        json!({"subject": "Hi", "to": ["a@example.com"], "bodyparts": {"htmlmessage": html}});
    ok(console
        .http
        .post(console.service("/messaging/email"))
        .json(&email))
    .await;
    let emails = console.get("/emails").await;
    assert_eq!(emails[0]["item"]["subject"], "Hi");
    let number = emails[0]["number"].as_i64().unwrap();
    let path = format!("/emails/preview?number={number}");
    let preview = console.post(&path, json!({})).await;
    let url = format!(
        "{}{}",
        console.server.url(),
        preview["path"].as_str().unwrap()
    );
    let page = send(console.http.get(&url)).await;
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.starts_with("sandbox; default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    assert_eq!(page.headers()["x-dns-prefetch-control"], "off");
    // No policy prevents the connection of such a link.
    let text = page.text().await.unwrap();
    assert_eq!(text, html.replace("<link", "<x-link"));
    rejected(console.http.get(&url), 404).await;
    let other = format!("/emails/preview?number={}", number + 1);
    rejected(console.api(Method::POST, &other), 404).await;
}

#[tokio::test]
async fn points_cache_values_and_counters_are_changed() {
    let console = Console::start().await;
    console
        .post(
            "/geo",
            json!({"latitude": 48.9, "longitude": 2.4, "metadata": {"name": "Paris"}}),
        )
        .await;
    assert_eq!(console.get("/geo").await[0]["metadata"]["name"], "Paris");
    rejected(
        console
            .api(Method::POST, "/geo")
            .json(&json!({"latitude": 91, "longitude": 0})),
        400,
    )
    .await;
    console
        .put(
            "/cache",
            json!({"key": "k", "value": {"a": 1}, "seconds": 100}),
        )
        .await;
    console.server.advance_clock(Duration::from_secs(40));
    let entry = &console.get("/cache").await["entries"][0];
    assert_eq!(
        (&entry["key"], &entry["value"]),
        (&json!("k"), &json!({"a": 1}))
    );
    let remaining = entry["remainingMillis"].as_i64().unwrap();
    assert!((1..=60_000).contains(&remaining), "{remaining}");
    console.server.advance_clock(Duration::from_secs(60));
    assert_eq!(
        console.get("/cache").await,
        json!({"entries": [], "count": 0})
    );
    console
        .put("/counters?name=visits&value=9007199254740993", json!({}))
        .await;
    assert_eq!(
        console.get("/counters").await[0]["value"],
        "9007199254740993"
    );
    let url = console.service("/counters/visits/increment/get");
    assert_eq!(
        ok(console.http.put(url)).await,
        json!(9_007_199_254_740_994_i64)
    );
}

#[tokio::test]
async fn cloud_code_is_listed_and_called() {
    let builder = Server::builder()
        .service("Cart", "total", |cart| match cart["price"].as_i64() {
            Some(price) => Ok(json!(price * 2)),
            None => Err(ServiceError::new(14_500, "no price")),
        })
        .event("forecast", |_| Ok(json!("sunny")));
    let console = Console::of(builder).await;
    let code = console.get("/code").await;
    assert_eq!(
        code["services"][0],
        json!({"name": "Cart", "methods": ["total"]})
    );
    assert_eq!(code["events"], json!(["echo", "forecast"]));
    let call = |argument| json!({"service": "Cart", "name": "total", "argument": argument});
    assert_eq!(
        console
            .post("/code/invoke", call(json!({"price": 4})))
            .await,
        8
    );
    let failed = console
        .api(Method::POST, "/code/invoke")
        .json(&call(json!({})));
    assert_eq!(rejected(failed, 400).await, "no price");
    assert_eq!(
        console
            .post("/code/invoke", json!({"name": "forecast"}))
            .await,
        "sunny"
    );
}

#[tokio::test]
async fn faults_clock_and_reset_act_on_the_server() {
    let console = Console::start().await;
    let counter = console.service("/counters/c/increment/get");
    console.put("/faults?name=503&rate=1", json!({})).await;
    assert_eq!(send(console.http.put(&counter)).await.status(), 503);
    let faults = console.get("/faults").await;
    assert_eq!(faults[3], json!({"name": "503", "rate": 1.0, "count": 1}));
    for query in [
        "name=429&rate=0.5",
        "name=503&rate=x",
        "name=none&rate=1",
        "name=503&rate=-1",
    ] {
        rejected(console.api(Method::PUT, &format!("/faults?{query}")), 400).await;
    }
    console.put("/faults?name=503&rate=0", json!({})).await;
    assert_eq!(ok(console.http.put(&counter)).await, 1);
    console.post("/clock?seconds=3600", json!({})).await;
    let usage = console.get("/usage").await;
    assert_eq!(
        (&usage["advancedMillis"], &usage["current"]),
        (&json!(3_600_000), &json!(0))
    );
    assert_eq!(usage["busiest"], 2);
    console.post("/reset", json!({})).await;
    assert_eq!(
        ok(console.http.get(console.service("/counters/c"))).await,
        0
    );
}

#[tokio::test]
async fn the_newest_messages_of_a_long_log_are_shown() {
    let console = Console::start().await;
    let message = |number: i64| json!({"log-level": "INFO", "logger": "test", "message": number.to_string(), "timestamp": number});
    let messages: Vec<Value> = (1..=201).map(message).collect();
    let request = console.http.put(console.service("/log")).json(&messages);
    assert!(send(request).await.status().is_success());
    let shown = console.get("/log").await;
    let shown = shown.as_array().unwrap();
    let of = |entry: &Value| entry["item"]["message"].as_str().unwrap().to_owned();
    assert_eq!(
        (shown.len(), of(&shown[0]), of(&shown[199])),
        (200, "201".to_owned(), "2".to_owned())
    );
}

/// Another value would be one of another page of a list.
#[tokio::test]
async fn a_number_in_a_url_is_rejected_if_it_is_none() {
    let console = Console::start().await;
    for (method, path, name) in [
        (Method::GET, "/files", "offset"),
        (Method::GET, "/requests", "after"),
        (Method::GET, "/requests/one", "id"),
        (Method::POST, "/clock", "seconds"),
    ] {
        for value in ["", "-1", "%2B1", "1.5", "x", "18446744073709551616"] {
            let request = console.api(method.clone(), &format!("{path}?{name}={value}"));
            let message = rejected(request, 400).await;
            let expected = format!("the parameter '{name}' is not an integer from 0");
            assert_eq!(message, expected, "{value}");
        }
    }
}

#[tokio::test]
async fn the_overview_counts_and_says_how_to_connect() {
    let address = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let builder = Server::builder().address(address).dialect(Dialect::Live);
    let console = Console::of(builder).await;
    console
        .post("/tables/rows?table=Person", json!({"a": 1}))
        .await;
    let point = json!({"latitude": 1, "longitude": 2});
    console.post("/geo", point).await;
    console.put("/counters?name=c&value=1", json!({})).await;
    let value = json!({"key": "k", "value": 1, "seconds": 60});
    console.put("/cache", value).await;
    console
        .post("/channels/messages?channel=news", json!({"message": "a"}))
        .await;
    let overview = console.get("/overview").await;
    // That of a client on this machine.
    let url = format!("http://127.0.0.1:{}", console.server.address().port());
    assert_eq!(overview["endpoint"], url);
    assert_eq!(
        overview["environment"],
        json!([
            ["BACKENDLESS_APP_ID", console.server.app_id()],
            ["BACKENDLESS_API_KEY", console.server.api_key()],
            ["BACKENDLESS_API_URL", url],
            ["BACKENDLESS_PROFILE", "live"],
        ])
    );
    assert_eq!(
        json!(console.server.environment_variables()),
        overview["environment"]
    );
    assert!(
        !overview
            .to_string()
            .contains(console.server.cloud_code_key())
    );
    let counts = overview["counts"].as_array().unwrap();
    for (name, count) in [
        ("tables", 2),
        ("rows", 1),
        ("geo points", 1),
        ("counters", 1),
        ("cache values", 1),
        ("push notifications", 0),
    ] {
        assert!(counts.contains(&json!([name, count])), "{name}: {overview}");
    }
    let channels = console.get("/channels").await;
    let count = channels.as_array().unwrap().len();
    assert!(counts.contains(&json!(["channels", count])), "{overview}");
    console.server.advance_clock(Duration::from_secs(61));
    let overview = console.get("/overview").await;
    let counts = overview["counts"].as_array().unwrap();
    assert!(counts.contains(&json!(["cache values", 0])), "{overview}");
}

#[tokio::test]
async fn the_state_is_exported_and_imported_as_one_file() {
    let console = Console::start().await;
    let user = json!({"email": "ann@example.com", "password": "pa55-canary"});
    console.post("/tables/rows?table=Users", user).await;
    console
        .post("/tables/rows?table=Person", json!({"name": "Bob"}))
        .await;
    let upload = console
        .api(Method::POST, "/files/content?path=docs/a.txt")
        .body("content");
    ok(upload).await;
    let exported = send(console.api(Method::GET, "/state/export")).await;
    assert_eq!(exported.status(), 200);
    let header = |name: &str| exported.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/x-tar");
    assert_eq!(header("content-disposition"), "attachment");
    assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    let archive = exported.bytes().await.unwrap();
    let text = String::from_utf8_lossy(&archive);
    assert!(text.starts_with("files/") && text.contains("manifest.json"));
    for secret in [
        "pa55-canary",
        console.server.api_key(),
        console.server.cloud_code_key(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }

    let other = Console::start().await;
    let import = |body: Vec<u8>| other.api(Method::POST, "/state/import").body(body);
    ok(import(archive.to_vec())).await;
    let count = || other.http.get(other.service("/data/Person/count"));
    assert_eq!(ok(count()).await, 1);
    let file = send(other.http.get(other.service("/files/docs/a.txt"))).await;
    assert_eq!(file.text().await.unwrap(), "content");
    // An archive that is damaged, incomplete, or not one of an export, changes nothing.
    let mut damaged = archive.to_vec();
    damaged[0] ^= 1;
    let end = vec![0; 1024];
    for body in [damaged, archive[..archive.len() / 2].to_vec(), end] {
        let message = rejected(import(body), 409).await;
        assert!(message.contains("nothing was changed"), "{message}");
        assert_eq!(ok(count()).await, 1);
    }
}

#[tokio::test]
async fn methods_of_another_handler_are_called() {
    let builder = Server::builder()
        .fallback_service(|service, method, _| Ok(json!(format!("{service}.{method}"))));
    let console = Console::of(builder).await;
    assert_eq!(console.get("/code").await["hasFallback"], true);
    let call = json!({"service": "Any", "name": "one", "argument": {}});
    assert_eq!(console.post("/code/invoke", call).await, "Any.one");
}
