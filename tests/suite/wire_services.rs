//! What the operations of Messaging, Geo, Cache, Counters and Cloud Code send, to the letter.

use std::time::{Duration, UNIX_EPOCH};

use backendless::{
    Client, Email, FileInfo, GeoPoint, PushPolicy, Record, Request, Timestamp, Units, Upload,
};
use backendless_tests::{API_KEY, APP_ID, Recorded, Recorder};
use serde::Serialize;
use serde_json::{Value, json};

use crate::wire::{assert_json, assert_line, assert_no_body, headers_of_note};

const STATUS: &str = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;
const POINT: &str = r#"{"geopoint":{"objectId":"G-1","latitude":1,"longitude":2}}"#;

async fn recorded<R: 'static>(answer: &str, call: impl FnOnce(Client) -> Request<R>) -> Recorded {
    let server = Recorder::answering(200, answer).await;
    call(server.client()).await.unwrap();
    server.request()
}

#[tokio::test]
async fn publish_posts_the_message_alone_if_nothing_else_is_said() {
    let server = Recorder::answering(200, STATUS).await;
    let messaging = server.client().messaging();
    messaging.publish("my channel/x", "hi").await.unwrap();
    let messages = json!([{"a": [1, null]}, 5, null, []]);
    for message in messages.as_array().unwrap() {
        messaging.publish("default", message).await.unwrap();
    }
    let requests = server.requests();
    assert_line(&requests[0], "POST", "/messaging/my%20channel%2Fx");
    assert_json(&requests[0], r#"{"message":"hi"}"#);
    let bodies: Vec<_> = requests[1..].iter().map(|r| r.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"message":{"a":[1,null]}}"#,
            r#"{"message":5}"#,
            r#"{"message":null}"#,
            r#"{"message":[]}"#
        ]
    );
}

#[tokio::test]
async fn publish_posts_every_option_beside_the_message() {
    let server = Recorder::answering(200, STATUS).await;
    server
        .client()
        .messaging()
        .publish("default", &json!({"a": 1}))
        .header("android-ticker-text", "t")
        .header("ios-badge", "1")
        .publish_at(Timestamp::from_millis(1_700_000_000_000))
        .push_policy(PushPolicy::Also)
        .push_broadcast(3)
        .push_singlecast(["DEV-1"])
        .push_singlecast(["DEV-2".to_owned()])
        .await
        .unwrap();
    let request = server.request();
    assert_line(&request, "POST", "/messaging/default");
    assert_json(
        &request,
        r#"{"message":{"a":1},"headers":{"android-ticker-text":"t","ios-badge":"1"},"publishAt":1700000000000,"pushPolicy":"ALSO","pushBroadcast":3,"pushSinglecast":["DEV-1","DEV-2"]}"#,
    );
}

#[tokio::test]
async fn publish_writes_each_policy_and_any_kind_of_time() {
    let server = Recorder::answering(200, STATUS).await;
    let messaging = server.client().messaging();
    for (policy, name) in [
        (PushPolicy::Only, "ONLY"),
        (PushPolicy::Also, "ALSO"),
        (PushPolicy::None, "NONE"),
    ] {
        messaging
            .publish("c", "")
            .push_policy(policy)
            .await
            .unwrap();
        let body = &server.requests().pop().unwrap().body;
        assert_eq!(*body, format!(r#"{{"message":"","pushPolicy":"{name}"}}"#));
    }
    let time = UNIX_EPOCH + Duration::from_micros(1_500);
    messaging.publish("c", "").publish_at(time).await.unwrap();
    let body = &server.requests().pop().unwrap().body;
    assert_eq!(body, r#"{"message":"","publishAt":1}"#);
}

#[tokio::test]
async fn poll_asks_for_channel_and_subscription() {
    let request = recorded(r#"{"messages":[]}"#, |client| {
        client.messaging().poll::<Record>("my channel", "S/1")
    });
    let request = request.await;
    assert_line(&request, "GET", "/messaging/my%20channel/S%2F1");
    assert_no_body(&request);
}

#[tokio::test]
async fn an_email_is_posted_with_the_bodies_that_it_has() {
    for (email, body) in [
        (
            Email::new("Subj").to("x@y.z").text("T").html("<b>H</b>"),
            json!({"bodyparts": {"htmlmessage": "<b>H</b>", "textmessage": "T"},
                "subject": "Subj", "to": ["x@y.z"]}),
        ),
        (
            Email::new("").to("a@b.c").to("x@y.z").text(""),
            json!({"bodyparts": {"textmessage": ""}, "subject": "", "to": ["a@b.c", "x@y.z"]}),
        ),
        (
            Email::new("S").to("a@b.c").html("H"),
            json!({"bodyparts": {"htmlmessage": "H"}, "subject": "S", "to": ["a@b.c"]}),
        ),
    ] {
        let request = recorded(STATUS, |client| client.messaging().send_email(email)).await;
        assert_line(&request, "POST", "/messaging/email");
        assert_eq!(request.header("content-type"), Some("application/json"));
        let sent: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(sent, body);
    }
}

#[tokio::test]
async fn a_search_for_points_sends_what_it_was_given() {
    let server = Recorder::answering(200, "[]").await;
    let geo = server.client().geo();
    geo.find().await.unwrap();
    geo.find()
        .categories(["cafes", "bars & grills"])
        .categories(["c".to_owned()])
        .await
        .unwrap();
    geo.find()
        .categories(["cafes"])
        .near(40.5, -73.9, 2.5, Units::Kilometers)
        .await
        .unwrap();
    let requests = server.requests();
    assert_line(&requests[0], "GET", "/geo/points");
    assert_no_body(&requests[0]);
    assert_line(
        &requests[1],
        "GET",
        "/geo/points?categories=cafes%2Cbars+%26+grills%2Cc",
    );
    assert_line(
        &requests[2],
        "GET",
        "/geo/points?categories=cafes&lat=40.5&lon=-73.9&radius=2.5&units=KILOMETERS",
    );
}

#[tokio::test]
async fn a_search_names_each_unit_and_keeps_the_ends_of_the_earth() {
    let server = Recorder::answering(200, "[]").await;
    let geo = server.client().geo();
    for (units, name) in [
        (Units::Meters, "METERS"),
        (Units::Kilometers, "KILOMETERS"),
        (Units::Miles, "MILES"),
        (Units::Yards, "YARDS"),
        (Units::Feet, "FEET"),
    ] {
        geo.find().near(-90.0, 180.0, 1e-7, units).await.unwrap();
        let target = server.requests().pop().unwrap().target;
        let (place, unit) = target.rsplit_once('=').unwrap();
        assert_eq!(unit, name);
        let numbers: Vec<f64> = place
            .split('&')
            .filter_map(|pair| pair.split_once('=')?.1.parse().ok())
            .collect();
        assert_eq!(numbers, [-90.0, 180.0, 1e-7], "{target}");
    }
}

#[tokio::test]
async fn a_point_is_posted_without_what_it_does_not_have() {
    let server = Recorder::answering(200, POINT).await;
    let geo = server.client().geo();
    geo.save(&GeoPoint::new(40.5, -73.9)).await.unwrap();
    let cafe = GeoPoint::new(-90.0, 180.0)
        .category("cafes")
        .category("bars")
        .metadata("open", json!({"from": 8}))
        .metadata("rating", 5);
    geo.save(&cafe).await.unwrap();
    let requests = server.requests();
    assert_line(&requests[0], "POST", "/geo/points");
    assert_json(&requests[0], r#"{"latitude":40.5,"longitude":-73.9}"#);
    assert_json(
        &requests[1],
        r#"{"latitude":-90.0,"longitude":180.0,"categories":["cafes","bars"],"metadata":{"open":{"from":8},"rating":5}}"#,
    );
}

#[tokio::test]
async fn a_value_is_put_as_json_whatever_it_is() {
    #[derive(Serialize)]
    struct Cart {
        items: [u8; 2],
    }
    async fn put<V: Serialize + Sync + ?Sized>(value: &V) -> String {
        let server = Recorder::answering(200, "null").await;
        server
            .client()
            .cache()
            .put("my key/ü", value)
            .await
            .unwrap();
        let request = server.request();
        assert_line(&request, "PUT", "/cache/my%20key%2F%C3%BC");
        assert_eq!(request.header("content-type"), Some("application/json"));
        request.body
    }
    assert_eq!(put(&Cart { items: [1, 2] }).await, r#"{"items":[1,2]}"#);
    assert_eq!(put("text").await, r#""text""#);
    assert_eq!(put(&3).await, "3");
    assert_eq!(put(&false).await, "false");
    assert_eq!(put(&None::<u8>).await, "null");
    assert_eq!(put(&["a"][..]).await, r#"["a"]"#);
}

#[tokio::test]
async fn a_time_to_live_is_sent_in_milliseconds() {
    let server = Recorder::answering(200, "").await;
    let cache = server.client().cache();
    for (ttl, told) in [
        (Duration::from_secs(60), "60000"),
        (Duration::from_millis(1), "1"),
        (Duration::from_micros(1_999), "1"),
        (
            Duration::from_millis(i64::MAX as u64),
            "9223372036854775807",
        ),
    ] {
        cache.put("k", &1).ttl(ttl).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_line(&request, "PUT", &format!("/cache/k?timeout={told}"));
        assert_json(&request, "1");
    }
}

#[tokio::test]
async fn a_value_is_read_asked_for_and_removed_by_its_key() {
    let request = recorded("1", |client| client.cache().get::<u8>("my key")).await;
    assert_line(&request, "GET", "/cache/my%20key");
    assert_no_body(&request);
    let request = recorded("true", |client| client.cache().contains("my key")).await;
    assert_line(&request, "GET", "/cache/my%20key/check");
    assert_no_body(&request);
    let request = recorded("null", |client| client.cache().delete("my key")).await;
    assert_line(&request, "DELETE", "/cache/my%20key");
    assert_no_body(&request);
}

#[tokio::test]
async fn counters_are_put_without_a_body() {
    let request = recorded("5", |client| client.counters().increment("my counter")).await;
    assert_line(&request, "PUT", "/counters/my%20counter/increment/get");
    assert_no_body(&request);
    for (value, told) in [
        (3, "3"),
        (0, "0"),
        (-10, "-10"),
        (i64::MIN, "-9223372036854775808"),
    ] {
        let request = recorded("5", |client| client.counters().increment_by("c/d", value)).await;
        let target = format!("/counters/c%2Fd/incrementby/get?value={told}");
        assert_line(&request, "PUT", &target);
        assert_no_body(&request);
    }
    let request = recorded("", |client| client.counters().reset("c")).await;
    assert_line(&request, "PUT", "/counters/c/reset");
    assert_no_body(&request);
    let request = recorded("5", |client| client.counters().get("c")).await;
    assert_line(&request, "GET", "/counters/c/get");
    assert_no_body(&request);
}

#[tokio::test]
async fn cloud_code_is_posted_with_arguments_of_any_shape() {
    async fn invoke<A: Serialize + Sync + ?Sized>(arguments: &A) -> String {
        let server = Recorder::answering(200, "42").await;
        let cloud_code = server.client().cloud_code();
        let answer: u8 = cloud_code
            .invoke("My Svc", "get/all", arguments)
            .await
            .unwrap();
        assert_eq!(answer, 42);
        let request = server.request();
        assert_line(&request, "POST", "/services/My%20Svc/get%2Fall");
        assert_eq!(request.header("content-type"), Some("application/json"));
        request.body
    }
    assert_eq!(invoke(&json!({"a": 1})).await, r#"{"a":1}"#);
    assert_eq!(invoke(&[1, 2]).await, "[1,2]");
    assert_eq!(invoke("abc").await, r#""abc""#);
    assert_eq!(invoke(&7).await, "7");
    assert_eq!(invoke(&()).await, "null");
}

#[tokio::test]
async fn cloud_code_without_arguments_has_no_body() {
    let server = Recorder::answering(200, "42").await;
    let call = server.client().cloud_code().invoke_no_args("Svc", "method");
    let answer: u8 = call.await.unwrap();
    assert_eq!(answer, 42);
    let request = server.request();
    assert_line(&request, "POST", "/services/Svc/method");
    assert_no_body(&request);
}

#[tokio::test]
async fn cloud_code_sends_more_headers_as_they_are() {
    let server = Recorder::answering(200, "null").await;
    server
        .client()
        .with_user_token("TOKEN-1")
        .cloud_code()
        .invoke::<_, ()>("Svc", "method", &json!({"a": 1}))
        .header("bl-execution-type", "async")
        .header("X-My", "1")
        .header("x-my", "2")
        .await
        .unwrap();
    let request = server.request();
    assert_json(&request, r#"{"a":1}"#);
    assert_eq!(
        headers_of_note(&request),
        [
            ("bl-execution-type", "async"),
            ("user-token", "TOKEN-1"),
            ("x-my", "1"),
            ("x-my", "2")
        ]
    );
}

#[tokio::test]
async fn every_call_of_a_user_carries_the_token_and_nothing_more() {
    let client_of = |server: &Recorder| server.client().with_user_token("TOKEN-1");
    let assert_token = |server: &Recorder| {
        for request in server.requests() {
            assert_eq!(headers_of_note(&request), [("user-token", "TOKEN-1")]);
        }
        server.requests().len()
    };

    let server = Recorder::answering(200, STATUS).await;
    let client = client_of(&server);
    let (files, messaging) = (client.files(), client.messaging());
    let info = FileInfo::from_url(format!("{}/{APP_ID}/{API_KEY}/files/a", server.url()));
    files.delete("a").await.unwrap();
    files.download(&info).await.unwrap().bytes().await.unwrap();
    messaging.publish("c", "").await.unwrap();
    messaging.poll::<Value>("c", "s").await.unwrap();
    messaging
        .send_email(Email::new("").to("a@b.c").text(""))
        .await
        .unwrap();
    assert_eq!(assert_token(&server), 5);

    let server = Recorder::answering(200, r#"{"fileURL":"x"}"#).await;
    let files = client_of(&server).files();
    files.upload("a", Upload::bytes("")).await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::answering(200, "[]").await;
    client_of(&server).geo().find().await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::answering(200, POINT).await;
    let geo = client_of(&server).geo();
    geo.save(&GeoPoint::new(0.0, 0.0)).await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::answering(200, "true").await;
    let client = client_of(&server);
    let cache = client.cache();
    cache.put("k", &1).await.unwrap();
    cache.get::<Value>("k").await.unwrap();
    cache.contains("k").await.unwrap();
    cache.delete("k").await.unwrap();
    let cloud_code = client.cloud_code();
    cloud_code.invoke::<_, Value>("s", "m", &1).await.unwrap();
    assert_eq!(assert_token(&server), 5);

    let server = Recorder::answering(200, "5").await;
    let counters = client_of(&server).counters();
    counters.increment("c").await.unwrap();
    counters.increment_by("c", 1).await.unwrap();
    counters.get("c").await.unwrap();
    counters.reset("c").await.unwrap();
    assert_eq!(assert_token(&server), 4);
}
