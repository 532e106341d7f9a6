//! Geo: points on the map, in categories, found by their distance.

mod find;
mod point;

pub use find::{FindGeoPoints, FindGeoPointsParameters, Units};
pub use point::GeoPoint;

use crate::Client;
use crate::generated::raw;
use crate::operations::SAVE_GEO_POINT;
use crate::request::Request;

/// The geo points of an application; made by [`Client::geo`].
///
/// The service counts this one as legacy: new applications may keep points in the columns of their
/// tables instead. A handle like the client: cheap to clone, and free to move into tasks.
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

impl Geo {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Stores a point and answers it as stored, with its `object_id`.
    ///
    /// The call is not idempotent: done twice, it makes two points.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a latitude outside of -90 to 90
    /// or a longitude outside of -180 to 180 degrees; and what every call may answer.
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

    /// Starts a search for points; see [`FindGeoPoints`].
    pub fn find(&self) -> FindGeoPoints {
        Request::with_parameters(self.client.clone(), FindGeoPointsParameters::default())
    }
}
