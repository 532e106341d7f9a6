//! Points: what is saved of them, and which of them a search finds.

use serde_json::{Value, json};

use crate::Local;

/// A degree of a great circle in metres: 2 * pi * 6371008.8 / 360.
const DEGREE: f64 = 111_195.08;

impl Local {
    async fn point(&self, point: Value) -> Value {
        self.post("/geo/points", &point).ok().await["geopoint"].take()
    }

    /// Saves a point with a name.
    async fn place(&self, name: &str, latitude: f64, longitude: f64) {
        let point =
            json!({"latitude": latitude, "longitude": longitude, "metadata": {"name": name}});
        self.point(point).await;
    }

    async fn points(&self, query: &str) -> Vec<Value> {
        let points = self.get(&format!("/geo/points?{query}")).ok().await;
        serde_json::from_value(points).unwrap()
    }

    /// The names of the points that a search finds, in order.
    async fn found(&self, query: &str) -> Vec<String> {
        let points = self.points(query).await;
        let names = points.iter().map(|point| &point["metadata"]["name"]);
        names
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    }
}

/// Whether the distance is as expected, to a part in a hundred thousand.
fn assert_close(distance: &Value, expected: f64, what: &str) {
    let distance = distance.as_f64().unwrap();
    let off = (distance - expected).abs();
    assert!(off <= expected * 1e-5, "{what}: {distance}, not {expected}");
}

#[tokio::test]
async fn a_saved_point_is_answered_in_an_object_and_found_as_it_was() {
    let local = Local::start().await;
    let point = json!({
        "___class": "GeoPoint", "categories": ["cafes", "bars"], "latitude": 40.5,
        "longitude": -73.9, "metadata": {"rating": 5, "open": {"mo": true}, "猫": null},
    });
    let answer = local.post("/geo/points", &point).ok().await;
    let saved = &answer["geopoint"];
    let mut expected = point.clone();
    expected["objectId"] = saved["objectId"].clone();
    assert_eq!(answer, json!({ "geopoint": expected }));
    assert!(!saved["objectId"].as_str().unwrap().is_empty());
    // Without a circle there is no distance.
    assert_eq!(local.points("categories=cafes").await, [expected]);

    let second = local.point(point).await;
    assert_ne!(second["objectId"], saved["objectId"]);
}

#[tokio::test]
async fn a_point_without_a_category_is_in_the_default_one_which_is_searched_by_default() {
    let local = Local::start().await;
    for categories in [json!(null), json!([])] {
        let point = json!({"latitude": 0, "longitude": 0, "categories": categories});
        let saved = local.point(point).await;
        assert_eq!(saved["categories"], json!(["Default"]));
        assert_eq!(saved["metadata"], json!({}));
    }
    local
        .point(json!({"latitude": 0, "longitude": 0, "categories": ["cafes"]}))
        .await;
    assert_eq!(local.points("").await.len(), 2);
    assert_eq!(local.points("categories=Default").await.len(), 2);
    assert_eq!(local.points("categories=cafes").await.len(), 1);
}

#[tokio::test]
async fn a_search_finds_the_points_of_any_of_its_categories_once() {
    let local = Local::start().await;
    for (name, categories) in [
        ("both", json!(["cafes", "bars"])),
        ("bar", json!(["bars"])),
        ("shop", json!(["shops"])),
        ("default", json!([])),
    ] {
        let point = json!({
            "latitude": 0, "longitude": 0, "categories": categories, "metadata": {"name": name},
        });
        local.point(point).await;
    }
    assert_eq!(local.found("categories=cafes,bars").await, ["both", "bar"]);
    assert_eq!(
        local.found("categories=shops,%20cafes").await,
        ["both", "shop"]
    );
    assert_eq!(local.found("categories=Bars").await, [""; 0]);
    let near = local.found("categories=bars&lat=0&lon=0&radius=1").await;
    assert_eq!(near, ["both", "bar"]);
}

#[tokio::test]
async fn a_search_by_radius_finds_what_is_inside_the_nearest_first() {
    let local = Local::start().await;
    for (name, longitude) in [("far", 3.0), ("near", -1.0), ("here", 0.0), ("middle", 2.0)] {
        local.place(name, 0.0, longitude).await;
    }
    let within = async |radius: f64| {
        let query = format!("lat=0&lon=0&radius={radius}");
        local.found(&query).await
    };
    assert_eq!(within(1.0).await, ["here"]);
    // By default the radius is in metres.
    assert_eq!(within(DEGREE * 1.01).await, ["here", "near"]);
    assert_eq!(within(DEGREE * 1.99).await, ["here", "near"]);
    assert_eq!(
        within(DEGREE * 3.01).await,
        ["here", "near", "middle", "far"]
    );
    // The live service calls the radius `r`.
    assert_eq!(local.found("lat=0&lon=2&r=1").await, ["middle"]);
}

#[tokio::test]
async fn radius_and_distance_are_in_the_unit_that_was_asked_for() {
    let local = Local::start().await;
    local.place("a degree away", 1.0, 0.0).await;
    for (unit, metres) in [
        ("METERS", 1.0),
        ("KILOMETERS", 1000.0),
        ("MILES", 1609.344),
        ("YARDS", 0.9144),
        ("FEET", 0.3048),
    ] {
        let degree = DEGREE / metres;
        let search = |radius: f64| format!("lat=0&lon=0&radius={radius}&units={unit}");
        assert_eq!(
            local.points(&search(degree * 0.999)).await.len(),
            0,
            "{unit}"
        );
        let found = local.points(&search(degree * 1.001)).await;
        assert_close(&found[0]["distance"], degree, unit);
    }
    let unknown = local.get("/geo/points?lat=0&lon=0&radius=1&units=LEAGUES");
    assert_eq!(unknown.refused().await, (400, 8008));
}

#[tokio::test]
async fn the_edge_of_the_map_is_no_edge_of_the_earth() {
    let local = Local::start().await;
    local.place("west of it", 0.0, 179.9).await;
    local.place("east of it", 0.0, -179.9).await;
    local.place("on it", 0.0, 180.0).await;
    local.place("on the other side", 0.0, 0.0).await;
    for (longitude, expected) in [
        ("179.9", ["west of it", "on it", "east of it"]),
        ("-179.9", ["east of it", "on it", "west of it"]),
    ] {
        let search = format!("lat=0&lon={longitude}&radius=23&units=KILOMETERS");
        let found = local.points(&search).await;
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
    // 180 and -180 are the same place.
    assert_eq!(local.found("lat=0&lon=-180&radius=0.001").await, ["on it"]);
}

#[tokio::test]
async fn at_a_pole_all_longitudes_meet() {
    let local = Local::start().await;
    local.place("pole", 90.0, 17.0).await;
    local.place("one side", 89.9, 0.0).await;
    local.place("other side", 89.9, 180.0).await;
    local.place("south pole", -90.0, 0.0).await;

    let found = local
        .points("lat=90&lon=-120&radius=12&units=KILOMETERS")
        .await;
    assert_eq!(found.len(), 3);
    assert!(found[0]["distance"].as_f64().unwrap() < 1e-6);
    for side in &found[1..] {
        assert_close(&side["distance"], DEGREE * 0.1 / 1000.0, "to the pole");
    }
    // Across the pole it is a step.
    let found = local.points("lat=89.9&lon=0&radius=23000").await;
    let names: Vec<_> = found
        .iter()
        .map(|point| &point["metadata"]["name"])
        .collect();
    assert_eq!(names, ["one side", "pole", "other side"]);
    assert_close(&found[2]["distance"], DEGREE * 0.2, "across the pole");

    // The farthest that two places can be apart.
    let all = local
        .points("lat=90&lon=0&radius=20016&units=KILOMETERS")
        .await;
    assert_eq!(all[3]["metadata"]["name"], "south pole");
    assert_close(&all[3]["distance"], DEGREE * 180.0 / 1000.0, "pole to pole");
}

#[tokio::test]
async fn coordinates_are_on_the_earth() {
    let local = Local::start().await;
    for (latitude, longitude) in [
        (90.1, 0.0),
        (-91.0, 0.0),
        (0.0, 180.1),
        (0.0, -181.0),
        (100.0, 0.0),
    ] {
        let point = json!({"latitude": latitude, "longitude": longitude});
        let saved = local.post("/geo/points", &point).refused().await;
        assert_eq!(saved, (400, 4002), "{point}");
        let search = format!("/geo/points?lat={latitude}&lon={longitude}&radius=1");
        assert_eq!(local.get(&search).refused().await, (400, 4002), "{search}");
    }
    assert_eq!(local.points("").await, [Value::Null; 0]);
    // The bounds themselves are on it.
    for (latitude, longitude) in [(90, 180), (-90, -180)] {
        local
            .point(json!({"latitude": latitude, "longitude": longitude}))
            .await;
    }
    assert_eq!(local.points("").await.len(), 2);
}

#[tokio::test]
async fn what_is_missing_of_a_place_is_told() {
    let local = Local::start().await;
    for point in [
        json!({}),
        json!({"latitude": 1}),
        json!({"longitude": 1}),
        json!({"latitude": null, "longitude": 1}),
    ] {
        let saved = local.post("/geo/points", &point).refused().await;
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
        let search = local.get(&format!("/geo/points?{query}"));
        assert_eq!(search.refused().await, (400, 4068), "{query}");
    }
}

#[tokio::test]
async fn a_radius_is_positive_and_what_should_be_a_number_is_one() {
    let local = Local::start().await;
    for radius in ["0", "-1", "-0.0"] {
        let search = local.get(&format!("/geo/points?lat=0&lon=0&radius={radius}"));
        assert_eq!(search.refused().await, (400, 4023), "{radius}");
    }
    for query in [
        "lat=x&lon=0&radius=1",
        "lat=0&lon=&radius=1",
        "lat=0&lon=0&radius=NaN",
        "lat=0&lon=0&r=inf",
    ] {
        let search = local.get(&format!("/geo/points?{query}"));
        assert_eq!(search.refused().await, (400, 4032), "{query}");
    }
    let point = json!({"latitude": "1", "longitude": 1});
    assert_eq!(
        local.post("/geo/points", &point).refused().await,
        (400, 4032)
    );
}

#[tokio::test]
async fn what_is_no_point_is_refused() {
    let local = Local::start().await;
    for (name, value) in [
        ("categories", json!("cafes")),
        ("categories", json!([1])),
        ("categories", json!([""])),
        ("metadata", json!([])),
        ("metadata", json!("x")),
    ] {
        let mut point = json!({"latitude": 0, "longitude": 0});
        point[name] = value;
        let saved = local.post("/geo/points", &point).refused().await;
        assert_eq!(saved, (400, 8000), "{point}");
    }
    let array = local.post("/geo/points", &json!([])).refused().await;
    assert_eq!(array, (400, 8002));
    assert_eq!(local.points("").await.len(), 0);
}
