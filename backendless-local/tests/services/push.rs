//! Devices, push notifications, templates, the log and the routes of Cloud Code methods.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backendless_local::Server;
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

fn device(id: &str) -> Value {
    json!({"deviceId": id, "deviceToken": "t", "os": "IOS", "osVersion": "18"})
}

#[tokio::test]
async fn device_is_registered_until_it_expires_or_is_removed() {
    let app = TestServer::start().await;
    let registered = app
        .post("/messaging/registrations", &device("D-1"))
        .ok()
        .await;
    assert!(registered["registrationId"].is_string(), "{registered}");
    let mut expected = device("D-1");
    expected["channels"] = json!(["default"]);
    assert_eq!(app.get("/messaging/registrations/D-1").ok().await, expected);
    app.delete("/messaging/registrations/D-1").ok().await;
    for call in [
        app.get("/messaging/registrations/D-1"),
        app.delete("/messaging/registrations/D-1"),
    ] {
        assert_eq!(call.rejected().await, (404, 5001));
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let mut expiring = device("D-2");
    expiring["expiration"] = json!(now + 60);
    app.post("/messaging/registrations", &expiring).ok().await;
    app.get("/messaging/registrations/D-2").ok().await;
    app.server.advance_clock(Duration::from_secs(61));
    assert_eq!(
        app.get("/messaging/registrations/D-2").rejected().await,
        (404, 5001)
    );
    for (name, value, code) in [
        ("deviceId", json!(null), 8007),
        ("deviceToken", json!(""), 8007),
        ("os", json!(1), 8000),
        ("channels", json!("news"), 8000),
        ("expiration", json!("tomorrow"), 8000),
    ] {
        let mut invalid = device("D-3");
        invalid[name] = value;
        let call = app.post("/messaging/registrations", &invalid);
        assert_eq!(call.rejected().await, (400, code), "{invalid}");
    }
}

#[tokio::test]
async fn pushes_are_recorded_with_their_devices() {
    let app = TestServer::start().await;
    let mut registered = device("D-1");
    registered["channels"] = json!(["news", "sport"]);
    app.post("/messaging/registrations", &registered).ok().await;
    app.post("/messaging/registrations", &device("D-2"))
        .ok()
        .await;
    app.post("/messaging/news", &json!({"message": "no push"}))
        .ok()
        .await;
    let body = json!({"message": "hi", "publishPolicy": "PUSH", "headers": {"ios-alert": "a"}});
    app.post("/messaging/news", &body).ok().await;
    let body = json!({"message": "ho", "pushSinglecast": ["D-2"]});
    app.post("/messaging/news", &body).ok().await;
    let pushes = app.server.pushes().await.unwrap();
    assert_eq!(pushes.len(), 2);
    assert_eq!(
        (&pushes[0]["data"], &pushes[0]["devices"]),
        (&json!("hi"), &json!(["D-1"]))
    );
    assert_eq!(pushes[0]["headers"], json!({"ios-alert": "a"}));
    assert_eq!(
        (&pushes[1]["data"], &pushes[1]["devices"]),
        (&json!("ho"), &json!(["D-2"]))
    );
}

#[tokio::test]
async fn templates_are_those_of_the_builder() {
    let builder = Server::builder().email_template("bill");
    let template = json!({"alertTitle": "Hi"});
    let app = TestServer::of(builder.push_template("IOS", "welcome", template.clone())).await;
    let templates = app.get("/messaging/pushtemplates/IOS").ok().await;
    assert_eq!(templates, json!({ "welcome": template }));
    assert_eq!(
        app.get("/messaging/pushtemplates/ANDROID").ok().await,
        json!({})
    );
    let values = json!({"templateValues": {"name": "Ann"}});
    let status = app.post("/messaging/push/welcome", &values).ok().await;
    assert_eq!(status["status"], "scheduled");
    let pushes = app.server.pushes().await.unwrap();
    assert_eq!(
        pushes,
        [json!({"template": "welcome", "templateValues": {"name": "Ann"}})]
    );
    assert_eq!(
        app.post("/messaging/push/nope", &json!({}))
            .rejected()
            .await,
        (400, 8000)
    );

    let email = json!({"template-name": "bill", "addresses": ["a@b.c"], "uniqueEmails": false});
    app.post("/emailtemplate/send", &email).ok().await;
    assert_eq!(
        app.server.outbox().await.unwrap(),
        std::slice::from_ref(&email)
    );
    for (body, code) in [
        (
            json!({"template-name": "nonexistent-template", "criteria": "foo='bar'"}),
            24002,
        ),
        (json!({"template-name": "bill"}), 5048),
        (json!({"template-name": "bill", "addresses": ["a"]}), 5047),
        (json!({"addresses": ["a@b.c"]}), 8007),
    ] {
        let call = app.post("/emailtemplate/send", &body);
        assert_eq!(call.rejected().await, (400, code), "{body}");
    }
}

#[tokio::test]
async fn log_is_written_as_a_whole_or_not_at_all() {
    let app = TestServer::start().await;
    let put = |body: &Value| TestRequest(app.put("/log").0.json(body));
    let message = json!({"logger": "a", "message": "b", "log-level": "INFO", "timestamp": 1});
    put(&json!([message, message])).ok_empty().await;
    for (name, value, code) in [
        ("logger", json!(null), 21004),
        ("message", json!(1), 8000),
        ("log-level", json!("LOUD"), 8000),
        ("timestamp", json!("now"), 8000),
    ] {
        let mut invalid = message.clone();
        invalid[name] = value;
        let call = put(&json!([message, invalid]));
        assert_eq!(call.rejected().await, (400, code), "{invalid}");
    }
    assert_eq!(put(&message).rejected().await, (400, 8002));
    assert_eq!(app.server.log().await.unwrap(), [message.clone(), message]);
}

#[tokio::test]
async fn methods_have_the_routes_of_their_prefixes() {
    let builder =
        Server::builder().service("Shop", "getItem", |arguments| Ok(json!(["get", arguments])));
    let builder = builder.service("Shop", "setItem", |arguments| Ok(json!(["set", arguments])));
    let app = TestServer::of(builder).await;
    let got = app.get("/services/Shop/Item?id=A-1&n=a+b").ok().await;
    assert_eq!(got, json!(["get", {"id": "A-1", "n": "a b"}]));
    assert_eq!(
        app.get("/services/Shop/item").ok().await,
        json!(["get", null])
    );
    let put = TestRequest(app.put("/services/Shop/item").0.json(&json!([1])));
    assert_eq!(put.ok().await, json!(["set", [1]]));
    assert_eq!(
        app.delete("/services/Shop/item").rejected().await,
        (400, 14002)
    );
    assert_eq!(
        app.get("/services/Nope/item").rejected().await,
        (400, 14001)
    );
}
