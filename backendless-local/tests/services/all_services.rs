//! Behaviour common to all services: app id and key, user token, restart, reset, seed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backendless_local::Server;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

/// One request per operation, in an order in which all succeed.
fn requests(app: &TestServer) -> Vec<(&'static str, TestRequest)> {
    let request = |name: &'static str, method: Method, path: &str, body: Option<Value>| {
        let call = app.request(method, path).0;
        let call = match body {
            Some(body) => call.json(&body),
            None => call,
        };
        (name, TestRequest(call))
    };
    let email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
    let point = json!({"latitude": 1, "longitude": 2});
    let upload = app.request(Method::POST, "/files/dir/a.txt").0;
    let upload = upload.multipart(Form::new().part("file", Part::bytes(b"a".as_slice())));
    vec![
        ("uploadFile", TestRequest(upload)),
        request("a file's address", Method::GET, "/files/dir/a.txt", None),
        request("deleteFile", Method::DELETE, "/files/dir", None),
        request(
            "publishMessage",
            Method::POST,
            "/messaging/news",
            Some(json!({"message": 1})),
        ),
        request(
            "subscribe",
            Method::POST,
            "/messaging/news/subscribe",
            Some(json!({})),
        ),
        request("pollMessages", Method::GET, "/messaging/news/s", None),
        request("sendEmail", Method::POST, "/messaging/email", Some(email)),
        request("saveGeoPoint", Method::POST, "/geo/points", Some(point)),
        request("findGeoPoints", Method::GET, "/geo/points", None),
        request("cachePut", Method::PUT, "/cache/k", Some(json!(1))),
        request("cacheGet", Method::GET, "/cache/k", None),
        request("cacheContains", Method::GET, "/cache/k/check", None),
        request("cacheDelete", Method::DELETE, "/cache/k", None),
        request(
            "incrementAndGet",
            Method::PUT,
            "/counters/c/increment/get",
            None,
        ),
        request(
            "incrementByAndGet",
            Method::PUT,
            "/counters/c/incrementby/get?value=2",
            None,
        ),
        request("getCounter", Method::GET, "/counters/c/get", None),
        request("getCounter, short", Method::GET, "/counters/c", None),
        request("resetCounter", Method::PUT, "/counters/c/reset", None),
        request(
            "invokeCloudCodeService",
            Method::POST,
            "/services/echo/echo",
            Some(json!(1)),
        ),
    ]
}

/// Reads the stored state of the services, without a token.
async fn stored_state(app: &TestServer) -> Vec<Value> {
    let files = app.get("/files/dir/a.txt").send().await;
    vec![
        json!(files.status),
        app.get("/messaging/news/reader").ok().await["messages"].take(),
        json!(app.server.outbox().await.unwrap()),
        app.get("/geo/points").ok().await,
        app.get("/cache/k/check").ok().await,
        app.get("/counters/c").ok().await,
    ]
}

#[tokio::test]
async fn unknown_token_is_rejected_before_the_operation() {
    let app = TestServer::start().await;
    for token in ["unknown-token", ""] {
        for (name, call) in requests(&app) {
            let call = TestRequest(call.0.header("user-token", token));
            assert_eq!(call.rejected().await, (400, 3064), "{name} {token:?}");
        }
    }
    let empty = [
        json!(404),
        json!([]),
        json!([]),
        json!([]),
        json!(false),
        json!(0),
    ];
    assert_eq!(stored_state(&app).await, empty);
}

#[tokio::test]
async fn token_is_accepted_until_it_expires_and_is_optional() {
    let app = TestServer::of(Server::builder().session_life(Duration::from_secs(3600))).await;
    let user = json!({"email": "a@b.c", "password": "pw"});
    app.post("/users/register", &user).ok().await;
    let login = json!({"login": "a@b.c", "password": "pw"});
    let session = app.post("/users/login", &login).ok().await;
    let token = session["user-token"].as_str().unwrap();

    for (name, call) in requests(&app) {
        let response = TestRequest(call.0.header("user-token", token)).send().await;
        assert_eq!(response.status, 200, "{name}");
    }
    for (name, call) in requests(&app) {
        assert_eq!(call.send().await.status, 200, "{name}");
    }
    app.server.advance_clock(Duration::from_secs(3600));
    for (name, call) in requests(&app) {
        let call = TestRequest(call.0.header("user-token", token));
        assert_eq!(call.rejected().await, (400, 3064), "{name}");
    }
}

#[tokio::test]
async fn other_app_id_or_key_is_rejected() {
    let app = TestServer::of(Server::builder().app_id("APP").api_key("KEY")).await;
    for app_path in ["OTHER/KEY", "APP/OTHER", "KEY/APP", "app/key"] {
        let url = format!("{}/{app_path}/counters/c/increment/get", app.server.url());
        assert_eq!(
            TestRequest(app.http.put(url)).rejected().await,
            (400, 2002),
            "{app_path}"
        );
    }
    assert_eq!(app.get("/counters/c").ok().await, 0);
}

#[tokio::test]
async fn unknown_operation_is_rejected() {
    let app = TestServer::start().await;
    for (method, path, status) in [
        (Method::PUT, "/files/a", 405),
        (Method::PUT, "/messaging/news", 405),
        (Method::DELETE, "/geo/points", 405),
        (Method::POST, "/cache/k", 405),
        (Method::PUT, "/counters/c", 405),
        (Method::PATCH, "/services/echo/echo", 405),
        (Method::GET, "/cache/k/other", 404),
        (Method::PUT, "/counters/c/decrement", 404),
        (Method::POST, "/services/echo", 404),
    ] {
        let rejected = app.request(method.clone(), path).rejected().await;
        assert_eq!(rejected, (status, 2001), "{method} {path}");
    }
}

#[tokio::test]
async fn data_folder_keeps_all_data_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || TestServer::of(Server::builder().data_dir(folder.path()));
    let app = start().await;
    let later = SystemTime::now() + Duration::from_secs(3600);
    let later = later.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let later = json!({"message": "later", "publishAt": u64::try_from(later).unwrap()});
    let email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
    let point = json!({"latitude": 0.1, "longitude": -2.3, "metadata": {"a": [1]}});
    let png = Part::bytes(b"png".as_slice())
        .mime_str("image/png")
        .unwrap();
    let upload = app.request(Method::POST, "/files/dir/%E7%8C%AB.png").0;

    TestRequest(upload.multipart(Form::new().part("file", png)))
        .ok()
        .await;
    app.post("/messaging/news", &json!({"message": "now"}))
        .ok()
        .await;
    app.get("/messaging/news/reader").ok().await;
    app.post("/messaging/news", &later).ok().await;
    app.post("/messaging/email", &email).ok().await;
    let point = app.post("/geo/points", &point).ok().await["geopoint"].take();
    TestRequest(app.put("/cache/k").0.json(&json!({"a": 0.1})))
        .ok_empty()
        .await;
    app.put("/counters/c/incrementby/get?value=-41").ok().await;
    app.server.stop().await;

    let app = start().await;
    let file = app.get("/files/dir/%E7%8C%AB.png").send().await;
    assert_eq!(
        (file.status, file.body.as_slice()),
        (200, b"png".as_slice())
    );
    assert_eq!(file.content_type.as_deref(), Some("image/png"));
    assert_eq!(app.server.outbox().await.unwrap(), [email]);
    assert_eq!(app.get("/geo/points").ok().await, json!([point]));
    assert_eq!(app.get("/cache/k").ok().await, json!({"a": 0.1}));
    assert_eq!(app.put("/counters/c/increment/get").ok().await, -40);
    // Delivered messages stay delivered, scheduled messages stay scheduled.
    let read = app.get("/messaging/news/reader").ok().await;
    assert_eq!(read, json!({"messages": []}));
    app.server.advance_clock(Duration::from_secs(3600));
    let read = app.get("/messaging/news/reader").ok().await;
    assert_eq!(read["messages"][0]["data"], "later");
    assert_eq!(app.delete("/files/dir").ok().await, 1);
}

#[tokio::test]
async fn servers_without_a_data_folder_are_independent() {
    let (first, second) = (TestServer::start().await, TestServer::start().await);
    first.put("/counters/c/increment/get").ok().await;
    TestRequest(first.put("/cache/k").0.json(&json!(1)))
        .ok_empty()
        .await;
    assert_eq!(second.get("/counters/c").ok().await, 0);
    assert_eq!(second.get("/cache/k").ok().await, Value::Null);
}

#[tokio::test]
async fn reset_deletes_the_data_of_every_service() {
    let folder = tempfile::tempdir().unwrap();
    let app = TestServer::of(Server::builder().data_dir(folder.path())).await;
    let user = json!({"email": "a@b.c", "password": "pw"});
    app.post("/users/register", &user).ok().await;
    let login = json!({"login": "a@b.c", "password": "pw"});
    let session = app.post("/users/login", &login).ok().await;
    app.post("/data/Person", &json!({"name": "Bob"})).ok().await;
    let skipped = ["deleteFile", "cacheDelete", "resetCounter"];
    for (name, call) in requests(&app) {
        if !skipped.contains(&name) {
            assert_eq!(call.send().await.status, 200, "{name}");
        }
    }
    let ids = (
        app.server.app_id().to_owned(),
        app.server.api_key().to_owned(),
    );

    app.server.reset().await.unwrap();
    let empty = [
        json!(404),
        json!([]),
        json!([]),
        json!([]),
        json!(false),
        json!(0),
    ];
    assert_eq!(stored_state(&app).await, empty);
    let contents = std::fs::read_dir(folder.path().join("files")).unwrap();
    assert_eq!(contents.count(), 0);
    assert_eq!(app.get("/data/Person").rejected().await, (400, 1009));
    assert_eq!(app.get("/data/Users").ok().await, json!([]));
    let token = session["user-token"].as_str().unwrap();
    let call = TestRequest(app.get("/data/Users").0.header("user-token", token));
    assert_eq!(call.rejected().await, (400, 3064));
    assert_eq!(
        (app.server.app_id(), app.server.api_key()),
        (&*ids.0, &*ids.1)
    );

    // The server is usable: the same user and table can be created again.
    app.post("/users/register", &user).ok().await;
    app.post("/data/Person", &json!({"name": 1})).ok().await;
}

#[tokio::test]
async fn seed_creates_rows_and_users() {
    let app = TestServer::start().await;
    let seed = json!({
        "Users": [{"email": "ann@b.c", "password": "pw", "name": "Ann"}],
        "Person": [{"name": "Bob", "age": 20}, {"name": "Eve"}],
        "Empty": [],
    });
    app.server.seed(seed).await.unwrap();
    let people = app.get("/data/Person").ok().await;
    assert_eq!(
        (&people[0]["name"], &people[0]["age"]),
        (&json!("Bob"), &json!(20))
    );
    assert_eq!(people[1]["name"], "Eve");
    let login = json!({"login": "ann@b.c", "password": "pw"});
    assert_eq!(app.post("/users/login", &login).ok().await["name"], "Ann");
    // A table is created with its first row.
    assert_eq!(app.get("/data/Empty").rejected().await, (400, 1009));
}

#[tokio::test]
async fn invalid_seed_is_rejected_with_the_row() {
    let app = TestServer::start().await;
    for (seed, expected) in [
        (json!([]), "expected a JSON object"),
        (json!({"Person": {}}), "table 'Person' is not an array"),
        (json!({"Person": [{"a": 1}, 2]}), "row 2 of table 'Person'"),
        (
            json!({"Person": [{"a": 1}, {"a": "x"}]}),
            "row 2 of table 'Person'",
        ),
        (
            json!({"Person": [{"objectId": "X"}]}),
            "row 1 of table 'Person'",
        ),
        (
            json!({"Users": [{"email": "a@b.c"}]}),
            "password is missing",
        ),
        (json!({"a b": [{}]}), "'a b' cannot be the name of a table"),
        // No request could read it.
        (
            json!({"bulk": [{}]}),
            "'bulk' cannot be the name of a table",
        ),
        (json!({"find": [{}]}), "it is reserved"),
    ] {
        let error = app.server.seed(seed.clone()).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{seed}: {error}");
    }
}

#[test]
fn seed_needs_no_runtime_of_the_caller() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start()).unwrap();
    drop(runtime);
    let users = json!({"Users": [{"email": "a@b.c", "password": "pw"}]});
    let mut seeding = Box::pin(server.seed(users));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while seeding.as_mut().poll(&mut context).is_pending() {
        std::thread::yield_now();
    }
}
