//! Numbers that JSON cannot represent are rejected before anything is sent, in every body.

use std::collections::BTreeMap;

use backendless::filter::field;
use backendless::{Error, ErrorKind, GeoPoint, Registration, Units};
use backendless_tests::Recorder;
use serde::Serialize;
use serde_json::Value;

#[derive(Clone, Serialize)]
struct Row {
    name: &'static str,
    price: f64,
    #[serde(flatten)]
    more: BTreeMap<String, Option<f32>>,
}

fn row(price: f64) -> Row {
    Row {
        name: "x",
        price,
        more: BTreeMap::new(),
    }
}

/// Asserts that the error is about the number at `path`.
#[track_caller]
fn assert_path(error: &Error, path: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    let text = error.to_string();
    assert!(text.contains(&format!("at {path}: ")), "{text}");
    assert!(text.contains("cannot be represented in JSON"), "{text}");
}

#[tokio::test]
async fn a_number_that_is_not_finite_is_rejected_in_every_body() {
    let server = Recorder::responding(200, "{}").await;
    let client = server.client();
    let table = client.data::<Value>("T");
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let bad = row(number);
        assert_path(&table.create(&bad).await.unwrap_err(), "price");
        assert_path(&table.update("B2", &bad).await.unwrap_err(), "price");
        let rows = BTreeMap::from([("rows", [row(0.5), row(1.5), row(2.5), bad.clone()])]);
        let put = client.cache().put("k", &rows);
        assert_path(&put.await.unwrap_err(), "rows[3].price");
        let invoke = client.cloud_code().invoke::<_, ()>("S", "m", &(1, &rows));
        assert_path(&invoke.await.unwrap_err(), "[1].rows[3].price");
        let publish = client.messaging().publish("c", &[&bad]);
        assert_path(&publish.await.unwrap_err(), "[0].price");
        let error = client.users();
        let error = error.register(Registration::new("pa55").property("scores", [0.5, number]));
        assert_path(&error.await.unwrap_err(), "[1]");
        let point = GeoPoint::new(1.0, 2.0).metadata("offer", &bad);
        assert_path(&client.geo().save(&point).await.unwrap_err(), "price");
    }
    let mut flat = row(1.0);
    flat.more.insert("ratio".to_owned(), Some(f32::NAN));
    assert_path(&table.create(&flat).await.unwrap_err(), "ratio");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_number_that_is_not_finite_is_rejected_elsewhere_too() {
    let server = Recorder::responding(200, "[]").await;
    let client = server.client();
    let table = client.data::<Value>("T");
    for number in [f64::NAN, f64::INFINITY] {
        let near = |latitude, longitude, radius| {
            let find = client.geo().find();
            find.near(latitude, longitude, radius, Units::Miles)
        };
        for error in [
            client.cache().put("k", &number).await.unwrap_err(),
            client
                .cache()
                .put("k", &Some(number as f32))
                .await
                .unwrap_err(),
            table
                .find()
                .filter(field("a").eq(number))
                .await
                .unwrap_err(),
            table
                .count()
                .filter(field("a").is_in([number]))
                .await
                .unwrap_err(),
            client
                .geo()
                .save(&GeoPoint::new(number, 0.0))
                .await
                .unwrap_err(),
            near(number, 0.0, 1.0).await.unwrap_err(),
            near(0.0, number, 1.0).await.unwrap_err(),
            near(0.0, 0.0, number).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        }
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn null_and_finite_numbers_are_sent() {
    let server = Recorder::responding(200, r#"{"objectId":"B2"}"#).await;
    let mut row = row(f64::MAX);
    row.more.insert("ratio".to_owned(), None);
    row.more.insert("tenth".to_owned(), Some(0.1));
    let table = server.client().data::<Value>("T");
    table.create(&row).await.unwrap();
    let body = r#"{"name":"x","price":1.7976931348623157e+308,"ratio":null,"tenth":0.1}"#;
    assert_eq!(server.request().body, body);
}
