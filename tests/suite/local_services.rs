//! Geo, Cache, Counters and Cloud Code from end to end: the client against the local server.

use std::time::Duration;

use backendless::{ErrorCode, ErrorKind, Geo, GeoPoint, Record, Units};
use backendless_local::{Server, ServiceError};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::local_data::client_of;

async fn geo_with(points: &[(&str, f64, f64)]) -> (Server, Geo) {
    let server = Server::start().await.unwrap();
    let geo = client_of(&server).geo();
    for (name, latitude, longitude) in points {
        let point = GeoPoint::new(*latitude, *longitude)
            .category("cafes")
            .metadata("name", name);
        geo.save(&point).await.unwrap();
    }
    (server, geo)
}

fn names(points: &[GeoPoint]) -> Vec<&str> {
    let names = points.iter().map(|point| point.metadata["name"].as_str());
    names.map(Option::unwrap).collect()
}

#[tokio::test]
async fn points_near_a_place_are_found_the_nearest_first_in_every_unit() {
    // Degrees north of the equator, and how many metres one is on a sphere of the mean radius.
    const DEGREE: f64 = 6_371_008.8 * std::f64::consts::PI / 180.0;
    let (_server, geo) = geo_with(&[
        ("far", 3.0, 0.0),
        ("next", -1.0, 0.0),
        ("here", 0.0, 0.0),
        ("beyond", 0.0, 2.0),
    ])
    .await;
    for (units, metres) in [
        (Units::Meters, 1.0),
        (Units::Kilometers, 1_000.0),
        (Units::Miles, 1_609.344),
        (Units::Yards, 0.9144),
        (Units::Feet, 0.3048),
    ] {
        let degree = DEGREE / metres;
        let near = |radius| {
            geo.find()
                .categories(["cafes"])
                .near(0.0, 0.0, radius, units)
        };
        let points = near(2.5 * degree).await.unwrap();
        assert_eq!(names(&points), ["here", "next", "beyond"], "{units:?}");
        for (point, degrees) in points.iter().zip([0.0, 1.0, 2.0]) {
            let off = point.distance.unwrap() - degrees * degree;
            assert!(off.abs() < degree * 1e-9, "{units:?}: {off}");
        }
        assert_eq!(near(3.5 * degree).await.unwrap().len(), 4);
        assert_eq!(names(&near(0.5 * degree).await.unwrap()), ["here"]);
    }
}

#[tokio::test]
async fn the_way_across_the_date_line_is_the_short_one() {
    let (_server, geo) = geo_with(&[("fiji", -17.0, 179.9)]).await;
    let find = geo.find().categories(["cafes"]);
    let points = find.near(-17.0, -179.9, 50.0, Units::Kilometers).await;
    assert_eq!(names(&points.unwrap()), ["fiji"]);
}

#[tokio::test]
async fn a_saved_point_is_found_in_its_categories_as_it_was_saved() {
    let (_server, geo) = geo_with(&[]).await;
    let cafe = GeoPoint::new(59.9127, 10.7461)
        .category("cafes")
        .category("bars & grills")
        .metadata("open", json!({"from": 8, "closed": null}));
    let saved = geo.save(&cafe).await.unwrap();
    assert!(saved.object_id.is_some());
    assert_eq!(saved.distance, None);
    assert_eq!(
        (&saved.categories, &saved.metadata),
        (&cafe.categories, &cafe.metadata)
    );
    for categories in [vec!["cafes"], vec!["none", "bars & grills"]] {
        let found = geo.find().categories(categories).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&saved));
    }
    assert_eq!(geo.find().categories(["none"]).await.unwrap(), []);
    assert_eq!(geo.find().await.unwrap(), []);

    let plain = geo.save(&GeoPoint::new(0.0, 0.0)).await.unwrap();
    assert_eq!(plain.categories, ["Default"]);
    assert_eq!(geo.find().await.unwrap(), [plain]);
}

#[tokio::test]
async fn a_cached_value_is_there_for_its_time() {
    let server = Server::start().await.unwrap();
    let cache = client_of(&server).cache();
    let minute = Duration::from_secs(60);
    cache.put("short", &1).ttl(minute).await.unwrap();
    cache.put("long", &2).await.unwrap();
    assert_eq!(cache.get("short").await.unwrap(), Some(1));
    server.advance_clock(minute);
    assert_eq!(cache.get::<u8>("short").await.unwrap(), None);
    assert!(!cache.contains("short").await.unwrap());
    assert_eq!(cache.get("long").await.unwrap(), Some(2));
    server.advance_clock(120 * minute);
    assert!(!cache.contains("long").await.unwrap());

    let error = cache.put("k", &1).ttl(121 * minute).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(1028)));
}

#[tokio::test]
async fn a_cached_value_of_any_shape_is_put_read_replaced_and_deleted() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Cart {
        items: Vec<u8>,
        note: Option<String>,
    }
    let server = Server::start().await.unwrap();
    let cache = client_of(&server).cache();
    let cart = Cart {
        items: vec![1, 2],
        note: None,
    };
    cache.put("my key/ü", &cart).await.unwrap();
    assert_eq!(cache.get("my key/ü").await.unwrap(), Some(cart));
    let error = cache.get::<u8>("my key/ü").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    for value in [
        json!(3),
        json!("text"),
        json!(0.1),
        json!(false),
        json!([null]),
        json!({}),
    ] {
        cache.put("my key/ü", &value).await.unwrap();
        assert_eq!(cache.get::<Value>("my key/ü").await.unwrap(), Some(value));
    }
    // Null is a value that reads as none.
    cache.put("my key/ü", &Value::Null).await.unwrap();
    assert_eq!(cache.get::<Value>("my key/ü").await.unwrap(), None);
    assert!(cache.contains("my key/ü").await.unwrap());
    for _ in 0..2 {
        cache.delete("my key/ü").await.unwrap();
        assert!(!cache.contains("my key/ü").await.unwrap());
    }
}

#[tokio::test]
async fn no_step_of_a_counter_is_lost() {
    let server = Server::start().await.unwrap();
    let counters = client_of(&server).counters();
    let steps = (0..64).map(|_| counters.increment("visits").send());
    let mut sums = try_join_all(steps).await.unwrap();
    sums.sort_unstable();
    assert_eq!(sums, (1..=64).collect::<Vec<_>>());
    assert_eq!(counters.get("visits").await.unwrap(), 64);
}

#[tokio::test]
async fn counters_start_at_zero_go_both_ways_and_stay_apart() {
    let server = Server::start().await.unwrap();
    let counters = client_of(&server).counters();
    assert_eq!(counters.get("a b/ü").await.unwrap(), 0);
    assert_eq!(counters.increment("a b/ü").await.unwrap(), 1);
    assert_eq!(counters.increment_by("a b/ü", -10).await.unwrap(), -9);
    assert_eq!(counters.increment_by("a b/ü", 0).await.unwrap(), -9);
    assert_eq!(counters.get("a b/ü").await.unwrap(), -9);
    counters.reset("a b/ü").await.unwrap();
    assert_eq!(counters.get("a b/ü").await.unwrap(), 0);
    counters.reset("never used").await.unwrap();

    let most = counters.increment_by("most", i64::MAX).await.unwrap();
    assert_eq!(most, i64::MAX);
    let error = counters.increment("most").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(1030)));
    assert_eq!(counters.get("most").await.unwrap(), i64::MAX);
    let least = counters.increment_by("least", i64::MIN).await.unwrap();
    assert_eq!(least, i64::MIN);
}

async fn cart() -> Server {
    let total = |cart: Value| match cart["prices"].as_array() {
        Some(prices) => Ok(json!(prices.iter().filter_map(Value::as_i64).sum::<i64>())),
        None => Err(ServiceError::new(14_500, "the cart has no prices")),
    };
    Server::builder()
        .service("Cart", "total", total)
        .service("Cart", "my method/ü", |_| Ok(Value::Null))
        .service("Cart", "breaks", |_| panic!("of its own accord"))
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_method_is_called_and_answers() {
    #[derive(Serialize)]
    struct Cart {
        prices: Vec<i64>,
    }
    let server = cart().await;
    let cloud_code = client_of(&server).cloud_code();
    let cart = Cart {
        prices: vec![1, 2, 39],
    };
    let call = cloud_code.invoke("Cart", "total", &cart);
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
async fn the_error_of_a_method_comes_with_its_code_and_words() {
    let server = cart().await;
    let cloud_code = client_of(&server).cloud_code();
    let call = cloud_code.invoke::<_, i64>("Cart", "total", "no cart");
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::new(14_500)));
    assert_eq!(error.message(), "the cart has no prices");

    let error = cloud_code.invoke_no_args::<()>("Cart", "breaks").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), Some(ErrorCode::CLOUD_CODE));
    assert!(!error.message().contains("of its own accord"), "{error}");

    for (service, method, code) in [("Other", "total", 14_001), ("Cart", "other", 14_002)] {
        let call = cloud_code.invoke_no_args::<()>(service, method);
        let error = call.await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.code(), Some(ErrorCode::new(code)));
    }
}
