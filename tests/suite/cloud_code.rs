//! Cloud Code: its requests, its responses, rejected arguments, and complete exchanges with the local
//! server.

use backendless::{Error, ErrorCode, ErrorKind, Record};
use backendless_local::{Server, ServiceError};
use backendless_tests::Recorder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{
    BAD_SEGMENTS, assert_json, assert_no_body, assert_rejected, assert_request_line, error_body,
    local_client, uncommon_headers, value_without_json_form,
};

#[tokio::test]
async fn invoke_sends_arguments_of_any_shape() {
    async fn invoke<A: Serialize + Sync + ?Sized>(arguments: &A) -> String {
        let server = Recorder::responding(200, "42").await;
        let cloud_code = server.client().cloud_code();
        let response: u8 = cloud_code
            .invoke("My Svc", "get/all", arguments)
            .await
            .unwrap();
        assert_eq!(response, 42);
        let request = server.request();
        assert_request_line(&request, "POST", "/services/My%20Svc/get%2Fall");
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
async fn invoke_no_args_sends_no_body() {
    let server = Recorder::responding(200, "42").await;
    let call = server.client().cloud_code().invoke_no_args("Svc", "method");
    let response: u8 = call.await.unwrap();
    assert_eq!(response, 42);
    let request = server.request();
    assert_request_line(&request, "POST", "/services/Svc/method");
    assert_no_body(&request);
}

#[tokio::test]
async fn invoke_sends_additional_headers() {
    let server = Recorder::responding(200, "null").await;
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
        uncommon_headers(&request),
        [
            ("bl-execution-type", "async"),
            ("user-token", "TOKEN-1"),
            ("x-my", "1"),
            ("x-my", "2")
        ]
    );
}

async fn invoke<R: DeserializeOwned + Send + 'static>(
    status: u16,
    response: &str,
) -> backendless::Result<R> {
    let server = Recorder::responding(status, response).await;
    let cloud_code = server.client().cloud_code();
    cloud_code.invoke("Svc", "method", &()).await
}

#[tokio::test]
async fn invoke_returns_any_json_or_nothing() {
    assert_eq!(invoke::<i64>(200, "42").await.unwrap(), 42);
    assert_eq!(invoke::<f64>(200, "0.1").await.unwrap(), 0.1);
    assert!(invoke::<bool>(201, "true").await.unwrap());
    assert_eq!(invoke::<String>(200, r#""x""#).await.unwrap(), "x");
    assert_eq!(invoke::<Vec<u8>>(200, "[1,2]").await.unwrap(), [1, 2]);
    assert_eq!(
        invoke::<Value>(200, r#"{"code":1,"message":"x"}"#)
            .await
            .unwrap(),
        json!({"code": 1, "message": "x"})
    );
    for nothing in ["", "null", " \n"] {
        invoke::<()>(200, nothing).await.unwrap();
        assert_eq!(invoke::<Option<u8>>(204, nothing).await.unwrap(), None);
        assert_eq!(invoke::<Value>(200, nothing).await.unwrap(), Value::Null);
        let error = invoke::<u8>(200, nothing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    let error = invoke::<u8>(200, r#""SECRET""#).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
}

#[tokio::test]
async fn cloud_code_error_codes_decide_the_kind() {
    for (code, kind) in [
        (14000, ErrorKind::Api),
        (14001, ErrorKind::NotFound),
        (14002, ErrorKind::NotFound),
        (14005, ErrorKind::Api),
        (15000, ErrorKind::Api),
        (4_242_424_242, ErrorKind::Api),
    ] {
        for status in [400, 500] {
            let error: Error = invoke::<()>(status, &error_body(code)).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.code(), Some(ErrorCode::new(code)));
            assert_eq!(error.status(), Some(status));
            assert!(!error.is_retryable(), "{error}");
        }
    }
    let error = invoke::<()>(503, "").await.unwrap_err();
    assert!(error.to_string().contains("is not idempotent"), "{error}");
}

#[tokio::test]
async fn invalid_service_method_or_argument_is_rejected() {
    let server = Recorder::responding(200, "5").await;
    let cloud_code = server.client().cloud_code();
    let operation = "invokeCloudCodeService";
    for bad in BAD_SEGMENTS {
        let error = cloud_code.invoke::<_, u8>(bad, "m", &1).await.unwrap_err();
        assert_rejected(&error, operation, "service-name ");
        let call = cloud_code.invoke_no_args::<u8>("s", bad);
        assert_rejected(&call.await.unwrap_err(), operation, "method-name ");
    }
    let arguments = value_without_json_form();
    let call = cloud_code.invoke::<_, u8>("s", "m", &arguments);
    let error = call.await.unwrap_err();
    assert_rejected(&error, operation, "the arguments cannot be serialized: ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn invalid_or_reserved_header_is_rejected() {
    let server = Recorder::responding(200, "5").await;
    let operation = "invokeCloudCodeService";
    let call = || server.client().cloud_code().invoke_no_args::<u8>("s", "m");
    for name in [
        "user-token",
        "User-Token",
        "CONTENT-LENGTH",
        "content-type",
        "transfer-encoding",
        "connection",
        "host",
        "te",
    ] {
        let error = call().header(name, "SECRET").await.unwrap_err();
        assert_rejected(
            &error,
            operation,
            &format!("header {name:?} is set by the client"),
        );
        // A valid header after it does not hide it.
        let error = call().header(name, "SECRET").header("x-my", "1").await;
        let error = error.unwrap_err();
        assert_rejected(&error, operation, &format!("header {name:?} "));
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    for name in ["", "x y", "x:y", "ü", "x\r\ny"] {
        let error = call().header(name, "1").await.unwrap_err();
        assert_rejected(
            &error,
            operation,
            &format!("header {name:?} is not a valid header name"),
        );
    }
    for value in ["SECRET\r\nx: y", "SECRET\0"] {
        let error = call().header("x-my", value).await.unwrap_err();
        assert_rejected(
            &error,
            operation,
            "header \"x-my\": the value contains a character that a header cannot contain",
        );
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

async fn server_with_services() -> Server {
    let total = |cart: Value| match cart["prices"].as_array() {
        Some(prices) => Ok(json!(prices.iter().filter_map(Value::as_i64).sum::<i64>())),
        None => Err(ServiceError::new(
            14_500,
            "the server_with_services has no prices",
        )),
    };
    Server::builder()
        .service("Cart", "total", total)
        .service("Cart", "my method/ü", |_| Ok(Value::Null))
        .service("Cart", "breaks", |_| panic!("a panic of the method"))
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn invoke_returns_what_the_method_returned() {
    #[derive(Serialize)]
    struct Cart {
        prices: Vec<i64>,
    }
    let server = server_with_services().await;
    let cloud_code = local_client(&server).cloud_code();
    let server_with_services = Cart {
        prices: vec![1, 2, 39],
    };
    let call = cloud_code.invoke("Cart", "total", &server_with_services);
    let total: i64 = call.header("bl-execution-type", "sync").await.unwrap();
    assert_eq!(total, 42);
    let nothing = cloud_code.invoke_no_args::<()>("Cart", "my method/ü");
    nothing.await.unwrap();
    for value in [json!({"a": [1, null]}), json!([]), json!("x"), json!(0.1)] {
        let call = cloud_code.invoke::<_, Value>("echo", "echo", &value);
        assert_eq!(call.await.unwrap(), value);
    }
    let call = cloud_code.invoke_no_args::<Option<Record>>("echo", "echo");
    assert_eq!(call.await.unwrap(), None);
}

#[tokio::test]
async fn error_of_a_method_keeps_its_code_and_message() {
    let server = server_with_services().await;
    let cloud_code = local_client(&server).cloud_code();
    let call = cloud_code.invoke::<_, i64>("Cart", "total", "no cart");
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(14_500)));
    assert_eq!(error.message(), "the server_with_services has no prices");

    let error = cloud_code.invoke_no_args::<()>("Cart", "breaks").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::CLOUD_CODE));
    assert!(
        !error.message().contains("a panic of the method"),
        "{error}"
    );

    for (service, method, code) in [("Other", "total", 14_001), ("Cart", "other", 14_002)] {
        let call = cloud_code.invoke_no_args::<()>(service, method);
        let error = call.await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
    }
}

async fn invoke_with_type<R: DeserializeOwned + Send + 'static>(
    content_type: &str,
    response: &str,
) -> backendless::Result<R> {
    let headers = [("content-type", content_type)];
    let headers = if content_type.is_empty() {
        &[][..]
    } else {
        &headers
    };
    let server = Recorder::with_headers(200, headers, response).await;
    let cloud_code = server.client().cloud_code();
    cloud_code.invoke("Svc", "method", &()).await
}

#[tokio::test]
async fn a_method_without_a_result_succeeds_whatever_the_response() {
    for content_type in ["application/json", "text/plain", "text/html", ""] {
        for response in [
            "",
            "null",
            "5",
            r#"{"a":[1]}"#,
            r#""x""#,
            "{\"a\":",
            "done",
            "<p>",
        ] {
            let result = invoke_with_type::<()>(content_type, response).await;
            result.unwrap_or_else(|error| panic!("{content_type} {response}: {error}"));
        }
    }
    for status in [200, 201, 202, 204] {
        invoke::<()>(status, "").await.unwrap();
    }
    let response = error_body(14000);
    assert!(invoke::<()>(400, &response).await.is_err());
}

#[tokio::test]
async fn a_response_of_plain_text_is_a_string() {
    for content_type in [
        "text/plain",
        "Text/Plain; charset=utf-8",
        "text/html",
        "text/csv",
    ] {
        for text in [
            "done",
            "17",
            "null",
            "true",
            r#""quoted""#,
            " {\"a\":1}\n",
            "é",
        ] {
            let read = invoke_with_type::<String>(content_type, text)
                .await
                .unwrap();
            assert_eq!(read, text);
            let read = invoke_with_type::<Option<String>>(content_type, text).await;
            assert_eq!(read.unwrap().as_deref(), Some(text));
            let read = invoke_with_type::<Value>(content_type, text).await.unwrap();
            assert_eq!(read, text);
        }
        assert_eq!(
            invoke_with_type::<String>(content_type, "").await.unwrap(),
            ""
        );
        let none = invoke_with_type::<Option<String>>(content_type, "").await;
        assert_eq!(none.unwrap(), None);
        // A type that is no string is decoded as JSON.
        assert_eq!(
            invoke_with_type::<u8>(content_type, "17").await.unwrap(),
            17
        );
        let read = invoke_with_type::<Record>(content_type, r#"{"a":1}"#).await;
        assert_eq!(read.unwrap()["a"], 1);
        let error = invoke_with_type::<u8>(content_type, "SECRET")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
}

#[tokio::test]
async fn a_response_without_a_known_type_is_json_or_else_text() {
    for content_type in ["", "application/octet-stream"] {
        let read = invoke_with_type::<String>(content_type, "done").await;
        assert_eq!(read.unwrap(), "done");
        let read = invoke_with_type::<String>(content_type, r#""done""#).await;
        assert_eq!(read.unwrap(), "done");
        // Valid JSON is never text.
        let error = invoke_with_type::<String>(content_type, "17").await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
        let error = invoke_with_type::<String>(content_type, "").await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
    }
    // A response that is declared as JSON must be JSON.
    for content_type in ["application/json", "application/problem+json"] {
        let error = invoke_with_type::<String>(content_type, "done")
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("not valid JSON"), "{error}");
    }
}

#[tokio::test]
async fn events_send_their_arguments_and_return_the_value_of_the_handler() {
    let server = Recorder::responding(200, r#"{"weather":"sunny"}"#).await;
    let events = server.client().events();
    let result: Value = events.dispatch("my event", &json!({"a": 1})).await.unwrap();
    assert_eq!(result, json!({"weather": "sunny"}));
    let request = server.request();
    assert_request_line(&request, "POST", "/servercode/events/my%20event");
    assert_json(&request, r#"{"a":1}"#);

    for (response, is_ok) in [("", true), ("null", true), ("sunny", true)] {
        let server = Recorder::with_headers(200, &[], response).await;
        let result = server
            .client()
            .events()
            .dispatch::<_, ()>("e", &json!({}))
            .await;
        assert_eq!(result.is_ok(), is_ok, "{response}");
    }
}

#[tokio::test]
async fn handlers_of_events_run_in_the_local_server() {
    let server = Server::builder()
        .event("forecast", |arguments| Ok(json!([arguments["city"]])))
        .event("fails", |_| Err(ServiceError::new(14_500, "no such city")))
        .event("panics", |_| panic!("a bug in the handler"))
        .start()
        .await
        .unwrap();
    let events = local_client(&server).events();
    let cities: Vec<String> = events
        .dispatch("forecast", &json!({"city": "Oslo"}))
        .await
        .unwrap();
    assert_eq!(cities, ["Oslo"]);
    for (event, code) in [("fails", 14_500), ("panics", 14_000), ("unknown", 14_000)] {
        let error = events
            .dispatch::<_, ()>(event, &json!({}))
            .await
            .unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{event}");
        assert_eq!(error.attempts(), 1, "{event}");
    }
    let error = events
        .dispatch::<_, ()>("forecast", &[1])
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(8002)));
}
