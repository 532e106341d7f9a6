//! A point on the map.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::data::Record;
use crate::{Error, Result, encode};

/// A point on the map, with categories and metadata.
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
    schemars(description = "A point on the map, with categories and metadata.")
)]
#[non_exhaustive]
pub struct GeoPoint {
    /// The id that the service assigned to the point; `None` before it is saved.
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
    /// Data of any form.
    #[serde(skip_serializing_if = "Record::is_empty")]
    #[cfg_attr(feature = "schemars", schemars(default))]
    pub metadata: Record,
    /// The distance from the center of a search [near](crate::FindGeoPoints::near) a place, in the
    /// units of the search. It is not sent when the point is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(description = "The distance from the center of the search, in its units.")
    )]
    pub distance: Option<f64>,
    #[serde(skip)]
    problem: Option<String>,
}

impl GeoPoint {
    /// Creates a point at `latitude` and `longitude`, in degrees. They are checked when it is saved.
    ///
    /// ```
    /// let point = backendless::GeoPoint::new(59.91, 10.75);
    /// ```
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
    ///
    /// ```
    /// let point = backendless::GeoPoint::new(59.91, 10.75).category("cafes");
    /// assert_eq!(point.categories, ["cafes"]);
    /// ```
    #[must_use]
    pub fn category(mut self, name: impl Into<String>) -> Self {
        self.categories.push(name.into());
        self
    }

    /// Adds an entry to the metadata. A value that JSON cannot represent is rejected when the point
    /// is saved.
    ///
    /// ```
    /// let point = backendless::GeoPoint::new(59.91, 10.75).metadata("rating", 5);
    /// assert_eq!(point.metadata["rating"], 5);
    /// ```
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match encode::to_value(&value) {
            Ok(value) => {
                self.metadata.insert(name, value);
            }
            Err(error) => self.problem = Some(format!("metadata {name:?}: {error}")),
        }
        self
    }

    /// The body of the request that saves the point, which has no `distance`.
    pub(super) fn to_body(&self) -> Result<Body<'_>> {
        if let Some(problem) = &self.problem {
            return Err(Error::invalid_argument(problem));
        }
        check_coordinates(self.latitude, self.longitude)?;
        Ok(Body {
            object_id: self.object_id.as_deref(),
            latitude: self.latitude,
            longitude: self.longitude,
            categories: &self.categories,
            metadata: &self.metadata,
        })
    }
}

/// The body of the request that saves a point.
#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
    #[serde(rename = "objectId", skip_serializing_if = "Option::is_none")]
    object_id: Option<&'a str>,
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    categories: &'a [String],
    #[serde(skip_serializing_if = "Record::is_empty")]
    metadata: &'a Record,
}

/// Rejects coordinates out of range, NaN included.
pub(super) fn check_coordinates(latitude: f64, longitude: f64) -> Result<()> {
    for (name, degrees, max) in [
        ("latitude", latitude, 90.0),
        ("longitude", longitude, 180.0),
    ] {
        if !(-max..=max).contains(&degrees) {
            let problem = format!("{name} is {degrees}: it must be from -{max} to {max}");
            return Err(Error::invalid_argument(problem));
        }
    }
    Ok(())
}

/// Accepts null for absent fields and ignores unknown ones.
impl<'de> Deserialize<'de> for GeoPoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(rename = "objectId")]
            object_id: Option<String>,
            latitude: f64,
            longitude: f64,
            categories: Option<Vec<String>>,
            metadata: Option<Record>,
            distance: Option<f64>,
        }
        let fields = Fields::deserialize(deserializer)?;
        Ok(Self {
            object_id: fields.object_id,
            categories: fields.categories.unwrap_or_default(),
            metadata: fields.metadata.unwrap_or_default(),
            distance: fields.distance,
            ..Self::new(fields.latitude, fields.longitude)
        })
    }
}

/// The response to a point that was saved: the point, or an object with the point in `geopoint`.
pub(super) struct Saved(GeoPoint);

impl Saved {
    pub(super) fn into_point(self) -> GeoPoint {
        self.0
    }
}

impl<'de> Deserialize<'de> for Saved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let mut response = Record::deserialize(deserializer)?;
        let point = match response.remove("geopoint") {
            Some(point) => point,
            None => response.into(),
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
    fn coordinates_out_of_range_are_rejected_by_name() {
        for (latitude, longitude, name) in [
            (90.1, 0.0, "latitude"),
            (f64::NAN, 0.0, "latitude"),
            (0.0, -180.1, "longitude"),
            (0.0, f64::INFINITY, "longitude"),
        ] {
            let error = GeoPoint::new(latitude, longitude).to_body().unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
        GeoPoint::new(-90.0, 180.0).to_body().unwrap();
    }

    #[test]
    fn a_saved_point_is_read_wrapped_and_bare() {
        let point = json!({"objectId": "G1", "latitude": 1, "longitude": 2.5, "categories": null,
            "metadata": null, "distance": null, "totalPoints": 3});
        for response in [point.clone(), json!({"geopoint": point})] {
            let saved: Saved = serde_json::from_value(response).unwrap();
            let point = saved.into_point();
            assert_eq!((point.latitude, point.longitude), (1.0, 2.5));
            assert_eq!(point.object_id.as_deref(), Some("G1"));
            assert!(point.categories.is_empty() && point.metadata.is_empty());
        }
        assert!(serde_json::from_value::<Saved>(json!({"geopoint": null})).is_err());
    }

    #[test]
    fn a_round_trip_keeps_the_distance_and_a_body_has_none() {
        let json = json!({"objectId": "G1", "latitude": 1.0, "longitude": 2.5,
            "categories": ["cafes"], "metadata": {"rating": 5}, "distance": 0.25});
        let point: GeoPoint = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&point).unwrap(), json);
        let mut body = json;
        body.as_object_mut().unwrap().remove("distance");
        assert_eq!(
            serde_json::to_value(point.to_body().unwrap()).unwrap(),
            body
        );

        let bare = GeoPoint::new(1.0, 2.5);
        let json = json!({"latitude": 1.0, "longitude": 2.5});
        assert_eq!(serde_json::to_value(&bare).unwrap(), json);
        assert_eq!(serde_json::to_value(bare.to_body().unwrap()).unwrap(), json);
        assert_eq!(serde_json::from_value::<GeoPoint>(json).unwrap(), bare);
    }
}
