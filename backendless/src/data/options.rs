//! Options of searches that the OpenAPI document lacks.

use super::find::Find;
use crate::filter::Filter;

impl<T> Find<T> {
    /// Returns only the groups that match `condition`, which may contain aggregates: a clause such as
    /// `"Count(objectId) > 1"`, or an expression built with [`field`](crate::filter::field) from the columns and aliases of
    /// the groups. If it is set again, both must match.
    ///
    /// The OpenAPI document lacks this parameter of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_general_api.html)). The service rejects a condition that it
    /// cannot parse with code 19001, or 19000.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<backendless::Record>("Person");
    /// # for city in ["Oslo", "Rome", "Oslo"] {
    /// #     people.create(&serde_json::json!({"city": city})).await?;
    /// # }
    /// let cities = people.find()
    ///     .properties(["city"])
    ///     .group_by(["city"])
    ///     .having("Count(objectId) > 1")
    ///     .rows::<backendless::Record>()
    ///     .await?;
    /// assert_eq!((cities.len(), &cities[0]["city"]), (1, &"Oslo".into()));
    /// # });
    /// ```
    pub fn having(mut self, condition: impl Into<Filter>) -> Self {
        self.parameters.query.add_having(condition.into());
        self
    }

    /// Returns rows that are equal in the requested [`properties`](Self::properties) once.
    ///
    /// The rows have no `objectId`: read them with [`rows`](Self::rows).
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `test/e2e/specs/data-distinct.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let people = client.data::<backendless::Record>("Person");
    /// # for city in ["Oslo", "Rome", "Oslo"] {
    /// #     people.create(&serde_json::json!({"city": city})).await?;
    /// # }
    /// let cities = people.find().properties(["city"]).distinct();
    /// assert_eq!(cities.rows::<backendless::Record>().await?.len(), 2);
    /// # });
    /// ```
    pub fn distinct(mut self) -> Self {
        self.parameters.query.is_distinct = true;
        self
    }

    /// Omits these properties from the rows. `objectId` is returned in any case, unless rows are grouped.
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `test/e2e/specs/data-properties.js`). The
    /// service rejects a column that does not exist with code 1006.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk", "draft": "mil"})).await?;
    /// let notes = notes.find().exclude_properties(["draft"]).await?;
    /// assert!(notes[0].contains_key("text") && !notes[0].contains_key("draft"));
    /// # });
    /// ```
    pub fn exclude_properties<P: Into<String>>(
        mut self,
        properties: impl IntoIterator<Item = P>,
    ) -> Self {
        let excluded = &mut self.parameters.query.selection.exclude_properties;
        excluded.extend(properties.into_iter().map(Into::into));
        self
    }

    /// Returns this many levels of related rows with each row: 0 none, 1 the related rows, 2 those of the related rows as
    /// well. The relations in [`load_relations`](Self::load_relations) are returned in any case.
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `test/e2e/specs/data-relations.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert_eq!(notes.find().relations_depth(1).await?.len(), 1);
    /// # });
    /// ```
    pub fn relations_depth(mut self, levels: u32) -> Self {
        self.parameters.query.selection.relations_depth = Some(levels);
        self
    }

    /// Sets the maximum number of related rows that are returned in each relation of a row, at least 1. The default of the
    /// service is 10.
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `test/e2e/specs/data-relations.js`).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let search = notes.find().load_relations(["*"]).relations_page_size(50);
    /// assert_eq!(search.await?.len(), 1);
    /// # });
    /// ```
    pub fn relations_page_size(mut self, rows: u32) -> Self {
        self.parameters.query.selection.relations_page_size = Some(rows);
        self
    }

    /// Puts `prefix` before the values of file columns, which the service stores as paths.
    ///
    /// The OpenAPI document lacks this parameter of the live service (JS-SDK, `src/data/data-query-builder.js`). The local
    /// server has no file columns.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// let search = notes.find().file_reference_prefix("https://files.example.com/");
    /// assert_eq!(search.await?.len(), 1);
    /// # });
    /// ```
    pub fn file_reference_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.parameters.query.selection.file_reference_prefix = Some(prefix.into());
        self
    }
}
