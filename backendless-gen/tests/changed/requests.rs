//! Requests that the functions generated from `requests.yaml` build.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::prepared::{Body, Multipart, Prepared};
use crate::{Profile, raw};

fn read(profile: Profile, ids: &[i64], radius: Option<f64>) -> Prepared<Value> {
    let ids = Some(ids.to_vec());
    raw::read_request(profile, "a b/c", 5, "x&y", ids.as_ref(), radius).unwrap()
}

#[test]
fn path_values_are_encoded_and_literals_only_once() {
    let request = read(Profile::Document, &[], None);
    assert_eq!(request.path, "/requests/gr%C3%B6%C3%9Fe/a%20b%2Fc/5.json");
    assert_eq!(request.operation.id(), "readRequest");
}

#[test]
fn query_has_an_entry_per_item_and_none_for_absent_values() {
    let request = read(Profile::Document, &[1, 2], None);
    assert_eq!(request.query, "at=x%26y&id=1&id=2");
    let request = read(Profile::Document, &[], Some(1.5));
    assert_eq!(request.query, "at=x%26y&radius=1.5");
}

#[test]
fn live_profile_has_its_own_path_and_query_names() {
    let request = read(Profile::Live, &[1], Some(1.5));
    assert_eq!(request.path, "/live/5/a%20b%2Fc");
    assert_eq!(request.query, "at=x%26y&id=1&r=1.5");
}

#[test]
fn absent_headers_and_bodies_are_not_sent() {
    let request = raw::write_request::<Value>("n", 5, 3, None, None).unwrap();
    assert_eq!(request.headers, [("X-Count", "3".to_owned())]);
    assert_eq!(request.body, Body::Absent);
    let body = json!({ "a": [1] });
    let request = raw::write_request("n", 5, 3, Some("t"), Some(&body)).unwrap();
    let headers = [("X-Count", "3".to_owned()), ("x-trace", "t".to_owned())];
    assert_eq!(request.headers, headers);
    assert_eq!(request.body, Body::Json(body));
}

#[test]
fn each_media_type_has_its_body() {
    let fields = raw::types::SendFieldsBody { a: Some("b c".to_owned()) };
    let request = raw::send_fields(&fields).unwrap();
    assert_eq!(request.body, Body::Form("a=b+c".to_owned()));
    let bytes = Bytes::from_static(b"\xff");
    let request: Prepared<Bytes> = raw::send_bytes(Some(bytes.clone())).unwrap();
    assert_eq!(request.body, Body::Bytes(bytes));
    let request = raw::send_text("text".to_owned()).unwrap();
    assert_eq!(request.body, Body::Text("text".to_owned()));
    let request = raw::upload_file::<Value>("p", Some(true), Multipart).unwrap();
    assert_eq!(request.body, Body::Multipart);
    assert_eq!(request.query, "overwrite=true");
}
