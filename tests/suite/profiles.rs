//! Requests of the profiles `Document` and `Live`: one test for each difference in
//! docs/live-service.md, and what is equal in both.

use std::time::{Duration, UNIX_EPOCH};

use backendless::{Client, Profile, PushPolicy, Record, RetryPolicy, Units};
use backendless_tests::{RecordedRequest, Recorder, TestClock};
use serde_json::{Value, json};

use crate::support::{assert_json, assert_no_body, assert_request_line};

const STATUS: &str = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;

fn client(server: &Recorder, profile: Profile) -> Client {
    let builder = server.builder().retry(RetryPolicy::none());
    builder.profile(profile).build().unwrap()
}

/// The requests of `call` in the profiles `Document` and `Live`. Without a profile the request must
/// be that of `Document`.
async fn requests_of_both<F: Future>(
    response: &str,
    call: impl Fn(Client) -> F,
) -> (RecordedRequest, RecordedRequest) {
    let server = Recorder::responding(200, response).await;
    call(server.client()).await;
    call(client(&server, Profile::Document)).await;
    call(client(&server, Profile::Live)).await;
    let requests: [RecordedRequest; 3] = server.requests().try_into().unwrap();
    let [default, document, live] = requests;
    assert_eq!(
        (&default.method, &default.target, &default.body),
        (&document.method, &document.target, &document.body)
    );
    (document, live)
}

#[tokio::test]
async fn ttl_is_in_milliseconds_or_in_seconds_rounded_up() {
    for (ttl, millis, seconds) in [
        (Duration::from_secs(60), "60000", "60"),
        (Duration::from_secs(7_200), "7200000", "7200"),
        (Duration::from_millis(1), "1", "1"),
        (Duration::from_millis(1_001), "1001", "2"),
    ] {
        let (document, live) = requests_of_both("null", |client| async move {
            let cache = client.cache();
            cache.put("my key/timeout=5", &1).ttl(ttl).await.unwrap();
        })
        .await;
        let path = "/cache/my%20key%2Ftimeout%3D5";
        assert_request_line(&document, "PUT", &format!("{path}?timeout={millis}"));
        assert_request_line(&live, "PUT", &format!("{path}?timeout={seconds}"));
        assert_json(&live, "1");
    }
    let (document, live) = requests_of_both("null", |client| async move {
        client.cache().put("k", &1).await.unwrap();
    })
    .await;
    assert_request_line(&document, "PUT", "/cache/k");
    assert_request_line(&live, "PUT", "/cache/k");
}

#[tokio::test]
async fn counter_is_read_at_get_or_at_its_own_path() {
    for (name, segment) in [("c", "c"), ("get", "get"), ("my c/get", "my%20c%2Fget")] {
        let (document, live) = requests_of_both("5", |client| async move {
            assert_eq!(client.counters().get(name).await.unwrap(), 5);
        })
        .await;
        assert_request_line(&document, "GET", &format!("/counters/{segment}/get"));
        assert_request_line(&live, "GET", &format!("/counters/{segment}"));
        assert_no_body(&live);
    }
}

#[tokio::test]
async fn live_counter_read_is_retried_after_a_gateway_error() {
    let responses = vec![(503, String::new()), (200, "5".to_owned())];
    let server = Recorder::responding_in_turn(responses).await;
    let policy = RetryPolicy::default().max_attempts(2);
    let builder = server.builder().profile(Profile::Live).retry(policy);
    let client = builder.clock(TestClock::at(UNIX_EPOCH)).build();
    assert_eq!(client.unwrap().counters().get("c").await.unwrap(), 5);
    for request in server.requests() {
        assert_request_line(&request, "GET", "/counters/c");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn search_radius_is_sent_as_radius_or_r() {
    let (document, live) = requests_of_both("[]", |client| async move {
        let find = client.geo().find().categories(["radius=1&radius", "b"]);
        find.near(40.5, -73.9, 2.5, Units::Miles).await.unwrap();
    })
    .await;
    let query = |radius: &str| {
        format!(
            "/geo/points?categories=radius%3D1%26radius%2Cb&lat=40.5&lon=-73.9&{radius}=2.5\
             &units=MILES"
        )
    };
    assert_request_line(&document, "GET", &query("radius"));
    assert_request_line(&live, "GET", &query("r"));
}

#[tokio::test]
async fn policy_is_sent_as_push_policy_or_publish_policy() {
    for (policy, pushed, published) in [
        (PushPolicy::Only, "ONLY", "PUSH"),
        (PushPolicy::Also, "ALSO", "BOTH"),
        (PushPolicy::None, "NONE", "PUBSUB"),
    ] {
        // A property of this name in the caller's message is left unchanged, as are its numbers.
        let message = json!({"pushPolicy": "ONLY", "n": 0.1, "max": u64::MAX});
        let (document, live) = requests_of_both(STATUS, |client| {
            let message = message.clone();
            async move {
                let publish = client.messaging().publish("my channel", &message);
                let publish = publish.push_policy(policy).message_header("ios-badge", "1");
                publish.push_broadcast(3).await.unwrap();
            }
        })
        .await;
        let body = |name: &str, value: &str| {
            let mut body = json!({"message": message, "headers": {"ios-badge": "1"},
                "pushBroadcast": 3});
            body[name] = value.into();
            body
        };
        let sent =
            |request: &RecordedRequest| serde_json::from_str::<Value>(&request.body).unwrap();
        assert_eq!(sent(&document), body("pushPolicy", pushed));
        assert_eq!(sent(&live), body("publishPolicy", published));
        assert_request_line(&live, "POST", "/messaging/my%20channel");
        assert_eq!(live.header("content-type"), Some("application/json"));
        let length = live.body.len().to_string();
        assert_eq!(live.header("content-length"), Some(length.as_str()));
    }
    let (document, live) = requests_of_both(STATUS, |client| async move {
        client.messaging().publish("c", "hi").await.unwrap();
    })
    .await;
    assert_json(&document, r#"{"message":"hi"}"#);
    assert_json(&live, r#"{"message":"hi"}"#);
}

#[tokio::test]
async fn projection_is_sent_as_property_or_props() {
    let (document, live) = requests_of_both("[]", |client| async move {
        let people = client.data::<Record>("property");
        let find = people.find().properties(["name", "Count(objectId) as n"]);
        let find = find.filter("property = 'a&property=b'");
        find.group_by(["property"]).rows::<Value>().await.unwrap();
    })
    .await;
    let query = |name: &str| {
        format!(
            "/data/property?groupBy=property&{name}=name%2CCount%28objectId%29+as+n\
             &where=property+%3D+%27a%26property%3Db%27"
        )
    };
    assert_request_line(&document, "GET", &query("property"));
    assert_request_line(&live, "GET", &query("props"));
}

#[tokio::test]
async fn live_stream_sends_its_projection_as_props() {
    use futures_util::TryStreamExt;

    let server = Recorder::responding(200, "[]").await;
    let notes = client(&server, Profile::Live).data::<Record>("Note");
    let rows = notes.find().properties(["text"]).stream();
    assert!(rows.try_collect::<Vec<_>>().await.unwrap().is_empty());
    let target = server.request().target;
    assert!(
        target.contains("props=text") && !target.contains("property="),
        "{target}"
    );
}

#[tokio::test]
async fn handles_of_other_users_keep_the_profile() {
    let server = Recorder::responding(200, "5").await;
    let client = client(&server, Profile::Live);
    let counters = client.with_user_token("T").counters();
    counters.get("c").await.unwrap();
    let own = client.counters().get("c").timeout(Duration::from_secs(9));
    own.await.unwrap();
    for request in server.requests() {
        assert_eq!(request.target, "/counters/c");
    }
}
