//! Options of searches.

use super::Find;
use crate::filter::Filter;

impl<T> Find<T> {
    /// Finds only the rows that match `filter`: a where clause, or an expression built with
    /// [`field`](crate::filter::field). If it is set again, both must match.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// use backendless::filter::field;
    ///
    /// assert_eq!(notes.find().filter("n > 0").await?.len(), 2);
    /// assert_eq!(notes.find().filter(field("n").gt(0)).filter(field("n").lt(2)).await?.len(), 1);
    /// # });
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.parameters.query.add_filter(filter.into());
        self
    }

    /// Sorts by a column, such as `"age"` or `"age desc"`, or by several, separated by commas. If it is set again, rows
    /// that are equal so far are sorted by the next column.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..2 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let newest = notes.find().sort_by("text").sort_by("n desc").await?;
    /// assert_eq!(newest[0]["n"], 1);
    /// # });
    /// ```
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.parameters.query.sort_by.push(column.into());
        self
    }

    /// Sets the maximum number of rows in a page, from 1 to 100. The default is that of the service, 10; a
    /// [`stream`](Self::stream) reads 100 by default.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// assert_eq!(notes.find().page_size(2).await?.len(), 2);
    /// # });
    /// ```
    pub fn page_size(mut self, rows: u32) -> Self {
        self.parameters.query.page_size = Some(rows);
        self
    }

    /// Skips this many rows. The default is 0.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// assert_eq!(notes.find().sort_by("n").offset(2).await?[0]["n"], 2);
    /// # });
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        self.parameters.query.offset = Some(rows);
        self
    }

    /// Returns only these columns, aliases (`age as years`) or aggregates (`Count(objectId)`, and likewise `Sum`,
    /// `Avg`, `Min` and `Max`).
    ///
    /// With aggregates the rows have no `objectId`: read them with [`rows`](Self::rows).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..1 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let rows = notes.find().properties(["text"]).rows::<backendless::Record>().await?;
    /// assert!(rows[0].contains_key("text") && !rows[0].contains_key("n"));
    /// # });
    /// ```
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let selected = &mut self.parameters.query.selection.properties;
        selected.extend(properties.into_iter().map(Into::into));
        self
    }

    /// Returns the related rows in these columns with each row. A dot loads the relations of related rows:
    /// `friends.address`.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// let search = notes.find().load_relations(["author", "author.address"]);
    /// # });
    /// ```
    pub fn load_relations<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let relations = &mut self.parameters.query.selection.load_relations;
        relations.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Returns one row for each combination of values in these columns.
    ///
    /// The rows have no `objectId`: read them with [`rows`](Self::rows), whose example shows it.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// let search = notes.find().properties(["text", "Count(objectId) as notes"]).group_by(["text"]);
    /// let groups = search.rows::<backendless::Record>().await?;
    /// assert_eq!((groups.len(), &groups[0]["notes"]), (1, &3.into()));
    /// # });
    /// ```
    pub fn group_by<P: Into<String>>(mut self, columns: impl IntoIterator<Item = P>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        self.parameters.query.group_by.extend(columns);
        self
    }

    /// Sets how many pages a [`stream`](Self::stream) reads at the same time. The rows keep their order. The default is
    /// 1 and the maximum is 100; 0 is treated as 1.
    ///
    /// Pages are requested before their rows are needed: up to `pages` of them are kept in memory, and some requests
    /// may find no rows after the end of the table. Requests make progress only while the stream is polled, so a reader
    /// that pauses for longer than the [`timeout`](Self::timeout) should use 1. A stream [`by_key`](Self::by_key) reads
    /// one page at a time.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..5 { notes.create(&serde_json::json!({"n": n, "text": "milk"})).await?; }
    /// use futures_util::TryStreamExt;
    ///
    /// let rows: Vec<_> = notes.find().sort_by("n").page_size(2).concurrency(4).stream().try_collect().await?;
    /// assert_eq!(rows.len(), 5);
    /// # });
    /// ```
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.parameters.concurrency = pages.clamp(1, 100);
        self
    }

    /// Sets that a [`stream`](Self::stream) reads its pages by `objectId` instead of by offset: the rows are sorted by
    /// `objectId`, and each page starts after the last row of the previous one.
    ///
    /// A row that exists from the start of the stream to its end is returned exactly once, even if rows are created or
    /// deleted meanwhile; those may or may not be returned. A page at the end of a large table costs the service no
    /// more than the first.
    ///
    /// A search with its own order, offset or groups cannot be read by key: the first item of the stream is then an
    /// error of kind [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..3 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// let mut all = notes.find().page_size(2).by_key().stream();
    /// while let Some(note) = all.try_next().await? {
    ///     // Deleting a row does not move the following pages.
    ///     notes.delete(&note.object_id).await?;
    /// }
    /// assert_eq!(notes.count().await?, 0);
    /// # });
    /// ```
    pub fn by_key(mut self) -> Self {
        self.parameters.by_key = true;
        self
    }

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
