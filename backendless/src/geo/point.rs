//! A point on the map.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::data::Record;
use crate::{Error, Result};

/// A point on the map, with categories and data of its own.
///
/// ```
/// use backendless::GeoPoint;
///
/// let cafe = GeoPoint::new(59.9127, 10.7461).category("cafes").metadata("rating", 5);
/// assert_eq!(cafe.latitude, 59.9127);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(description = "A point on the map, with categories and data of its own.")
)]
#[non_exhaustive]
pub struct GeoPoint {
    /// The id that the service gave the point; none before it is saved.
    #[serde(rename = "objectId", skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// Degrees north of the equator, from -90 to 90.
    #[cfg_attr(feature = "schemars", schemars(range(min = -90, max = 90)))]
    pub latitude: f64,
    /// Degrees east of Greenwich, from -180 to 180.
    #[cfg_attr(feature = "schemars", schemars(range(min = -180, max = 180)))]
    pub longitude: f64,
    /// The categories; a point without any is saved in `Default`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schemars", schemars(default))]
    pub categories: Vec<String>,
    /// Data of any shape.
    #[serde(skip_serializing_if = "Record::is_empty")]
    #[cfg_attr(feature = "schemars", schemars(default))]
    pub metadata: Record,
    /// The distance from the point that was searched [near](crate::FindGeoPoints::near), in the
    /// units of the search.
    #[serde(skip_serializing)]
    #[cfg_attr(
        feature = "schemars",
        schemars(description = "The distance from the point of the search, in its units.")
    )]
    pub distance: Option<f64>,
    #[serde(skip)]
    problem: Option<String>,
}

impl GeoPoint {
    /// A point at `latitude` and `longitude`, in degrees. They are checked when it is saved.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Self {
        Self {
            object_id: None,
            latitude,
            longitude,
            categories: Vec::new(),
            metadata: Record::new(),
            distance: None,
            problem: None,
        }
    }

    /// Adds a category.
    #[must_use]
    pub fn category(mut self, name: impl Into<String>) -> Self {
        self.categories.push(name.into());
        self
    }

    /// Adds an entry to the metadata. A value that JSON cannot hold is refused when the point is
    /// saved.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match serde_json::to_value(value) {
            Ok(value) => {
                self.metadata.insert(name, value);
            }
            Err(error) => self.problem = Some(format!("metadata {name:?}: {error}")),
        }
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        if let Some(problem) = &self.problem {
            return Err(Error::invalid_argument(problem));
        }
        check_place(self.latitude, self.longitude)
    }
}

/// Refuses what is no place on earth; NaN is none either.
pub(super) fn check_place(latitude: f64, longitude: f64) -> Result<()> {
    for (name, degrees, most) in [
        ("latitude", latitude, 90.0),
        ("longitude", longitude, 180.0),
    ] {
        if !(-most..=most).contains(&degrees) {
            let problem = format!("{name} is {degrees}: it goes from -{most} to {most}");
            return Err(Error::invalid_argument(problem));
        }
    }
    Ok(())
}

/// Reads leniently: null is absent, and what is not known is passed over.
impl<'de> Deserialize<'de> for GeoPoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            #[serde(rename = "objectId")]
            object_id: Option<String>,
            latitude: f64,
            longitude: f64,
            categories: Option<Vec<String>>,
            metadata: Option<Record>,
            distance: Option<f64>,
        }
        let read = Read::deserialize(deserializer)?;
        Ok(Self {
            object_id: read.object_id,
            categories: read.categories.unwrap_or_default(),
            metadata: read.metadata.unwrap_or_default(),
            distance: read.distance,
            ..Self::new(read.latitude, read.longitude)
        })
    }
}

/// What the service answers to a point that was saved: the point, or the point in `geopoint`.
pub(super) struct Saved(GeoPoint);

impl Saved {
    pub(super) fn into_point(self) -> GeoPoint {
        self.0
    }
}

impl<'de> Deserialize<'de> for Saved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let mut answer = Record::deserialize(deserializer)?;
        let point = match answer.remove("geopoint") {
            Some(point) => point,
            None => answer.into(),
        };
        match GeoPoint::deserialize(point) {
            Ok(point) => Ok(Self(point)),
            Err(_) => Err(D::Error::custom(
                "expected a geo point, or one in `geopoint`",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_that_are_none_are_refused_by_name() {
        for (latitude, longitude, name) in [
            (90.1, 0.0, "latitude"),
            (f64::NAN, 0.0, "latitude"),
            (0.0, -180.1, "longitude"),
            (0.0, f64::INFINITY, "longitude"),
        ] {
            let error = GeoPoint::new(latitude, longitude).check().unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
        GeoPoint::new(-90.0, 180.0).check().unwrap();
    }

    #[test]
    fn a_saved_point_is_read_wrapped_and_bare() {
        let point = json!({"objectId": "G1", "latitude": 1, "longitude": 2.5, "categories": null,
            "metadata": null, "distance": null, "totalPoints": 3});
        for answer in [point.clone(), json!({"geopoint": point})] {
            let saved: Saved = serde_json::from_value(answer).unwrap();
            let point = saved.into_point();
            assert_eq!((point.latitude, point.longitude), (1.0, 2.5));
            assert_eq!(point.object_id.as_deref(), Some("G1"));
            assert!(point.categories.is_empty() && point.metadata.is_empty());
        }
        assert!(serde_json::from_value::<Saved>(json!({"geopoint": null})).is_err());
    }
}
