//! Values of a wrong type, outside of their range or of an unknown name are rejected, not ignored.

use reqwest::Method;
use serde_json::{Value, json};

use crate::TestServer;

#[tokio::test]
async fn options_of_a_message_are_checked() {
    let app = TestServer::start().await;
    for (name, values) in [
        (
            "headers",
            vec![json!("x"), json!([]), json!(1), json!(true)],
        ),
        ("publisherId", vec![json!(1), json!({}), json!(["a"])]),
        ("subtopic", vec![json!(1), json!(["a"])]),
        ("segmentQuery", vec![json!(false)]),
        (
            "pushPolicy",
            vec![
                json!("only"),
                json!(""),
                json!(1),
                json!(["ONLY"]),
                json!({}),
            ],
        ),
        ("publishPolicy", vec![json!("ONLY"), json!(1), json!([])]),
        (
            "pushBroadcast",
            vec![
                json!(-1),
                json!(1.5),
                json!("3"),
                json!("IOS"),
                json!(""),
                json!([]),
                json!(true),
            ],
        ),
        (
            "pushSinglecast",
            vec![
                json!("DEV"),
                json!(1),
                json!({}),
                json!([1]),
                json!(["a", null]),
                json!([["a"]]),
            ],
        ),
        ("repeatEvery", vec![json!("60"), json!(1.5)]),
        ("repeatExpiresAt", vec![json!("now")]),
    ] {
        for value in values {
            let mut body = json!({"message": "hi"});
            body[name] = value;
            let call = app.post("/messaging/news", &body);
            assert_eq!(call.rejected().await, (400, 8000), "{body}");
        }
    }
    let both = json!({"message": 1, "pushPolicy": "ONLY", "publishPolicy": "PUBSUB"});
    let call = app.post("/messaging/news", &both);
    assert_eq!(call.rejected().await, (400, 8000));
    for (option, value, code) in [
        ("repeatEvery", json!(0), 8000),
        ("repeatEvery", json!("60"), 8000),
        ("repeatExpiresAt", json!(1.5), 8000),
        ("repeatExpiresAt", json!(1), 5030),
    ] {
        let mut body = json!({"message": "hi"});
        body[option] = value;
        let call = app.post("/messaging/news", &body);
        assert_eq!(call.rejected().await, (400, code), "{body}");
    }
    let polled = app.get("/messaging/news/s").ok().await;
    assert_eq!(polled, json!({"messages": []}));
}

/// Without its selector, a subscription would receive other messages.
#[tokio::test]
async fn options_of_a_subscription_are_checked() {
    let app = TestServer::start().await;
    let path = "/messaging/news/subscribe";
    for (body, status, code) in [
        (json!({"selector": "age > 3"}), 404, 2001),
        (json!({"selector": 1}), 400, 8000),
        (json!({"subtopic": ["a"]}), 400, 8000),
        (json!([]), 400, 8002),
        (json!("selector"), 400, 8002),
    ] {
        let call = app.post(path, &body);
        assert_eq!(call.rejected().await, (status, code), "{body}");
    }
    let call = crate::TestRequest(app.request(Method::POST, path).0.body("{"));
    assert_eq!(call.rejected().await, (400, 8002));
    app.request(Method::POST, path).ok().await;
    for body in [json!({}), json!({"selector": null, "subtopic": null})] {
        app.post(path, &body).ok().await;
    }
}

#[tokio::test]
async fn valid_options_of_a_message_are_accepted() {
    let app = TestServer::start().await;
    for option in [
        json!({"pushBroadcast": 15}),
        json!({"pushBroadcast": "FOR_IOS|FOR_ANDROID"}),
        json!({"pushSinglecast": []}),
        json!({"pushSinglecast": ["DEV-1"], "publisherId": "me", "subtopic": "news"}),
        json!({"publishPolicy": "BOTH"}),
        json!({"pushPolicy": "ALSO", "publishPolicy": null}),
        json!({"repeatEvery": null, "pushBroadcast": null, "publishPolicy": null}),
    ] {
        let mut body = json!({"message": "hi"});
        let options = option.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(options);
        app.post("/messaging/news", &body).ok().await;
    }
    let polled = app.get("/messaging/news/s").ok().await;
    assert_eq!(polled["messages"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn push_policy_of_the_live_service_is_applied() {
    let app = TestServer::start().await;
    for policy in ["PUSH", "BOTH", "PUBSUB"] {
        let body = json!({"message": policy, "publishPolicy": policy});
        app.post("/messaging/news", &body).ok().await;
    }
    let polled = app.get("/messaging/news/s").ok().await;
    let messages = polled["messages"].as_array().unwrap().iter();
    let data: Vec<&Value> = messages.map(|message| &message["data"]).collect();
    assert_eq!(data, ["BOTH", "PUBSUB"]);
}

#[tokio::test]
async fn fields_of_an_email_are_checked() {
    let app = TestServer::start().await;
    for (name, values) in [
        (
            "bodyparts",
            vec![json!("T"), json!(["T"]), json!(1), json!(true)],
        ),
        ("attachment", vec![json!("/a.txt"), json!([1]), json!({})]),
        ("cc", vec![json!("x@y.z"), json!([1]), json!({})]),
        ("bcc", vec![json!("x@y.z"), json!([null]), json!(true)]),
    ] {
        for value in values {
            let mut body =
                json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
            body[name] = value;
            let call = app.post("/messaging/email", &body);
            assert_eq!(call.rejected().await, (400, 8000), "{body}");
        }
    }
    for part in [json!(1), json!(["T"]), json!({"text": "T"}), json!(false)] {
        // The other part is valid.
        for (wrong, right) in [
            ("textmessage", "htmlmessage"),
            ("htmlmessage", "textmessage"),
        ] {
            let body =
                json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {wrong: part, right: "T"}});
            let call = app.post("/messaging/email", &body);
            assert_eq!(call.rejected().await, (400, 8000), "{body}");
        }
    }
    for (name, value, code) in [
        ("subject", json!(1), 8007),
        ("subject", json!(["S"]), 8007),
        ("to", json!("x@y.z"), 5048),
        ("to", json!({}), 5048),
    ] {
        let mut body = json!({"subject": "S", "to": ["x@y.z"], "bodyparts": {"textmessage": "T"}});
        body[name] = value;
        let call = app.post("/messaging/email", &body);
        assert_eq!(call.rejected().await, (400, code), "{body}");
    }
    assert_eq!(app.server.outbox().await.unwrap(), [Value::Null; 0]);
}

#[tokio::test]
async fn parameters_of_a_geo_search_are_checked() {
    let app = TestServer::start().await;
    for (query, status, code) in [
        ("units=AAA", 400, 8008),
        ("units=", 400, 8008),
        ("units=meters", 400, 8008),
        ("units=METERS&units=MILES", 400, 8008),
        ("lat=1&lon=1&radius=1&units=AAA", 400, 8008),
        ("lat=1&lon=1&radius=1&r=2", 400, 8008),
        ("lat=91&lon=1&radius=1", 400, 4002),
        ("lat=1&lon=-181&radius=1", 400, 4002),
        ("lat=1e999&lon=1&radius=1", 400, 4032),
        ("pagesize=0", 400, 4004),
        ("pagesize=101", 400, 4004),
        ("pagesize=-1", 400, 4004),
        ("pagesize=ten", 400, 4004),
        ("pagesize=", 400, 4004),
        ("offset=-1", 400, 4003),
        ("offset=1.5", 400, 4003),
        ("offset=x", 400, 4003),
        ("whereClause=rating%20%3E%203", 404, 2001),
        ("where=rating%20%3E%203", 404, 2001),
        ("metadata=%7B%22rating%22%3A5%7D", 404, 2001),
        ("includemetadata=false", 404, 2001),
        ("geoFence=home", 404, 2001),
        ("dpp=0.1&clustergridsize=100", 404, 2001),
        ("nwlat=41&nwlon=-74&selat=40&selon=-73", 404, 2001),
        // Sent by official SDKs for Swift and by older ones for JavaScript.
        ("sortBy=distance", 404, 2001),
        ("dpp=0.1&clusterGridSize=100", 404, 2001),
        ("clusterGridSize=100", 404, 2001),
        ("pageSize=1", 404, 2001),
        ("lat=1&lon=1&distance=5", 404, 2001),
        ("category=cafes", 404, 2001),
    ] {
        let call = app.get(&format!("/geo/points?{query}"));
        assert_eq!(call.rejected().await, (status, code), "{query}");
    }
}

#[tokio::test]
async fn geo_search_returns_the_requested_page() {
    let app = TestServer::start().await;
    for latitude in 0..5 {
        let point = json!({"latitude": latitude, "longitude": 0});
        app.post("/geo/points", &point).ok().await;
    }
    for (query, expected) in [
        ("", vec![0, 1, 2, 3, 4]),
        ("?pagesize=2&includemetadata=true", vec![0, 1]),
        ("?pagesize=2&offset=3", vec![3, 4]),
        ("?offset=9", vec![]),
        (
            "?lat=4&lon=0&r=1000&units=KILOMETERS&pagesize=2&offset=1",
            vec![3, 2],
        ),
    ] {
        let points = app.get(&format!("/geo/points{query}")).ok().await;
        let points = points.as_array().unwrap().iter();
        let latitudes: Vec<i64> = points
            .map(|point| point["latitude"].as_f64().unwrap() as i64)
            .collect();
        assert_eq!(latitudes, expected, "{query}");
    }
}

#[tokio::test]
async fn fields_of_a_point_are_checked() {
    let app = TestServer::start().await;
    for (name, value, status, code) in [
        ("latitude", json!("1"), 400, 4032),
        ("latitude", json!(true), 400, 4032),
        ("longitude", json!([1]), 400, 4032),
        ("longitude", json!(180.5), 400, 4002),
        ("latitude", json!(null), 400, 4068),
        ("objectId", json!(5), 400, 8000),
        ("objectId", json!("ID"), 404, 2001),
        ("distance", json!("far"), 400, 8000),
        ("___class", json!(5), 400, 8000),
        ("categories", json!({}), 400, 8000),
        ("metadata", json!(1), 400, 8000),
    ] {
        let mut point = json!({"latitude": 0, "longitude": 0});
        point[name] = value;
        let call = app.post("/geo/points", &point);
        assert_eq!(call.rejected().await, (status, code), "{point}");
    }
    for query in ["categories=cafes", "lat=1&lon=2", "metadata=%7B%7D"] {
        let point = json!({"latitude": 0, "longitude": 0});
        let call = app.post(&format!("/geo/points?{query}"), &point);
        assert_eq!(call.rejected().await, (404, 2001), "{query}");
    }
    assert_eq!(app.get("/geo/points").ok().await, json!([]));
}

#[tokio::test]
async fn parameters_of_caches_and_counters_are_checked() {
    let app = TestServer::start().await;
    for (method, path, code) in [
        (Method::PUT, "/cache/k?timeout=abc", 1028),
        (Method::PUT, "/cache/k?timeout=", 1028),
        (Method::PUT, "/cache/k?timeout=-5", 1028),
        (Method::PUT, "/cache/k?timeout=1.5", 1028),
        (Method::PUT, "/cache/k?timeout=1&timeout=2", 8008),
        (Method::PUT, "/counters/c/incrementby/get", 8007),
        (Method::PUT, "/counters/c/incrementby/get?value=", 8008),
        (Method::PUT, "/counters/c/incrementby/get?value=x", 8008),
        (Method::PUT, "/counters/c/incrementby/get?value=1.5", 8008),
        (
            Method::PUT,
            "/counters/c/incrementby/get?value=9223372036854775808",
            8008,
        ),
    ] {
        let call = crate::TestRequest(app.request(method, path).0.json(&json!(1)));
        assert_eq!(call.rejected().await, (400, code), "{path}");
    }
    assert_eq!(app.get("/cache/k").ok().await, json!(null));
    assert_eq!(app.get("/counters/c").ok().await, 0);
}
