//! The Geo service.

use serde_json::{Value, json};

use crate::TestServer;

/// Length of one degree of a great circle in metres: 2 * pi * 6371008.8 / 360.
const DEGREE: f64 = 111_195.08;

impl TestServer {
    async fn save(&self, point: Value) -> Value {
        self.post("/geo/points", &point).ok().await["geopoint"].take()
    }

    /// Saves a point with a name.
    async fn save_named(&self, name: &str, latitude: f64, longitude: f64) {
        let point =
            json!({"latitude": latitude, "longitude": longitude, "metadata": {"name": name}});
        self.save(point).await;
    }

    async fn points(&self, query: &str) -> Vec<Value> {
        let points = self.get(&format!("/geo/points?{query}")).ok().await;
        serde_json::from_value(points).unwrap()
    }

    /// Returns the names of the points that a search finds, in order.
    async fn names(&self, query: &str) -> Vec<String> {
        let points = self.points(query).await;
        let names = points.iter().map(|point| &point["metadata"]["name"]);
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    }
}

/// Asserts the distance with a relative tolerance of 1e-5.
fn assert_close(distance: &Value, expected: f64, what: &str) {
    let distance = distance.as_f64().unwrap();
    let error = (distance - expected).abs();
    assert!(
        error <= expected * 1e-5,
        "{what}: {distance}, not {expected}"
    );
}

#[tokio::test]
async fn saved_point_is_returned_in_an_object_and_found_unchanged() {
    let app = TestServer::start().await;
    let point = json!({
        "___class": "GeoPoint", "categories": ["cafes", "bars"], "latitude": 40.5,
        "longitude": -73.9, "metadata": {"rating": 5, "open": {"mo": true}, "猫": null},
    });
    let response = app.post("/geo/points", &point).ok().await;
    let saved = &response["geopoint"];
    let mut expected = point.clone();
    expected["objectId"] = saved["objectId"].clone();
    assert_eq!(response, json!({ "geopoint": expected }));
    assert!(!saved["objectId"].as_str().unwrap().is_empty());
    // A search without a circle returns no distance.
    assert_eq!(app.points("categories=cafes").await, [expected]);

    let second = app.save(point).await;
    assert_ne!(second["objectId"], saved["objectId"]);
}

#[tokio::test]
async fn default_category_applies_to_points_and_searches() {
    let app = TestServer::start().await;
    for categories in [json!(null), json!([])] {
        let point = json!({"latitude": 0, "longitude": 0, "categories": categories});
        let saved = app.save(point).await;
        assert_eq!(saved["categories"], json!(["Default"]));
        assert_eq!(saved["metadata"], json!({}));
    }
    app.save(json!({"latitude": 0, "longitude": 0, "categories": ["cafes"]}))
        .await;
    assert_eq!(app.points("").await.len(), 2);
    assert_eq!(app.points("categories=Default").await.len(), 2);
    assert_eq!(app.points("categories=cafes").await.len(), 1);
}

#[tokio::test]
async fn search_returns_points_of_any_category_once() {
    let app = TestServer::start().await;
    for (name, categories) in [
        ("both", json!(["cafes", "bars"])),
        ("bar", json!(["bars"])),
        ("shop", json!(["shops"])),
        ("default", json!([])),
    ] {
        let point = json!({
            "latitude": 0, "longitude": 0, "categories": categories, "metadata": {"name": name},
        });
        app.save(point).await;
    }
    assert_eq!(app.names("categories=cafes,bars").await, ["both", "bar"]);
    assert_eq!(
        app.names("categories=shops,%20cafes").await,
        ["both", "shop"]
    );
    assert_eq!(app.names("categories=Bars").await, [""; 0]);
    let near = app.names("categories=bars&lat=0&lon=0&radius=1").await;
    assert_eq!(near, ["both", "bar"]);
}

#[tokio::test]
async fn search_by_radius_returns_the_nearest_first() {
    let app = TestServer::start().await;
    for (name, longitude) in [("far", 3.0), ("near", -1.0), ("here", 0.0), ("middle", 2.0)] {
        app.save_named(name, 0.0, longitude).await;
    }
    let within = async |radius: f64| {
        let query = format!("lat=0&lon=0&radius={radius}");
        app.names(&query).await
    };
    assert_eq!(within(1.0).await, ["here"]);
    // The default unit is metres.
    assert_eq!(within(DEGREE * 1.01).await, ["here", "near"]);
    assert_eq!(within(DEGREE * 1.99).await, ["here", "near"]);
    assert_eq!(
        within(DEGREE * 3.01).await,
        ["here", "near", "middle", "far"]
    );
    // `r` is the live service's name of the radius.
    assert_eq!(app.names("lat=0&lon=2&r=1").await, ["middle"]);
}

#[tokio::test]
async fn radius_and_distance_use_the_requested_unit() {
    let app = TestServer::start().await;
    app.save_named("a degree away", 1.0, 0.0).await;
    for (unit, metres) in [
        ("METERS", 1.0),
        ("KILOMETERS", 1000.0),
        ("MILES", 1609.344),
        ("YARDS", 0.9144),
        ("FEET", 0.3048),
    ] {
        let degree = DEGREE / metres;
        let search = |radius: f64| format!("lat=0&lon=0&radius={radius}&units={unit}");
        assert_eq!(app.points(&search(degree * 0.999)).await.len(), 0, "{unit}");
        let found = app.points(&search(degree * 1.001)).await;
        assert_close(&found[0]["distance"], degree, unit);
    }
    let unknown = app.get("/geo/points?lat=0&lon=0&radius=1&units=LEAGUES");
    assert_eq!(unknown.rejected().await, (400, 8008));
}

#[tokio::test]
async fn search_crosses_the_antimeridian() {
    let app = TestServer::start().await;
    app.save_named("west of it", 0.0, 179.9).await;
    app.save_named("east of it", 0.0, -179.9).await;
    app.save_named("on it", 0.0, 180.0).await;
    app.save_named("on the other side", 0.0, 0.0).await;
    for (longitude, expected) in [
        ("179.9", ["west of it", "on it", "east of it"]),
        ("-179.9", ["east of it", "on it", "west of it"]),
    ] {
        let search = format!("lat=0&lon={longitude}&radius=23&units=KILOMETERS");
        let found = app.points(&search).await;
        let names: Vec<_> = found
            .iter()
            .map(|point| &point["metadata"]["name"])
            .collect();
        assert_eq!(names, expected);
        assert_close(
            &found[1]["distance"],
            DEGREE * 0.1 / 1000.0,
            "to the antimeridian",
        );
        assert_close(&found[2]["distance"], DEGREE * 0.2 / 1000.0, "across it");
    }
    // The longitudes 180 and -180 are equal.
    assert_eq!(app.names("lat=0&lon=-180&radius=0.001").await, ["on it"]);
}

#[tokio::test]
async fn search_crosses_a_pole() {
    let app = TestServer::start().await;
    app.save_named("pole", 90.0, 17.0).await;
    app.save_named("one side", 89.9, 0.0).await;
    app.save_named("other side", 89.9, 180.0).await;
    app.save_named("south pole", -90.0, 0.0).await;

    let found = app
        .points("lat=90&lon=-120&radius=12&units=KILOMETERS")
        .await;
    assert_eq!(found.len(), 3);
    assert!(found[0]["distance"].as_f64().unwrap() < 1e-6);
    for side in &found[1..] {
        assert_close(&side["distance"], DEGREE * 0.1 / 1000.0, "to the pole");
    }
    // Across the pole the distance is small.
    let found = app.points("lat=89.9&lon=0&radius=23000").await;
    let names: Vec<_> = found
        .iter()
        .map(|point| &point["metadata"]["name"])
        .collect();
    assert_eq!(names, ["one side", "pole", "other side"]);
    assert_close(&found[2]["distance"], DEGREE * 0.2, "across the pole");

    // The maximum distance of two points.
    let all = app
        .points("lat=90&lon=0&radius=20016&units=KILOMETERS")
        .await;
    assert_eq!(all[3]["metadata"]["name"], "south pole");
    assert_close(&all[3]["distance"], DEGREE * 180.0 / 1000.0, "pole to pole");
}

#[tokio::test]
async fn coordinates_out_of_range_are_rejected() {
    let app = TestServer::start().await;
    for (latitude, longitude) in [
        (90.1, 0.0),
        (-91.0, 0.0),
        (0.0, 180.1),
        (0.0, -181.0),
        (100.0, 0.0),
    ] {
        let point = json!({"latitude": latitude, "longitude": longitude});
        let saved = app.post("/geo/points", &point).rejected().await;
        assert_eq!(saved, (400, 4002), "{point}");
        let search = format!("/geo/points?lat={latitude}&lon={longitude}&radius=1");
        assert_eq!(app.get(&search).rejected().await, (400, 4002), "{search}");
    }
    assert_eq!(app.points("").await, [Value::Null; 0]);
    // The bounds are valid.
    for (latitude, longitude) in [(90, 180), (-90, -180)] {
        app.save(json!({"latitude": latitude, "longitude": longitude}))
            .await;
    }
    assert_eq!(app.points("").await.len(), 2);
}

#[tokio::test]
async fn missing_coordinates_are_rejected() {
    let app = TestServer::start().await;
    for point in [
        json!({}),
        json!({"latitude": 1}),
        json!({"longitude": 1}),
        json!({"latitude": null, "longitude": 1}),
    ] {
        let saved = app.post("/geo/points", &point).rejected().await;
        assert_eq!(saved, (400, 4068), "{point}");
    }
    for query in [
        "lat=1",
        "lon=1",
        "radius=1",
        "lat=1&lon=1",
        "lat=1&radius=1",
        "lon=1&r=1",
    ] {
        let search = app.get(&format!("/geo/points?{query}"));
        assert_eq!(search.rejected().await, (400, 4068), "{query}");
    }
}

#[tokio::test]
async fn invalid_radius_or_number_is_rejected() {
    let app = TestServer::start().await;
    for radius in ["0", "-1", "-0.0"] {
        let search = app.get(&format!("/geo/points?lat=0&lon=0&radius={radius}"));
        assert_eq!(search.rejected().await, (400, 4023), "{radius}");
    }
    for query in [
        "lat=x&lon=0&radius=1",
        "lat=0&lon=&radius=1",
        "lat=0&lon=0&radius=NaN",
        "lat=0&lon=0&r=inf",
    ] {
        let search = app.get(&format!("/geo/points?{query}"));
        assert_eq!(search.rejected().await, (400, 4032), "{query}");
    }
    let point = json!({"latitude": "1", "longitude": 1});
    assert_eq!(
        app.post("/geo/points", &point).rejected().await,
        (400, 4032)
    );
}

#[tokio::test]
async fn invalid_point_is_rejected() {
    let app = TestServer::start().await;
    for (name, value) in [
        ("categories", json!("cafes")),
        ("categories", json!([1])),
        ("categories", json!([""])),
        ("metadata", json!([])),
        ("metadata", json!("x")),
    ] {
        let mut point = json!({"latitude": 0, "longitude": 0});
        point[name] = value;
        let saved = app.post("/geo/points", &point).rejected().await;
        assert_eq!(saved, (400, 8000), "{point}");
    }
    let array = app.post("/geo/points", &json!([])).rejected().await;
    assert_eq!(array, (400, 8002));
    assert_eq!(app.points("").await.len(), 0);
}

/// Each search reads all points.
#[tokio::test]
async fn points_of_more_than_the_maximum_memory_are_rejected() {
    let server = TestServer::start().await;
    let text = "x".repeat(4_000_000);
    for _ in 0..17 {
        let metadata = json!({"text": text});
        let point =
            json!({"latitude": 0, "longitude": 0, "categories": ["c"], "metadata": metadata});
        server.save(point).await;
    }
    let search = server.get("/geo/points?categories=c");
    assert_eq!(search.rejected().await, (400, 8_000));
}
