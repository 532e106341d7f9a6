//! The log and the description of the application, and the routes of Cloud Code methods.

use backendless::{ErrorKind, LogLevel, LogMessage, Timestamp};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::{Value, json};

use crate::support::{
    assert_json, assert_no_body, assert_rejected, assert_request_line, error_body, local_client,
    recorded_request,
};

#[tokio::test]
async fn log_messages_have_the_form_of_the_official_sdk() {
    let request = recorded_request("", |client| {
        let time = Timestamp::from_millis(5);
        let message = LogMessage::new("orders", LogLevel::Warn, "late").timestamp(time);
        client
            .logging()
            .write([message.clone(), message.exception("timeout")])
    })
    .await;
    assert_request_line(&request, "PUT", "/log");
    assert_json(
        &request,
        r#"[{"logger":"orders","log-level":"WARN","message":"late","timestamp":5},{"logger":"orders","log-level":"WARN","message":"late","timestamp":5,"exception":"timeout"}]"#,
    );
    let server = Recorder::responding(200, "").await;
    let error = server.client().logging().write([]).await.unwrap_err();
    assert_rejected(&error, "writeLog", "there are no messages");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn log_and_description_of_the_local_server_are_written_and_read() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let messages = ["one", "two"].map(|text| LogMessage::new("a", LogLevel::Fatal, text));
    client.logging().write(messages).await.unwrap();
    let log = server.log().await.unwrap();
    assert_eq!(
        (log.len(), &log[1]["message"], &log[1]["log-level"]),
        (2, &json!("two"), &json!("FATAL"))
    );
    let info = client.application_info().await.unwrap();
    assert_eq!(info.real_time_url, Some(server.url()));
    assert_eq!(info.loggers[0].name, "Global logger");
}

#[tokio::test]
async fn methods_with_other_http_methods_have_the_documented_form() {
    let request = recorded_request("1", |client| {
        client
            .cloud_code()
            .get::<u8>("My Shop", "item")
            .argument("id", "a&b c")
    })
    .await;
    assert_request_line(&request, "GET", "/services/My%20Shop/item?id=a%26b+c");
    assert_no_body(&request);
    let request =
        recorded_request("1", |client| client.cloud_code().get::<u8>("Shop", "item")).await;
    assert_request_line(&request, "GET", "/services/Shop/item");
    let request = recorded_request("1", |client| {
        client.cloud_code().put::<_, u8>("Shop", "item", &[1])
    })
    .await;
    assert_request_line(&request, "PUT", "/services/Shop/item");
    assert_json(&request, "[1]");
    let request = recorded_request("", |client| {
        client.cloud_code().delete::<_, ()>("Shop", "item", "A-1")
    })
    .await;
    assert_request_line(&request, "DELETE", "/services/Shop/item");
    assert_json(&request, "\"A-1\"");
}

#[tokio::test]
async fn methods_of_the_local_server_are_invoked_by_their_routes() {
    let builder =
        Server::builder().service("Shop", "getItem", |arguments| Ok(json!(["get", arguments])));
    let builder = builder.service("Shop", "deleteItem", |arguments| {
        Ok(json!(["delete", arguments]))
    });
    let server = builder.start().await.unwrap();
    let shop = local_client(&server).cloud_code();
    let got: Value = shop
        .get("Shop", "Item")
        .argument("a", "1")
        .argument("b", "2")
        .await
        .unwrap();
    assert_eq!(got, json!(["get", {"a": "1", "b": "2"}]));
    let deleted: Value = shop.delete("Shop", "item", &5).await.unwrap();
    assert_eq!(deleted, json!(["delete", 5]));
    assert!(
        shop.put::<_, ()>("Shop", "item", &5)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn a_code_of_the_application_is_not_retried() {
    let server = Recorder::responding(400, &error_body(9070)).await;
    let error = server
        .client()
        .cloud_code()
        .get::<()>("Shop", "item")
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Api, 1));
    assert_eq!(server.requests().len(), 1);
}
