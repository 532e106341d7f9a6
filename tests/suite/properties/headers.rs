//! Header values: exactly the given value in exactly one header.

use backendless::{Client, Record};
use backendless_tests::RawRequest;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

use super::text::any_text;
use super::{Fixture, fail, for_all};

/// Whether this is an ASCII header value by RFC 9110, section 5.5. Surrounding white space is not part
/// of a value, so HTTP cannot transmit it.
fn is_ascii_value(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~' | '\t')) && text.trim_matches([' ', '\t']) == text
}

/// Asserts that the request has the headers of `usual` and `name`, and no others.
fn has_one_more(
    request: &RawRequest,
    usual: &RawRequest,
    name: &str,
    value: &str,
) -> TestCaseResult {
    let without = |request: &RawRequest| {
        let headers = request.headers.iter();
        let others = headers.filter(|(other, _)| !other.eq_ignore_ascii_case(name));
        let mut others: Vec<_> = others.cloned().collect();
        others.sort();
        others
    };
    prop_assert_eq!(without(request), without(usual));
    let mut values = request.header(name);
    values.retain(|given| !usual.header(name).contains(given) || *given == value);
    prop_assert_eq!(values, [value]);
    prop_assert_eq!(&request.body, &usual.body);
    Ok(())
}

#[test]
fn user_token_is_one_header_or_rejected() {
    let fixture = Fixture::new();
    let client = fixture.sink.client();
    let get = |client: Client| client.data::<Record>("Person").get("x").send();
    let usual = fixture.send(get(client.clone())).unwrap().unwrap();
    for_all(500, any_text(), |token| {
        match fixture.send(get(client.with_user_token(token.as_str())))? {
            Some(request) => has_one_more(&request, &usual, "user-token", &token),
            None if !token.is_empty() && is_ascii_value(&token) => {
                fail("a valid token is rejected")
            }
            None => Ok(()),
        }
    });
}

/// Header names with a meaning, and invalid ones.
fn names() -> impl Strategy<Value = String> {
    let known = [
        "x-trace",
        "X-Trace",
        "bl-execution-type",
        "accept",
        "user-agent",
        "authorization",
        "cookie",
        "expect",
        "upgrade",
        "trailer",
        "range",
        "keep-alive",
        "content-encoding",
        "user-token",
        "User-Token",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "content-type",
        "x_y",
        "x y",
        "x:",
        "",
        ":path",
        "x\r\ny",
    ];
    prop_oneof![4 => select(known.to_vec()).prop_map(str::to_owned), 1 => any_text()]
}

fn values() -> impl Strategy<Value = String> {
    let value = "[ -~]{0,20}";
    prop_oneof![
        value,
        any_text(),
        Just("chunked".to_owned()),
        Just("close".to_owned())
    ]
}

#[test]
fn invocation_header_is_one_header_or_rejected() {
    let fixture = Fixture::new();
    let cloud_code = fixture.sink.client().cloud_code();
    let usual = cloud_code.invoke_no_args::<Value>("s", "m");
    let usual = fixture.send(usual.send()).unwrap().unwrap();
    for_all(1_000, (names(), values()), |(name, value)| {
        let invoke = cloud_code.invoke_no_args::<Value>("s", "m");
        match fixture.send(invoke.header(&name, &value).send())? {
            Some(request) => has_one_more(&request, &usual, &name, &value),
            None if name.starts_with("x-") && name.is_ascii() && is_ascii_value(&value) => {
                fail("a valid header is rejected")
            }
            None => Ok(()),
        }
    });
}

/// The headers of a message are part of the body, which can contain any text.
#[test]
fn message_headers_with_any_text_arrive() {
    let fixture = Fixture::new();
    let messaging = fixture.sink.client().messaging();
    let usual = fixture
        .send(messaging.publish("c", "").send())
        .unwrap()
        .unwrap();
    let headers = vec((any_text(), any_text()), 0..4);
    for_all(
        400,
        (any_text(), headers, vec(any_text(), 0..3)),
        |(message, headers, devices)| {
            let mut publish = messaging.publish("c", &message);
            for (name, value) in &headers {
                publish = publish.message_header(name, value);
            }
            let sent = fixture.send(publish.push_singlecast(devices.clone()).send())?;
            let request = sent.ok_or_else(|| TestCaseError::fail("a message is rejected"))?;
            let mut expected = json!({"message": message});
            for (name, value) in headers {
                expected["headers"][name] = value.into();
            }
            if !devices.is_empty() {
                expected["pushSinglecast"] = devices.into();
            }
            prop_assert_eq!(
                serde_json::from_slice::<Value>(&request.body).ok(),
                Some(expected)
            );
            let names = |request: &RawRequest| {
                let headers = request.headers.iter();
                headers.map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            prop_assert_eq!(names(&request), names(&usual));
            Ok(())
        },
    );
}
