//! Saving a row with the rows in its relations.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Object, Table};
use crate::generated::raw;
use crate::request::Request;

impl<T: DeserializeOwned + Send + 'static> Table<T> {
    /// Saves `object` and the rows in its relations, at any depth, and returns the stored row with these rows.
    ///
    /// `object` serializes to a JSON object. A row with an `objectId` is updated, and any other is created. A relation
    /// that `object` contains is set to its rows: a one-to-one relation is an object, a one-to-many relation a list. Null
    /// or an empty list removes the related rows from the relation, and deletes none. A relation that `object` does not contain
    /// is not changed.
    ///
    /// The service returns a relation only if it has rows, and the last created row of a list first. The local server saves
    /// the rows in one transaction; it rejects a row that occurs more than once in the same object.
    ///
    /// The request is not idempotent: sent twice, it creates the rows without an `objectId` twice.
    ///
    /// The OpenAPI document lacks this operation of the live service (JS-SDK, `deepSave` in `src/data/store.js`, and
    /// `test/e2e/specs/data-deep-save.js`).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) if a row with an `objectId` does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 1007 if a value does not fit its column or its relation.
    /// - As [`create`](Self::create).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<backendless::Record>("Person");
    /// # let ann = people.create(&serde_json::json!({"name": "Ann"})).await?;
    /// # people.relation::<backendless::Record>(&ann.object_id, "friends:Person:n").set([&ann.object_id]).await?;
    /// let bob = serde_json::json!({
    ///     "name": "Bob",
    ///     "friends": [{"objectId": ann.object_id, "age": 30}, {"name": "Eva"}],
    /// });
    /// let bob = people.deep_save(&bob).await?;
    /// assert_eq!(bob["friends"][0]["name"], "Eva");
    /// assert_eq!(bob["friends"][1]["name"], "Ann");
    /// assert_eq!(people.get(&ann.object_id).await?["age"], 30);
    /// # });
    /// ```
    pub fn deep_save<B>(&self, object: &B) -> Request<Object<T>>
    where
        B: Serialize + ?Sized,
    {
        Request::new(&self.client, raw::deep_save_object(self.name(), object))
    }
}
