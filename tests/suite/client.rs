//! What the settings of a client do to the requests of every service.

use backendless::{Client, Email, ErrorCode, FileInfo, GeoPoint, Record, Table, Upload};
use backendless_local::Server;
use backendless_tests::{API_KEY, APP_ID, Recorder};
use serde_json::Value;

use crate::support::{assert_rejected, uncommon_headers};

const STATUS: &str = r#"{"messageId":"M-1","status":"scheduled","errorMessage":null}"#;

const POINT: &str = r#"{"geopoint":{"objectId":"G-1","latitude":1,"longitude":2}}"#;

const ROW: &str = r#"{"objectId":"B2","created":1700000000000,"updated":null,"ownerId":null,
    "___class":"Person","name":"Bob"}"#;

fn people(client: &Client) -> Table<Record> {
    client.data("Person")
}

#[tokio::test]
async fn user_token_is_sent_only_by_its_handle() {
    let server = Recorder::responding(200, ROW).await;
    let client = server.client();
    let as_ann = client.with_user_token("TOKEN-A");
    people(&as_ann).get("B2").await.unwrap();
    people(&client).get("B2").await.unwrap();
    people(&as_ann.with_user_token("TOKEN-B"))
        .get("B2")
        .await
        .unwrap();
    people(&as_ann.without_user_token())
        .get("B2")
        .await
        .unwrap();
    let requests = server.requests();
    let tokens: Vec<_> = requests.iter().map(|r| r.header("user-token")).collect();
    assert_eq!(tokens, [Some("TOKEN-A"), None, Some("TOKEN-B"), None]);
}

#[tokio::test]
async fn user_token_that_is_not_a_header_value_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    for bad in ["", "SECRET\r\nx: y", "SECRET\0"] {
        let client = server.client().with_user_token(bad);
        let error = client.data::<Record>("Person").get("x").await.unwrap_err();
        assert_rejected(&error, "getObjectById", "user_token ");
        assert!(!format!("{error:?}").contains("SECRET"));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn every_operation_sends_the_user_token_and_no_other_header() {
    let local_client = |server: &Recorder| server.client().with_user_token("TOKEN-1");
    let assert_token = |server: &Recorder| {
        for request in server.requests() {
            assert_eq!(uncommon_headers(&request), [("user-token", "TOKEN-1")]);
        }
        server.requests().len()
    };

    let server = Recorder::responding(200, STATUS).await;
    let client = local_client(&server);
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

    let server = Recorder::responding(200, r#"{"fileURL":"x"}"#).await;
    let files = local_client(&server).files();
    files.upload("a", Upload::bytes("")).await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::responding(200, "[]").await;
    local_client(&server).geo().find().await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::responding(200, POINT).await;
    let geo = local_client(&server).geo();
    geo.save(&GeoPoint::new(0.0, 0.0)).await.unwrap();
    assert_eq!(assert_token(&server), 1);

    let server = Recorder::responding(200, "true").await;
    let client = local_client(&server);
    let cache = client.cache();
    cache.put("k", &1).await.unwrap();
    cache.get::<Value>("k").await.unwrap();
    cache.contains("k").await.unwrap();
    cache.delete("k").await.unwrap();
    let cloud_code = client.cloud_code();
    cloud_code.invoke::<_, Value>("s", "m", &1).await.unwrap();
    assert_eq!(assert_token(&server), 5);

    let server = Recorder::responding(200, "5").await;
    let counters = local_client(&server).counters();
    counters.increment("c").await.unwrap();
    counters.increment_by("c", 1).await.unwrap();
    counters.get("c").await.unwrap();
    counters.reset("c").await.unwrap();
    assert_eq!(assert_token(&server), 4);
}

#[tokio::test]
async fn path_of_the_api_url_precedes_the_app_path() {
    let server = Recorder::responding(200, ROW).await;
    for url in ["/base", "/base/", ""] {
        let client = Client::builder("APP ID", "KEY+1")
            .api_url(server.url() + url)
            .user_agent("shop/1.4")
            .build()
            .unwrap();
        people(&client).get("B2").await.unwrap();
    }
    let requests = server.requests();
    let targets: Vec<_> = requests.iter().map(|r| r.target.as_str()).collect();
    let app_path = "/APP%20ID/KEY%2B1/data/Person/B2";
    let behind_base = format!("/base{app_path}");
    assert_eq!(targets, [&behind_base, &behind_base, app_path]);
    assert_eq!(requests[0].header("user-agent"), Some("shop/1.4"));
}

#[tokio::test]
async fn unknown_application_is_reported() {
    let server = Server::start().await.unwrap();
    let client = Client::builder("UNKNOWN", server.api_key())
        .api_url(server.url())
        .build()
        .unwrap();
    let error = client.data::<Record>("Person").find().await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::UNKNOWN_APPLICATION));
    assert_eq!(error.status(), Some(400));
}
