//! Searches whose rows are returned in groups.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::bulk::row_count;
use super::query::{Query, QueryBody, check_page_size, joined};
use super::{Object, Table};
use crate::encode::to_value;
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::{COUNT_OBJECTS_IN_GROUP, GROUP_OBJECTS, Operation};
use crate::request::{Request, RequestFuture, sealed};
use crate::{Error, Result};

/// Request that returns rows in groups; created by [`Table::find_grouped`](super::Table::find_grouped).
///
/// Awaited, it returns a [`GroupPage`]: the groups of the first column, each with a page of the groups of the next column, and
/// in the groups of the last column a page of rows. [`in_group`](Self::in_group) selects one group, whose further pages are
/// read with [`offset`](Self::offset).
///
/// It computes no aggregates: see [`Find::group_by`](crate::Find::group_by).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let people = client.data::<backendless::Record>("Person");
/// # for (name, city) in [("Bob", "Oslo"), ("Eva", "Rome"), ("Ann", "Oslo")] {
/// #     people.create(&serde_json::json!({"name": name, "city": city})).await?;
/// # }
/// let cities = people.find_grouped(["city"]).sort_by("name").await?;
/// let oslo = &cities.groups[0];
/// assert_eq!((oslo.column.as_str(), &oslo.value), ("city", &"Oslo".into()));
/// assert_eq!(oslo.page.objects[0]["name"], "Ann");
/// # });
/// ```
pub type GroupFind<T> = Request<GroupPage<T>, GroupFindParameters<T>>;

/// Page of groups, or of rows if they are not grouped further.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let people = client.data::<backendless::Record>("Person");
/// # for city in ["Oslo", "Rome", "Oslo"] {
/// #     people.create(&serde_json::json!({"city": city})).await?;
/// # }
/// let page = people.find_grouped(["city"]).page_size(1).await?;
/// assert_eq!((page.groups.len(), page.objects.len(), page.has_next_page), (1, 0, true));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GroupPage<T> {
    /// Groups of this page; empty if its rows are not grouped further.
    pub groups: Vec<Group<T>>,
    /// Rows of this page; empty if it has groups.
    pub objects: Vec<Object<T>>,
    /// Whether further groups or rows follow behind this page.
    pub has_next_page: bool,
}

/// Group of rows that have the same value in a column.
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let people = client.data::<backendless::Record>("Person");
/// # people.create(&serde_json::json!({"city": "Oslo"})).await?;
/// for city in people.find_grouped(["city"]).await?.groups {
///     println!("{}: {} people", city.value, city.page.objects.len());
/// }
/// # });
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Group<T> {
    /// Name of the column.
    pub column: String,
    /// Value of the column in all rows of the group.
    pub value: Value,
    /// First page of the groups or rows of this group.
    pub page: GroupPage<T>,
}

/// Parameters of [`GroupFind`].
pub struct GroupFindParameters<T> {
    query: Query,
    path: Vec<(String, std::result::Result<Value, String>)>,
    depth: Option<u32>,
    group_page_size: Option<u32>,
    records_page_size: Option<u32>,
    rows: PhantomData<fn() -> T>,
}

/// Body of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupBody<'q> {
    #[serde(flatten)]
    query: QueryBody<'q>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group_path: Vec<GroupColumn<'q>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_depth: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_page_size: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    records_page_size: Option<i64>,
}

#[derive(Serialize)]
struct GroupColumn<'q> {
    column: &'q str,
    value: &'q Value,
}

impl<T> GroupFindParameters<T> {
    fn new(table: Arc<str>, columns: Vec<String>) -> Self {
        let mut query = Query::new(table);
        query.group_by = columns;
        Self {
            query,
            path: Vec::new(),
            depth: None,
            group_page_size: None,
            records_page_size: None,
            rows: PhantomData,
        }
    }

    fn body(&self, operation: &'static Operation) -> Result<GroupBody<'_>> {
        let body = self.checked_body();
        body.map_err(|error| error.with_operation(operation))
    }

    fn checked_body(&self) -> Result<GroupBody<'_>> {
        if joined(&self.query.group_by).is_none() {
            return Err(Error::invalid_argument("there are no columns to group by"));
        }
        let path = self.path.iter().map(|(column, value)| match value {
            Ok(value) => Ok(GroupColumn { column, value }),
            Err(problem) => Err(Error::invalid_argument(format!(
                "the value of a group cannot be sent: {problem}"
            ))),
        });
        Ok(GroupBody {
            query: self.query.body()?,
            group_path: path.collect::<Result<_>>()?,
            group_depth: self.depth,
            group_page_size: check_page_size("group_page_size", self.group_page_size)?,
            records_page_size: check_page_size("records_page_size", self.records_page_size)?,
        })
    }
}

/// Prints the search; the values of groups are the caller's data.
impl<T> fmt::Debug for GroupFindParameters<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupFind")
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}

impl<T> GroupFind<T> {
    /// Groups only the rows that match `filter`. If it is set again, both must match.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd"]).filter("n > 2").await?.groups;
    /// assert_eq!((groups.len(), &groups[0].value), (1, &true.into()));
    /// # });
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.parameters.query.add_filter(filter.into());
        self
    }

    /// Sorts groups and rows by a column, such as `"age desc"`. Groups are sorted by their column. If it is set again, what is
    /// equal so far is sorted by the next column.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd"]).sort_by("odd desc").sort_by("n desc").await?.groups;
    /// assert_eq!((&groups[0].value, &groups[0].page.objects[0]["n"]), (&true.into(), &3.into()));
    /// # });
    /// ```
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.parameters.query.sort_by.push(column.into());
        self
    }

    /// Returns only these properties of the rows.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd"]).properties(["n"]).await?.groups;
    /// assert!(!groups[0].page.objects[0].contains_key("odd"));
    /// # });
    /// ```
    pub fn properties<P: Into<String>>(mut self, properties: impl IntoIterator<Item = P>) -> Self {
        let selected = &mut self.parameters.query.selection.properties;
        selected.extend(properties.into_iter().map(Into::into));
        self
    }

    /// Selects the group whose rows have `value` in `column`: the page is then that of the group. Call it for each column of
    /// the path to the group, in the order of the columns.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let odd = notes.find_grouped(["odd"]).in_group("odd", true).sort_by("n").offset(1).await?;
    /// assert_eq!((odd.objects.len(), &odd.objects[0]["n"]), (1, &3.into()));
    /// # });
    /// ```
    pub fn in_group(mut self, column: impl Into<String>, value: impl Serialize) -> Self {
        self.parameters.path.push((column.into(), to_value(&value)));
        self
    }

    /// Sets the maximum number of groups or rows in the page itself, from 1 to 100. The default of the service is 10.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// assert_eq!(notes.find_grouped(["n"]).page_size(3).await?.groups.len(), 3);
    /// # });
    /// ```
    pub fn page_size(mut self, items: u32) -> Self {
        self.parameters.query.page_size = Some(items);
        self
    }

    /// Skips this many groups or rows of the page itself. The default is 0.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n})).await?; }
    /// assert_eq!(notes.find_grouped(["n"]).offset(3).await?.groups[0].value, 3);
    /// # });
    /// ```
    pub fn offset(mut self, items: u64) -> Self {
        self.parameters.query.offset = Some(items);
        self
    }

    /// Sets how many levels of groups are returned. The default of the official SDKs is 3. Deeper groups have no items.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd", "n"]).group_depth(1).await?.groups;
    /// assert!(groups[0].page.groups.is_empty() && groups[0].page.has_next_page);
    /// # });
    /// ```
    pub fn group_depth(mut self, levels: u32) -> Self {
        self.parameters.depth = Some(levels);
        self
    }

    /// Sets the maximum number of groups within a group, from 1 to 100. The default of the service is 10.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd", "n"]).group_page_size(1).await?.groups;
    /// assert_eq!(groups[0].page.groups.len(), 1);
    /// # });
    /// ```
    pub fn group_page_size(mut self, groups: u32) -> Self {
        self.parameters.group_page_size = Some(groups);
        self
    }

    /// Sets the maximum number of rows within a group, from 1 to 100. The default of the service is 10.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let groups = notes.find_grouped(["odd"]).records_page_size(1).await?.groups;
    /// assert_eq!((groups[0].page.objects.len(), groups[0].page.has_next_page), (1, true));
    /// # });
    /// ```
    pub fn records_page_size(mut self, rows: u32) -> Self {
        self.parameters.records_page_size = Some(rows);
        self
    }

    /// Counts the groups or rows of the group that [`in_group`](Self::in_group) selects.
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if no group is selected.
    /// - As [`Table::find_grouped`](super::Table::find_grouped).
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// assert_eq!(notes.find_grouped(["odd"]).in_group("odd", true).count().await?, 2);
    /// # });
    /// ```
    pub fn count(self) -> Request<u64> {
        let (client, parameters, settings) = self.into_parts();
        let operation = &COUNT_OBJECTS_IN_GROUP;
        let request = match parameters.path.is_empty() {
            true => {
                let problem = "no group is selected: call `in_group`";
                Err(Error::invalid_argument(problem).with_operation(operation))
            }
            false => parameters
                .body(operation)
                .and_then(|body| raw::count_objects_in_group(&parameters.query.table, &body)),
        };
        row_count(&client, request).with_settings(settings)
    }
}

impl<T: DeserializeOwned + Send + 'static> sealed::Sendable<GroupPage<T>>
    for GroupFindParameters<T>
{
    fn send(request: Request<GroupPage<T>, Self>) -> RequestFuture<GroupPage<T>> {
        let (client, parameters, settings) = request.into_parts();
        let body = parameters.body(&GROUP_OBJECTS);
        let request = body.and_then(|body| raw::group_objects(&parameters.query.table, &body));
        Request::new(&client, request)
            .with_settings(settings)
            .into_future()
    }
}

impl<T: DeserializeOwned + Send + 'static> Table<T> {
    /// Creates a search whose rows are returned in groups: by the first of `columns`, within these by the second, and so on;
    /// see [`GroupFind`].
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/data_data_retrieval_with_grouping.html)).
    ///
    /// # Errors
    ///
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if there are no columns, or if the filter or a page size cannot
    ///   be sent.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the table does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 1006 if a column does not exist, and with code 19000 if the service cannot
    ///   parse the where clause.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let notes = client.data::<backendless::Record>("Note");
    /// # for n in 0..4 { notes.create(&serde_json::json!({"n": n, "odd": n % 2 == 1})).await?; }
    /// let page = notes.find_grouped(["odd", "n"]).await?;
    /// let [even, odd] = &page.groups[..] else { panic!("{page:?}") };
    /// assert_eq!((&even.value, even.page.groups.len()), (&false.into(), 2));
    /// assert_eq!((&odd.page.groups[1].value, odd.page.groups[1].page.objects.len()), (&3.into(), 1));
    /// # });
    /// ```
    pub fn find_grouped<C: Into<String>>(
        &self,
        columns: impl IntoIterator<Item = C>,
    ) -> GroupFind<T> {
        let columns = columns.into_iter().map(Into::into).collect();
        let parameters = GroupFindParameters::new(Arc::clone(&self.name), columns);
        Request::with_parameters(self.client.clone(), parameters)
    }
}
