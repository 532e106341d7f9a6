//! What holds for each of the services alike: the user token, and a restart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backendless_local::Server;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::{Call, Local};

/// One request of every operation, in an order in which all of them succeed.
fn requests(local: &Local) -> Vec<(&'static str, Call)> {
    let request = |name: &'static str, method: Method, path: &str, body: Option<Value>| {
        let call = local.request(method, path).0;
        let call = match body {
            Some(body) => call.json(&body),
            None => call,
        };
        (name, Call(call))
    };
    let email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
    let point = json!({"latitude": 1, "longitude": 2});
    let upload = local.request(Method::POST, "/files/dir/a.txt").0;
    let upload = upload.multipart(Form::new().part("file", Part::bytes(b"a".as_slice())));
    vec![
        ("uploadFile", Call(upload)),
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

/// What the services keep, read without a token.
async fn kept(local: &Local) -> Vec<Value> {
    let files = local.get("/files/dir/a.txt").send().await;
    vec![
        json!(files.status),
        local.get("/messaging/news/reader").ok().await["messages"].take(),
        json!(local.server.outbox().await.unwrap()),
        local.get("/geo/points").ok().await,
        local.get("/cache/k/check").ok().await,
        local.get("/counters/c").ok().await,
    ]
}

#[tokio::test]
async fn a_token_that_is_unknown_is_refused_and_nothing_is_done() {
    let local = Local::start().await;
    for token in ["a-token-of-nobody", ""] {
        for (name, call) in requests(&local) {
            let call = Call(call.0.header("user-token", token));
            assert_eq!(call.refused().await, (400, 3064), "{name} {token:?}");
        }
    }
    let nothing = [
        json!(404),
        json!([]),
        json!([]),
        json!([]),
        json!(false),
        json!(0),
    ];
    assert_eq!(kept(&local).await, nothing);
}

#[tokio::test]
async fn a_token_of_a_session_is_taken_until_it_is_over_and_none_is_needed() {
    let local = Local::of(Server::builder().session_life(Duration::from_secs(3600))).await;
    let user = json!({"email": "a@b.c", "password": "pw"});
    local.post("/users/register", &user).ok().await;
    let login = json!({"login": "a@b.c", "password": "pw"});
    let session = local.post("/users/login", &login).ok().await;
    let token = session["user-token"].as_str().unwrap();

    for (name, call) in requests(&local) {
        let answer = Call(call.0.header("user-token", token)).send().await;
        assert_eq!(answer.status, 200, "{name}");
    }
    for (name, call) in requests(&local) {
        assert_eq!(call.send().await.status, 200, "{name}");
    }
    local.server.advance_clock(Duration::from_secs(3600));
    for (name, call) in requests(&local) {
        let call = Call(call.0.header("user-token", token));
        assert_eq!(call.refused().await, (400, 3064), "{name}");
    }
}

#[tokio::test]
async fn another_app_id_or_key_reaches_no_service() {
    let local = Local::of(Server::builder().app_id("APP").api_key("KEY")).await;
    for app in ["OTHER/KEY", "APP/OTHER", "KEY/APP", "app/key"] {
        let url = format!("{}/{app}/counters/c/increment/get", local.server.url());
        assert_eq!(
            Call(local.http.put(url)).refused().await,
            (400, 2002),
            "{app}"
        );
    }
    assert_eq!(local.get("/counters/c").ok().await, 0);
}

#[tokio::test]
async fn what_is_no_operation_of_a_service_is_told() {
    let local = Local::start().await;
    for (method, path, status) in [
        (Method::PUT, "/files/a", 405),
        (Method::GET, "/messaging/news", 405),
        (Method::DELETE, "/geo/points", 405),
        (Method::POST, "/cache/k", 405),
        (Method::PUT, "/counters/c", 405),
        (Method::GET, "/services/echo/echo", 405),
        (Method::GET, "/cache/k/other", 404),
        (Method::PUT, "/counters/c/decrement", 404),
        (Method::POST, "/services/echo", 404),
    ] {
        let refused = local.request(method.clone(), path).refused().await;
        assert_eq!(refused, (status, 2001), "{method} {path}");
    }
}

#[tokio::test]
async fn everything_survives_a_restart_with_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Local::of(Server::builder().data_dir(folder.path()));
    let local = start().await;
    let later = SystemTime::now() + Duration::from_secs(3600);
    let later = later.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let later = json!({"message": "later", "publishAt": u64::try_from(later).unwrap()});
    let email = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
    let point = json!({"latitude": 0.1, "longitude": -2.3, "metadata": {"a": [1]}});
    let png = Part::bytes(b"png".as_slice())
        .mime_str("image/png")
        .unwrap();
    let upload = local.request(Method::POST, "/files/dir/%E7%8C%AB.png").0;

    Call(upload.multipart(Form::new().part("file", png)))
        .ok()
        .await;
    local
        .post("/messaging/news", &json!({"message": "now"}))
        .ok()
        .await;
    local.get("/messaging/news/reader").ok().await;
    local.post("/messaging/news", &later).ok().await;
    local.post("/messaging/email", &email).ok().await;
    let point = local.post("/geo/points", &point).ok().await["geopoint"].take();
    Call(local.put("/cache/k").0.json(&json!({"a": 0.1})))
        .done()
        .await;
    local
        .put("/counters/c/incrementby/get?value=-41")
        .ok()
        .await;
    local.server.stop().await;

    let local = start().await;
    let file = local.get("/files/dir/%E7%8C%AB.png").send().await;
    assert_eq!(
        (file.status, file.body.as_slice()),
        (200, b"png".as_slice())
    );
    assert_eq!(file.content_type.as_deref(), Some("image/png"));
    assert_eq!(local.server.outbox().await.unwrap(), [email]);
    assert_eq!(local.get("/geo/points").ok().await, json!([point]));
    assert_eq!(local.get("/cache/k").ok().await, json!({"a": 0.1}));
    assert_eq!(local.put("/counters/c/increment/get").ok().await, -40);
    // What was handed out stays so, and what waits still waits.
    let read = local.get("/messaging/news/reader").ok().await;
    assert_eq!(read, json!({"messages": []}));
    local.server.advance_clock(Duration::from_secs(3600));
    let read = local.get("/messaging/news/reader").ok().await;
    assert_eq!(read["messages"][0]["data"], "later");
    assert_eq!(local.delete("/files/dir").ok().await, 1);
}

#[tokio::test]
async fn without_a_data_folder_two_servers_share_nothing() {
    let (first, second) = (Local::start().await, Local::start().await);
    first.put("/counters/c/increment/get").ok().await;
    Call(first.put("/cache/k").0.json(&json!(1))).done().await;
    assert_eq!(second.get("/counters/c").ok().await, 0);
    assert_eq!(second.get("/cache/k").ok().await, Value::Null);
}
