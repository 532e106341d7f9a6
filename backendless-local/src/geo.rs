//! The Geo service: points in categories, found by their great-circle distance.
//!
//! As the live service does, it answers a saved point inside an object, in `geopoint`.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::app::{App, new_id};
use crate::http::input::{Object, Query};
use crate::http::reply::{Failure, Json, code};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS geo_point (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        object_id TEXT NOT NULL UNIQUE,
        latitude REAL NOT NULL,
        longitude REAL NOT NULL,
        categories TEXT NOT NULL,
        metadata TEXT NOT NULL
    );
";

/// The category of a point that has none.
const DEFAULT_CATEGORY: &str = "Default";

/// The mean radius of the earth in metres, by the International Union of Geodesy and Geophysics.
const EARTH_RADIUS: f64 = 6_371_008.8;

pub(crate) fn prepare(connection: &Connection) -> Result<(), Failure> {
    Ok(connection.execute_batch(TABLES)?)
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/geo/points", get(find).post(save))
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    #[serde(rename = "___class")]
    class: &'static str,
    #[serde(rename = "objectId")]
    object_id: String,
    latitude: f64,
    longitude: f64,
    categories: Vec<String>,
    metadata: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
}

async fn save(State(app): State<App>, Object(mut body): Object) -> Result<Json<Value>, Failure> {
    let latitude = coordinate(degrees(&body, "latitude")?, 90.0)?;
    let longitude = coordinate(degrees(&body, "longitude")?, 180.0)?;
    let metadata = match body.remove("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(Failure::new(code::INVALID_VALUE, "metadata is no object")),
    };
    let point = Point {
        class: "GeoPoint",
        object_id: new_id(),
        latitude,
        longitude,
        categories: categories_of(body.remove("categories"))?,
        metadata,
        distance: None,
    };
    let saved = point.clone();
    app.database
        .write(move |transaction| insert(transaction, &point))
        .await?;
    Ok(Json(json!({ "geopoint": saved })))
}

fn categories_of(value: Option<Value>) -> Result<Vec<String>, Failure> {
    let wrong = || Failure::new(code::INVALID_VALUE, "categories is no array of names");
    let categories = match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names
            .into_iter()
            .map(|name| match name {
                Value::String(name) if !name.is_empty() => Ok(name),
                _ => Err(wrong()),
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(wrong()),
    };
    Ok(match categories.is_empty() {
        true => vec![DEFAULT_CATEGORY.to_owned()],
        false => categories,
    })
}

/// A number of the body.
fn degrees(body: &Map<String, Value>, name: &str) -> Result<f64, Failure> {
    match body.get(name) {
        None | Some(Value::Null) => Err(Failure::new(
            code::COORDINATES_MISSING,
            "a point has a 'latitude' and a 'longitude'",
        )),
        Some(value) => value
            .as_f64()
            .ok_or_else(|| Failure::new(code::NO_NUMBER, format!("'{name}' is no number"))),
    }
}

fn coordinate(degrees: f64, most: f64) -> Result<f64, Failure> {
    match (-most..=most).contains(&degrees) {
        true => Ok(degrees),
        false => {
            let message = "latitude must be from -90 to 90 and longitude from -180 to 180";
            Err(Failure::new(code::WRONG_COORDINATES, message))
        }
    }
}

fn insert(connection: &Connection, point: &Point) -> Result<(), Failure> {
    connection.execute(
        "INSERT INTO geo_point (object_id, latitude, longitude, categories, metadata)
         VALUES (?, ?, ?, ?, ?)",
        params![
            point.object_id,
            point.latitude,
            point.longitude,
            Value::from(point.categories.clone()).to_string(),
            Value::from(point.metadata.clone()).to_string(),
        ],
    )?;
    Ok(())
}

/// A place, and how far from it points may be.
#[derive(Clone, Copy)]
struct Circle {
    latitude: f64,
    longitude: f64,
    /// In metres.
    radius: f64,
    /// Metres in one of the units that were asked for.
    unit: f64,
}

async fn find(State(app): State<App>, query: Query) -> Result<Json<Vec<Point>>, Failure> {
    let categories = query.one("categories")?.unwrap_or(DEFAULT_CATEGORY);
    let categories: Vec<String> = categories
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    let circle = circle(&query)?;
    let points = app.database.read(all).await?;
    let mut points: Vec<Point> = points
        .into_iter()
        .filter(|point| {
            point
                .categories
                .iter()
                .any(|name| categories.contains(name))
        })
        .collect();
    if let Some(circle) = circle {
        points = within(circle, points);
    }
    Ok(Json(points))
}

fn circle(query: &Query) -> Result<Option<Circle>, Failure> {
    let number = |name: &str| match query.one(name)? {
        None => Ok(None),
        Some(text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(Failure::new(
                code::NO_NUMBER,
                format!("'{name}' is no number"),
            )),
        },
    };
    // The live service calls it `r`, the specification `radius`.
    let radius = number("radius")?.or(number("r")?);
    match (number("lat")?, number("lon")?, radius) {
        (None, None, None) => Ok(None),
        (Some(latitude), Some(longitude), Some(radius)) if radius > 0.0 => {
            let unit = unit(query.one("units")?.unwrap_or("METERS"))?;
            Ok(Some(Circle {
                latitude: coordinate(latitude, 90.0)?,
                longitude: coordinate(longitude, 180.0)?,
                radius: radius * unit,
                unit,
            }))
        }
        (Some(_), Some(_), Some(_)) => Err(Failure::new(
            code::RADIUS_NOT_POSITIVE,
            "the radius must be above 0",
        )),
        _ => Err(Failure::new(
            code::COORDINATES_MISSING,
            "a search by radius takes 'lat', 'lon' and 'radius' together",
        )),
    }
}

fn unit(name: &str) -> Result<f64, Failure> {
    Ok(match name {
        "METERS" => 1.0,
        "KILOMETERS" => 1000.0,
        "MILES" => 1609.344,
        "YARDS" => 0.9144,
        "FEET" => 0.3048,
        _ => {
            let message = "'units' is one of METERS, KILOMETERS, MILES, YARDS and FEET";
            return Err(Failure::new(code::INVALID_PARAMETER, message));
        }
    })
}

fn all(connection: &Connection) -> Result<Vec<Point>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT object_id, latitude, longitude, categories, metadata FROM geo_point ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    let mut points = Vec::new();
    while let Some(row) = rows.next()? {
        let (categories, metadata): (String, String) = (row.get(3)?, row.get(4)?);
        points.push(Point {
            class: "GeoPoint",
            object_id: row.get(0)?,
            latitude: row.get(1)?,
            longitude: row.get(2)?,
            categories: serde_json::from_str(&categories).map_err(Failure::internal)?,
            metadata: serde_json::from_str(&metadata).map_err(Failure::internal)?,
            distance: None,
        });
    }
    Ok(points)
}

/// The points inside the circle, the nearest first, with their distance.
fn within(circle: Circle, points: Vec<Point>) -> Vec<Point> {
    let measured = points
        .into_iter()
        .map(|point| (distance(circle, &point), point));
    let mut inside: Vec<(f64, Point)> = measured
        .filter(|(metres, _)| *metres <= circle.radius)
        .collect();
    inside.sort_by(|(first, _), (second, _)| first.total_cmp(second));
    let told = inside.into_iter().map(|(metres, point)| Point {
        distance: Some(metres / circle.unit),
        ..point
    });
    told.collect()
}

/// The length of the great circle between two places in metres, by the haversine formula, which is
/// exact for small distances too.
fn distance(from: Circle, to: &Point) -> f64 {
    let (first, second) = (from.latitude.to_radians(), to.latitude.to_radians());
    let north = ((second - first) / 2.0).sin();
    let east = ((to.longitude - from.longitude).to_radians() / 2.0).sin();
    let h = north * north + first.cos() * second.cos() * east * east;
    // Rounding may lift it above 1 for places that face each other.
    2.0 * EARTH_RADIUS * h.min(1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metres(from: (f64, f64), to: (f64, f64)) -> f64 {
        let circle = Circle {
            latitude: from.0,
            longitude: from.1,
            radius: 0.0,
            unit: 1.0,
        };
        let point = Point {
            class: "GeoPoint",
            object_id: String::new(),
            latitude: to.0,
            longitude: to.1,
            categories: Vec::new(),
            metadata: Map::new(),
            distance: None,
        };
        distance(circle, &point)
    }

    #[test]
    fn distances_are_those_of_great_circles() {
        let quarter = std::f64::consts::FRAC_PI_2 * EARTH_RADIUS;
        for (from, to, expected) in [
            ((0.0, 0.0), (0.0, 90.0), quarter),
            ((0.0, 0.0), (90.0, 17.0), quarter),
            ((0.0, 179.0), (0.0, -91.0), quarter),
            ((10.0, 20.0), (-10.0, -160.0), 2.0 * quarter),
            ((48.0, 2.0), (48.0, 2.0), 0.0),
        ] {
            assert!((metres(from, to) - expected).abs() < 1.0, "{from:?} {to:?}");
        }
        // Paris to London, by public tables about 343.5 km.
        let paris_london = metres((48.8566, 2.3522), (51.5074, -0.1278));
        assert!((paris_london - 343_500.0).abs() < 1_000.0, "{paris_london}");
    }
}
