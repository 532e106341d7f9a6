//! Search for geo points.

use std::fmt;
use std::future::IntoFuture;

use super::GeoPoint;
use super::point::check_coordinates;
use crate::generated::raw;
use crate::operations::FIND_GEO_POINTS;
use crate::request::{Request, RequestFuture, sealed};
use crate::{Error, Result};

/// Unit of a distance.
///
/// `Display` writes the name that the service uses, such as `METERS`.
///
/// ```
/// assert_eq!(backendless::Units::Kilometers.to_string(), "KILOMETERS");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Units {
    /// Metres.
    Meters,
    /// 1,000 metres.
    Kilometers,
    /// 1,609.344 metres.
    Miles,
    /// 0.9144 metres.
    Yards,
    /// 0.3048 metres.
    Feet,
}

impl Units {
    fn name(self) -> &'static str {
        match self {
            Self::Meters => "METERS",
            Self::Kilometers => "KILOMETERS",
            Self::Miles => "MILES",
            Self::Yards => "YARDS",
            Self::Feet => "FEET",
        }
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[derive(Clone, Copy, Debug)]
struct Circle {
    latitude: f64,
    longitude: f64,
    radius: f64,
    units: Units,
}

/// Request that searches geo points; created by [`Geo::find`](super::Geo::find).
///
/// # Errors
///
/// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the latitude or longitude is out of range, the radius is not above 0,
///   or the name of a category contains a comma.
///
/// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
///
/// ```
/// use backendless::{GeoPoint, Units};
///
/// # backendless_local::doc_example!(|client| {
/// # let geo = client.geo();
/// geo.save(&GeoPoint::new(59.91, 10.74).category("cafes")).await?;
/// let near = geo.find().categories(["cafes"]).near(59.91, 10.75, 1.0, Units::Miles).await?;
/// assert!(near[0].distance < Some(1.0));
/// # });
/// ```
pub type FindGeoPoints = Request<Vec<GeoPoint>, FindGeoPointsParameters>;

/// Parameters of [`FindGeoPoints`].
#[derive(Clone, Debug, Default)]
pub struct FindGeoPointsParameters {
    categories: Vec<String>,
    circle: Option<Circle>,
}

impl FindGeoPoints {
    /// Finds points in any of these categories. By default the service searches the category `Default`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # use backendless::GeoPoint;
    /// client.geo().save(&GeoPoint::new(59.9, 10.7).category("cafes")).await?;
    /// assert_eq!(client.geo().find().categories(["cafes", "bars"]).await?.len(), 1);
    /// # });
    /// ```
    pub fn categories<C: Into<String>>(mut self, names: impl IntoIterator<Item = C>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.parameters.categories.extend(names);
        self
    }

    /// Finds points within the distance `radius`, in `units`, of a place. Its latitude is from -90 to 90 degrees, and
    /// its longitude from -180 to 180 degrees.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// use backendless::{GeoPoint, Units};
    ///
    /// client.geo().save(&GeoPoint::new(59.91, 10.74)).await?;
    /// let near = client.geo().find().near(59.91, 10.75, 1_000.0, Units::Meters).await?;
    /// assert_eq!(near.len(), 1);
    /// # });
    /// ```
    pub fn near(mut self, latitude: f64, longitude: f64, radius: f64, units: Units) -> Self {
        self.parameters.circle = Some(Circle {
            latitude,
            longitude,
            radius,
            units,
        });
        self
    }
}

impl sealed::Sendable<Vec<GeoPoint>> for FindGeoPointsParameters {
    fn send(request: Request<Vec<GeoPoint>, Self>) -> RequestFuture<Vec<GeoPoint>> {
        let (client, parameters, settings) = request.into_parts();
        let Self { categories, circle } = parameters;
        let checked = check(&categories, circle);
        let checked = checked.map_err(|error| error.with_operation(&FIND_GEO_POINTS));
        let categories = (!categories.is_empty()).then(|| categories.join(","));
        let request = checked.and_then(|()| {
            raw::find_geo_points(
                client.profile,
                categories.as_deref(),
                circle.map(|circle| circle.latitude),
                circle.map(|circle| circle.longitude),
                circle.map(|circle| circle.radius),
                circle.map(|circle| circle.units.name()),
            )
        });
        Request::map(&client, request, Option::unwrap_or_default)
            .with_settings(settings)
            .into_future()
    }
}

/// Checks the values that the service would reject or misread.
fn check(categories: &[String], circle: Option<Circle>) -> Result<()> {
    if let Some(name) = categories.iter().find(|name| name.contains(',')) {
        let problem = format!("category {name:?} contains a comma, which separates categories");
        return Err(Error::invalid_argument(problem));
    }
    let Some(circle) = circle else {
        return Ok(());
    };
    check_coordinates(circle.latitude, circle.longitude)?;
    if circle.radius.is_finite() && circle.radius > 0.0 {
        return Ok(());
    }
    let problem = format!("radius is {}: it must be a number above 0", circle.radius);
    Err(Error::invalid_argument(problem))
}
