//! The geo service: its requests, its responses, rejected arguments, and complete exchanges with the
//! local server.

use backendless::{ErrorKind, Geo, GeoPoint, Units};
use backendless_local::Server;
use backendless_tests::Recorder;
use serde_json::json;

use crate::support::{
    assert_json, assert_no_body, assert_rejected, assert_request_line, local_client,
    value_without_json_form,
};

const POINT: &str = r#"{"geopoint":{"objectId":"G-1","latitude":1,"longitude":2}}"#;

#[tokio::test]
async fn find_sends_only_the_given_options() {
    let server = Recorder::responding(200, "[]").await;
    let geo = server.client().geo();
    geo.find().await.unwrap();
    geo.find()
        .categories(["cafes", "bars & grills"])
        .categories(["c".to_owned()])
        .await
        .unwrap();
    geo.find()
        .categories(["cafes"])
        .near(40.5, -73.9, 2.5, Units::Kilometers)
        .await
        .unwrap();
    let requests = server.requests();
    assert_request_line(&requests[0], "GET", "/geo/points");
    assert_no_body(&requests[0]);
    assert_request_line(
        &requests[1],
        "GET",
        "/geo/points?categories=cafes%2Cbars+%26+grills%2Cc",
    );
    assert_request_line(
        &requests[2],
        "GET",
        "/geo/points?categories=cafes&lat=40.5&lon=-73.9&radius=2.5&units=KILOMETERS",
    );
}

#[tokio::test]
async fn near_sends_each_unit_and_extreme_coordinates() {
    let server = Recorder::responding(200, "[]").await;
    let geo = server.client().geo();
    for (units, name) in [
        (Units::Meters, "METERS"),
        (Units::Kilometers, "KILOMETERS"),
        (Units::Miles, "MILES"),
        (Units::Yards, "YARDS"),
        (Units::Feet, "FEET"),
    ] {
        geo.find().near(-90.0, 180.0, 1e-7, units).await.unwrap();
        let target = server.requests().pop().unwrap().target;
        let (place, unit) = target.rsplit_once('=').unwrap();
        assert_eq!(unit, name);
        let numbers: Vec<f64> = place
            .split('&')
            .filter_map(|pair| pair.split_once('=')?.1.parse().ok())
            .collect();
        assert_eq!(numbers, [-90.0, 180.0, 1e-7], "{target}");
    }
}

#[tokio::test]
async fn save_omits_empty_properties() {
    let server = Recorder::responding(200, POINT).await;
    let geo = server.client().geo();
    geo.save(&GeoPoint::new(40.5, -73.9)).await.unwrap();
    let cafe = GeoPoint::new(-90.0, 180.0)
        .category("cafes")
        .category("bars")
        .metadata("open", json!({"from": 8}))
        .metadata("rating", 5);
    geo.save(&cafe).await.unwrap();
    let requests = server.requests();
    assert_request_line(&requests[0], "POST", "/geo/points");
    assert_json(&requests[0], r#"{"latitude":40.5,"longitude":-73.9}"#);
    assert_json(
        &requests[1],
        r#"{"latitude":-90.0,"longitude":180.0,"categories":["cafes","bars"],"metadata":{"open":{"from":8},"rating":5}}"#,
    );
}

async fn save(response: &str) -> backendless::Result<GeoPoint> {
    let server = Recorder::responding(200, response).await;
    let point = GeoPoint::new(0.0, 0.0);
    server.client().geo().save(&point).await
}

#[tokio::test]
async fn saved_point_is_read_with_and_without_envelope() {
    let wrapped = r#"{"geopoint":{"___class":"GeoPoint","categories":["c"],"latitude":1,
        "longitude":2.5,"metadata":{"rating":5},"objectId":"G-1","distance":0.0}}"#;
    let point = save(wrapped).await.unwrap();
    assert_eq!((point.latitude, point.longitude), (1.0, 2.5));
    assert_eq!(point.object_id.as_deref(), Some("G-1"));
    assert_eq!(point.categories, ["c"]);
    assert_eq!(point.metadata["rating"], 5);

    let bare = r#"{"objectId":null,"latitude":-1.5,"longitude":2,"categories":null,
        "metadata":null,"distance":null,"totalPoints":3}"#;
    let point = save(bare).await.unwrap();
    assert_eq!((point.latitude, point.object_id), (-1.5, None));
    assert!(point.categories.is_empty() && point.metadata.is_empty());
}

#[tokio::test]
async fn saved_point_that_is_invalid_is_a_decode_error() {
    for response in [
        "",
        "null",
        "{}",
        "[]",
        r#"{"geopoint":null}"#,
        r#"{"geopoint":{"latitude":"SECRET","longitude":1}}"#,
    ] {
        let error = save(response).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{response}");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
}

#[tokio::test]
async fn found_points_have_a_distance_and_clusters_are_accepted() {
    let response = r#"[{"objectId":"G-1","latitude":1,"longitude":2,"categories":["c"],
        "distance":0.25},{"objectId":"G-2","latitude":1,"longitude":2,"totalPoints":9}]"#;
    let server = Recorder::responding(200, response).await;
    let points = server.client().geo().find().await.unwrap();
    assert_eq!(points[0].distance, Some(0.25));
    assert_eq!(points[1].object_id.as_deref(), Some("G-2"));
    assert_eq!(points[1].distance, None);
    for none in ["[]", "null", ""] {
        let server = Recorder::responding(200, none).await;
        assert_eq!(server.client().geo().find().await.unwrap(), []);
    }
}

#[tokio::test]
async fn coordinates_out_of_range_are_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let geo = server.client().geo();
    let (nan, infinite) = (f64::NAN, f64::INFINITY);
    for (latitude, longitude, argument) in [
        (90.1, 0.0, "latitude is 90.1"),
        (-90.000_001, 0.0, "latitude is -90.000001"),
        (nan, 0.0, "latitude is NaN"),
        (infinite, 0.0, "latitude is inf"),
        (0.0, 180.1, "longitude is 180.1"),
        (0.0, -181.0, "longitude is -181"),
        (0.0, nan, "longitude is NaN"),
        (0.0, -infinite, "longitude is -inf"),
    ] {
        let point = GeoPoint::new(latitude, longitude);
        assert_rejected(
            &geo.save(&point).await.unwrap_err(),
            "saveGeoPoint",
            argument,
        );
        let find = geo.find().near(latitude, longitude, 1.0, Units::Feet);
        assert_rejected(&find.await.unwrap_err(), "findGeoPoints", argument);
    }
    for radius in [0.0, -0.0, -1.0, nan, infinite] {
        let find = geo.find().near(0.0, 0.0, radius, Units::Meters);
        assert_rejected(&find.await.unwrap_err(), "findGeoPoints", "radius is ");
    }
    let error = geo.find().categories(["a,b"]).await.unwrap_err();
    assert_rejected(&error, "findGeoPoints", "category \"a,b\" contains a comma");
    let point = GeoPoint::new(0.0, 0.0).metadata("x", value_without_json_form());
    let error = geo.save(&point).await.unwrap_err();
    assert_rejected(&error, "saveGeoPoint", "metadata \"x\": ");
    assert_eq!(server.requests().len(), 0);
}

async fn geo_with(points: &[(&str, f64, f64)]) -> (Server, Geo) {
    let server = Server::start().await.unwrap();
    let geo = local_client(&server).geo();
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
async fn near_returns_the_nearest_first_in_every_unit() {
    // The length of one degree in metres, on a sphere of the mean radius of the Earth.
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
async fn near_crosses_the_date_line() {
    let (_server, geo) = geo_with(&[("fiji", -17.0, 179.9)]).await;
    let find = geo.find().categories(["cafes"]);
    let points = find.near(-17.0, -179.9, 50.0, Units::Kilometers).await;
    assert_eq!(names(&points.unwrap()), ["fiji"]);
}

#[tokio::test]
async fn saved_point_is_found_in_each_of_its_categories() {
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
