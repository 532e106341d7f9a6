//! Headers of responses, whose names and values the server chooses.

use backendless::{Method, Record};
use backendless_tests::Response;
use serde_json::json;

use crate::canaries::{assert_none, text_of};
use crate::capture::Capture;
use crate::fixture::{TRANSPORTS, Transport, builder, start_server};

/// Long enough to be recognized.
const OTHER_TOKEN: &str = "5C8A1B7D-CANARYTOKEN-9E1A-7D0B3F5A6C2E";

#[tokio::test]
async fn debug_output_of_a_response_contains_no_header_of_the_server() {
    let capture = Capture::start().await;
    for transport in TRANSPORTS {
        let server = start_server(transport, |_| {
            Response::json(200, "5")
                .header("set-cookie", format!("a={OTHER_TOKEN}"))
                .header("user-token", OTHER_TOKEN)
                .header("x-canaryvalue", "1")
                .header("x-session", OTHER_TOKEN)
        });
        let client = builder(server.url()).build().unwrap();
        let response = client.counters().get("visits").with_response().await;
        let response = response.unwrap();
        assert_eq!(response.header("user-token"), Some(OTHER_TOKEN));
        assert_none("a response", &format!("{response:?} {response:#?}"));
        let names_and_values = format!("{:?}", response.headers());
        assert!(
            !names_and_values.contains("CANARYTOKEN"),
            "{names_and_values}"
        );
        assert!(
            names_and_values.contains(r#""content-type": "application/json""#),
            "{names_and_values}"
        );
    }
    capture.assert_clean("headers of a response");
}

/// Passwords of one request displace no token of another session.
#[tokio::test]
async fn many_passwords_do_not_displace_a_token() {
    let message = json!({"code": 1000, "message": format!("denied: {OTHER_TOKEN}")}).to_string();
    let server = start_server(Transport::Http1, move |_| {
        Response::json(400, message.clone())
    });
    let client = builder(server.url()).build().unwrap();
    drop(client.with_user_token(OTHER_TOKEN));
    let users: Vec<_> = (0..1_000)
        .map(|n| json!({"password": format!("p4ss-{n}-phrase-{n}")}))
        .collect();
    let posted = client.request(Method::POST, "/hive").json(&users);
    assert_none("the request", &text_of(&posted.await.unwrap_err()));
    let error = client.data::<Record>("T").get("B2").await.unwrap_err();
    assert_none("another request", &text_of(&error));
}
