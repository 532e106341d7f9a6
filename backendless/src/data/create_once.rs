//! Creation of a row that can be retried.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::row_json::{new_object_id, to_row, with_object_id};
use super::{Object, Table};
use crate::generated::raw;
use crate::operations::UPSERT_OBJECT;
use crate::prepared::Prepared;
use crate::request::Request;
use crate::{Error, Result};

impl<T: DeserializeOwned + Send + 'static> Table<T> {
    /// Creates a row with the properties of `object` and an id that the client chooses, and returns the stored row.
    ///
    /// It is [`create`](Self::create) with retries: the row gets a random `objectId`, a UUID, and is sent as an
    /// [upsert](Self::upsert). A request whose response was lost is sent again, and the row exists once. Values that the
    /// service computes are not retried.
    ///
    /// The service processes an upsert, which differs from a creation:
    ///
    /// - The user needs the permissions of the service for an upsert, which may include that for updates.
    /// - Event handlers and listeners of upserts run, instead of those of creations. They run for each attempt.
    /// - A retried request updates the row that it created, and sets `updated`. A change that another client made in
    ///   between is overwritten for the properties of `object`, and a row that was deleted in between exists again.
    /// - Users are registered with [`Users::register`](crate::Users::register) instead.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/data/store.js)).
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create). An `object` that has an `objectId`, other than `null`, is an
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument): an upsert could change the row with this id.
    ///
    /// ```
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// # let lost = Faults::seeded(7).with(Fault::ResetAfter, 0.3);
    /// # backendless_local::doc_example!(Server::builder().faults(lost), |client, server| {
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url())
    /// #     .retry(backendless::RetryPolicy::default().max_attempts(20).base_delay(std::time::Duration::ZERO)).build()?;
    /// // The server loses every third response.
    /// let notes = client.data::<backendless::Record>("Note");
    /// for n in 0..10 {
    ///     notes.create_once(&serde_json::json!({"n": n})).await?;
    /// }
    /// assert_eq!(notes.count().await?, 10);
    /// # });
    /// ```
    pub fn create_once<B>(&self, object: &B) -> Request<Object<T>>
    where
        B: Serialize + ?Sized,
    {
        let prepared = self.prepare_once(object);
        let prepared = prepared.map_err(|error| error.with_operation(&UPSERT_OBJECT));
        Request::new(&self.client, prepared)
    }

    fn prepare_once<B>(&self, object: &B) -> Result<Prepared<Object<T>>>
    where
        B: Serialize + ?Sized,
    {
        let id = new_object_id()?;
        let row = to_row(object).and_then(|row| with_object_id(&row, &id));
        let row = row.map_err(|problem| Error::invalid_argument(format!("the row {problem}")))?;
        raw::upsert_object(&self.name, &row).map(Prepared::with_object_ids)
    }
}
