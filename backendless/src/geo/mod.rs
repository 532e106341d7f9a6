//! Geo points: saved in categories, and found by their distance from a place.

mod find;
mod point;

pub use find::{FindGeoPoints, FindGeoPointsParameters, Units};
pub use point::GeoPoint;

use crate::Client;
use crate::generated::raw;
use crate::operations::SAVE_GEO_POINT;
use crate::request::Request;

/// Handle of the geo points of an application; created by [`Client::geo`].
///
/// Backendless calls this service legacy: new applications can store points in columns of their tables instead. A cheap
/// handle: clone it and move it into tasks.
///
/// ```
/// use backendless::{GeoPoint, Units};
///
/// # backendless_local::doc_example!(|client| {
/// let cafe = GeoPoint::new(59.9127, 10.7461).category("cafes").metadata("rating", 5);
/// client.geo().save(&cafe).await?;
///
/// let near = client.geo().find()
///     .categories(["cafes"])
///     .near(59.91, 10.75, 5.0, Units::Kilometers)
///     .await?;
/// assert_eq!(near[0].metadata["rating"], 5);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Geo {
    client: Client,
}

impl Client {
    /// Returns the handle of the geo points; see [`Geo`].
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let geo = client.geo();
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn geo(&self) -> Geo {
        Geo::new(self.clone())
    }
}

impl Geo {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Stores a point, and returns the stored point with its `object_id`.
    ///
    /// The request is not idempotent: sent twice, it stores two points.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the latitude is not between -90 and 90 degrees, or
    ///   the longitude is not between -180 and 180 degrees.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # use backendless::GeoPoint;
    /// # backendless_local::doc_example!(|client| {
    /// let point = client.geo().save(&GeoPoint::new(59.9, 10.7)).await?;
    /// assert!(point.object_id.is_some());
    /// assert!(client.geo().save(&GeoPoint::new(91.0, 0.0)).await.is_err());
    /// # });
    /// ```
    pub fn save(&self, point: &GeoPoint) -> Request<GeoPoint> {
        let body = point
            .to_body()
            .map_err(|error| error.with_operation(&SAVE_GEO_POINT));
        let request = body.and_then(|body| raw::save_geo_point(&body));
        Request::map(&self.client, request, point::Saved::into_point)
    }

    /// Creates a search for points; see [`FindGeoPoints`].
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # use backendless::GeoPoint;
    /// client.geo().save(&GeoPoint::new(59.9, 10.7)).await?;
    /// assert_eq!(client.geo().find().await?.len(), 1);
    /// # });
    /// ```
    pub fn find(&self) -> FindGeoPoints {
        Request::with_parameters(self.client.clone(), FindGeoPointsParameters::default())
    }
}
