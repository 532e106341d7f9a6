//! The Geo service: points in categories, searched by great-circle distance.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::id::new_id;
use crate::query::result_size::ResultSize;
use crate::service_error::{ServiceError, code};
use crate::services::fields;
use crate::services::parameters::Parameters;
use crate::store::database::Database;
use crate::store::schema::OBJECT_ID;
use crate::text::shorten;

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

/// The category of a point without categories.
const DEFAULT_CATEGORY: &str = "Default";

/// The mean radius of the earth in metres, by the International Union of Geodesy and Geophysics.
const EARTH_RADIUS: f64 = 6_371_008.8;

pub(super) fn create_tables(connection: &Connection) -> Result<(), ServiceError> {
    Ok(connection.execute_batch(TABLES)?)
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Point {
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

#[derive(Clone, Debug)]
pub(crate) struct Geo {
    database: Database,
}

impl Geo {
    pub(super) fn new(database: Database) -> Geo {
        Geo { database }
    }

    pub(crate) async fn save(&self, body: Map<String, Value>) -> Result<Point, ServiceError> {
        let point = parse_point(body)?;
        let saved = point.clone();
        self.database
            .write(move |transaction| insert(transaction, &point))
            .await?;
        Ok(saved)
    }

    /// Returns all points in the order in which they were saved.
    pub(crate) async fn all(&self) -> Result<Vec<Point>, ServiceError> {
        self.database
            .read(|connection| load(connection, |_| true))
            .await
    }

    /// Returns the number of points.
    pub(crate) async fn point_count(&self) -> Result<i64, ServiceError> {
        let sql = "SELECT count(*) FROM geo_point";
        let read = self
            .database
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?));
        read.await
    }

    /// Finds points by category and, if the parameters have a circle, by distance.
    pub(crate) async fn find(&self, parameters: &Parameters) -> Result<Vec<Point>, ServiceError> {
        reject_unimplemented(parameters)?;
        let page = parse_page(parameters)?;
        let categories = parameters.one("categories")?.unwrap_or(DEFAULT_CATEGORY);
        let categories = categories.split(',').map(|name| name.trim().to_owned());
        let categories: Vec<String> = categories.collect();
        let circle = parse_circle(parameters)?;
        let is_found = move |point: &Point| {
            let mut names = point.categories.iter();
            names.any(|name| categories.contains(name))
                && circle.is_none_or(|circle| distance(circle, point) <= circle.radius)
        };
        let points = self.database.read(|connection| load(connection, is_found));
        let points = points.await?;
        let found = match circle {
            Some(circle) => by_distance(circle, points),
            None => points,
        };
        Ok(found
            .into_iter()
            .skip(page.offset)
            .take(page.size)
            .collect())
    }
}

/// Rejects any other parameter: the service has many without which it would find other points or
/// return them in another order.
fn reject_unimplemented(parameters: &Parameters) -> Result<(), ServiceError> {
    const IMPLEMENTED: [&str; 8] = [
        "categories",
        "lat",
        "lon",
        "offset",
        "pagesize",
        "r",
        "radius",
        "units",
    ];
    for (name, value) in &parameters.0 {
        // Metadata is always included.
        let is_included = name == "includemetadata" && value == "true";
        if !is_included && !IMPLEMENTED.contains(&name.as_str()) {
            let name = shorten(name);
            return Err(ServiceError::not_implemented(format!(
                "the parameter '{name}' of GET /geo/points"
            )));
        }
    }
    Ok(())
}

/// The points to return of those found; all of them by default.
struct Page {
    size: usize,
    offset: usize,
}

fn parse_page(parameters: &Parameters) -> Result<Page, ServiceError> {
    let integer = |name: &str, code: i64, expected: &str, min: usize, max: usize| {
        let Some(text) = parameters.one(name)? else {
            return Ok(None);
        };
        let number = text.parse().ok();
        let number = number.filter(|number| (min..=max).contains(number));
        number.map(Some).ok_or_else(|| {
            ServiceError::new(code, format!("'{name}' must be an integer {expected}"))
        })
    };
    let size = integer(
        "pagesize",
        code::INVALID_GEO_PAGE_SIZE,
        "from 1 to 100",
        1,
        100,
    )?;
    let offset = integer("offset", code::INVALID_GEO_OFFSET, "from 0", 0, usize::MAX)?;
    Ok(Page {
        size: size.unwrap_or(usize::MAX),
        offset: offset.unwrap_or(0),
    })
}

fn parse_point(mut body: Map<String, Value>) -> Result<Point, ServiceError> {
    fields::text(&body, "___class")?;
    fields::typed(&body, "distance", "a number", Value::as_f64)?;
    if fields::text(&body, OBJECT_ID)?.is_some() {
        return Err(ServiceError::not_implemented("the update of a point"));
    }
    let latitude = coordinate(degrees(&body, "latitude")?, 90.0)?;
    let longitude = coordinate(degrees(&body, "longitude")?, 180.0)?;
    let metadata = fields::object(&body, "metadata")?.cloned();
    Ok(Point {
        class: "GeoPoint",
        object_id: new_id(),
        latitude,
        longitude,
        categories: parse_categories(body.remove("categories"))?,
        metadata: metadata.unwrap_or_default(),
        distance: None,
    })
}

fn parse_categories(value: Option<Value>) -> Result<Vec<String>, ServiceError> {
    let invalid = || ServiceError::new(code::INVALID_VALUE, "categories is not an array of names");
    let categories = match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names
            .into_iter()
            .map(|name| match name {
                Value::String(name) if !name.is_empty() => Ok(name),
                _ => Err(invalid()),
            })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(invalid()),
    };
    Ok(match categories.is_empty() {
        true => vec![DEFAULT_CATEGORY.to_owned()],
        false => categories,
    })
}

/// Reads a number of the body.
fn degrees(body: &Map<String, Value>, name: &str) -> Result<f64, ServiceError> {
    match body.get(name) {
        None | Some(Value::Null) => Err(ServiceError::new(
            code::COORDINATES_MISSING,
            "a point needs 'latitude' and 'longitude'",
        )),
        Some(value) => value.as_f64().ok_or_else(|| {
            ServiceError::new(code::NOT_A_NUMBER, format!("'{name}' is not a number"))
        }),
    }
}

fn coordinate(degrees: f64, max: f64) -> Result<f64, ServiceError> {
    match (-max..=max).contains(&degrees) {
        true => Ok(degrees),
        false => {
            let message = "latitude must be from -90 to 90 and longitude from -180 to 180";
            Err(ServiceError::new(code::INVALID_COORDINATES, message))
        }
    }
}

fn insert(connection: &Connection, point: &Point) -> Result<(), ServiceError> {
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

/// The center and radius of a search.
#[derive(Clone, Copy)]
struct Circle {
    latitude: f64,
    longitude: f64,
    /// In metres.
    radius: f64,
    /// Metres per requested unit.
    unit: f64,
}

fn parse_circle(parameters: &Parameters) -> Result<Option<Circle>, ServiceError> {
    let number = |name: &str| match parameters.one(name)? {
        None => Ok(None),
        Some(text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(ServiceError::new(
                code::NOT_A_NUMBER,
                format!("'{name}' is not a number"),
            )),
        },
    };
    // Checked even if there is no circle that it could be the unit of.
    let unit = metres_per_unit(parameters.one("units")?.unwrap_or("METERS"))?;
    // `r` in the live service, `radius` in the specification.
    let radius = match (number("radius")?, number("r")?) {
        (Some(_), Some(_)) => {
            let message = "the radius is given twice: as 'radius' and as 'r'";
            return Err(ServiceError::new(code::INVALID_PARAMETER, message));
        }
        (radius, r) => radius.or(r),
    };
    match (number("lat")?, number("lon")?, radius) {
        (None, None, None) => Ok(None),
        (Some(latitude), Some(longitude), Some(radius)) if radius > 0.0 => Ok(Some(Circle {
            latitude: coordinate(latitude, 90.0)?,
            longitude: coordinate(longitude, 180.0)?,
            radius: radius * unit,
            unit,
        })),
        (Some(_), Some(_), Some(_)) => Err(ServiceError::new(
            code::RADIUS_NOT_POSITIVE,
            "the radius must be greater than 0",
        )),
        _ => Err(ServiceError::new(
            code::COORDINATES_MISSING,
            "a search by radius needs 'lat', 'lon' and 'radius'",
        )),
    }
}

fn metres_per_unit(name: &str) -> Result<f64, ServiceError> {
    Ok(match name {
        "METERS" => 1.0,
        "KILOMETERS" => 1000.0,
        "MILES" => 1609.344,
        "YARDS" => 0.9144,
        "FEET" => 0.3048,
        _ => {
            let message = "'units' must be one of METERS, KILOMETERS, MILES, YARDS and FEET";
            return Err(ServiceError::new(code::INVALID_PARAMETER, message));
        }
    })
}

/// Returns the points of a search in the order in which they were saved. Only these count for the limit of a result.
fn load(
    connection: &Connection,
    is_found: impl Fn(&Point) -> bool,
) -> Result<Vec<Point>, ServiceError> {
    let mut statement = connection.prepare_cached(
        "SELECT object_id, latitude, longitude, categories, metadata FROM geo_point ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    let (mut points, mut size) = (Vec::new(), ResultSize::default());
    while let Some(row) = rows.next()? {
        let (categories, metadata): (String, String) = (row.get(3)?, row.get(4)?);
        let point = Point {
            class: "GeoPoint",
            object_id: row.get(0)?,
            latitude: row.get(1)?,
            longitude: row.get(2)?,
            categories: serde_json::from_str(&categories).map_err(ServiceError::internal)?,
            metadata: serde_json::from_str(&metadata).map_err(ServiceError::internal)?,
            distance: None,
        };
        if !is_found(&point) {
            continue;
        }
        for json in [&categories, &metadata] {
            size.add(&serde_json::from_str(json).map_err(ServiceError::internal)?)?;
        }
        points.push(point);
    }
    Ok(points)
}

/// Returns points with their distance from the center of a circle, the nearest first.
fn by_distance(circle: Circle, points: Vec<Point>) -> Vec<Point> {
    let mut measured: Vec<(f64, Point)> = points
        .into_iter()
        .map(|point| (distance(circle, &point), point))
        .collect();
    measured.sort_by(|(first, _), (second, _)| first.total_cmp(second));
    let points = measured.into_iter().map(|(metres, point)| Point {
        distance: Some(metres / circle.unit),
        ..point
    });
    points.collect()
}

/// Returns the great-circle distance in metres, by the haversine formula, which is accurate for small
/// distances too.
fn distance(from: Circle, to: &Point) -> f64 {
    let (first, second) = (from.latitude.to_radians(), to.latitude.to_radians());
    let north = ((second - first) / 2.0).sin();
    let east = ((to.longitude - from.longitude).to_radians() / 2.0).sin();
    let h = north * north + first.cos() * second.cos() * east * east;
    // Rounding may exceed 1 for antipodal points.
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
    fn distance_follows_great_circles() {
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
        // Paris to London is about 343.5 km.
        let paris_london = metres((48.8566, 2.3522), (51.5074, -0.1278));
        assert!((paris_london - 343_500.0).abs() < 1_000.0, "{paris_london}");
    }
}
