//! Roles of users.

use std::fmt;
use std::future::IntoFuture;

use serde::Serialize;

use super::{User, Users};
use crate::Result;
use crate::data::{Object, Record, and, check_offset, check_page_size, clause, joined};
use crate::filter::Filter;
use crate::generated::raw;
use crate::operations::FIND_USERS_BY_ROLE;
use crate::prepared::Prepared;
use crate::request::{Request, RequestFuture, sealed};

/// Body of an assignment.
#[derive(Serialize)]
struct Assignment {
    user: String,
    #[serde(rename = "roleName")]
    role: String,
}

impl Users {
    /// Returns the names of the roles that the requests of this client have: system roles such as `AuthenticatedUser`, and
    /// the roles that the application assigned to the user.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_retrieving_available_user_role.html)).
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let roles = client.users().roles().await?;
    /// assert_eq!(roles, ["NotAuthenticatedUser", "RestUser"]);
    /// # });
    /// ```
    pub fn roles(&self) -> Request<Vec<String>> {
        Request::map(
            &self.client,
            raw::get_user_roles(),
            Option::unwrap_or_default,
        )
    }

    /// Returns the names of the roles of a user. The documentation says that these include system roles; the local server
    /// returns the roles of the application only, because system roles follow from a request.
    ///
    /// The service carries this out only for server-side code, that is for a client with the Cloud Code API key of the
    /// application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_retrieving_user_roles_by_user_id.html)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) for a client with another API key. The documentation names no code; the
    ///   local server uses 2011.
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 3057 if the user does not exist.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the id cannot be a path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{Client, Registration};
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// let ann = client.users().register(Registration::new("pa55").email("ann@example.com")).await?;
    /// let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    /// let roles = code.build()?.users().roles_of(&ann.object_id).await?;
    /// assert!(!roles.contains(&"Managers".to_owned()));
    /// # });
    /// ```
    pub fn roles_of(&self, object_id: impl Into<String>) -> Request<Vec<String>> {
        Request::map(
            &self.client,
            raw::get_roles_of_user(&object_id.into()),
            Option::unwrap_or_default,
        )
    }

    /// Assigns a role of the application to a user. `identity` is what the user logs in with, or the user's objectId.
    ///
    /// The service carries this out only for server-side code, that is for a client with the Cloud Code API key of the
    /// application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/rest/users_assigning_a_role_to_a_user.html)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 2011 for a client with another API key, and with code 2007
    ///   for a system role.
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 2005 if the role does not exist, and with code 3057 if the user
    ///   does not exist.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{Client, Registration};
    /// use backendless_local::Server;
    ///
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let users = client.users();
    /// let ann = users.register(Registration::new("pa55").email("ann@example.com")).await?;
    ///
    /// let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    /// let code = code.build()?.users();
    /// code.assign_role("ann@example.com", "Managers").await?;
    /// assert!(code.roles_of(&ann.object_id).await?.contains(&"Managers".to_owned()));
    /// # });
    /// ```
    pub fn assign_role(&self, identity: impl Into<String>, role: impl Into<String>) -> Request<()> {
        let body = Assignment {
            user: identity.into(),
            role: role.into(),
        };
        Request::new(&self.client, raw::assign_role(&body))
    }

    /// Removes a role of the application from a user. `identity` is what the user logs in with, or the user's objectId.
    ///
    /// The service carries this out only for server-side code, that is for a client with the Cloud Code API key of the
    /// application.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/roles.js)).
    ///
    /// # Errors
    ///
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) with code 2011 for a client with another API key, and with code 2008
    ///   for a system role.
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 2005 if the role does not exist, and with code 3057 if the user
    ///   does not exist.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless::{Client, Registration};
    /// use backendless_local::Server;
    ///
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// # client.users().register(Registration::new("pa55").email("ann@example.com")).await?;
    /// let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
    /// let users = code.build()?.users();
    /// users.assign_role("ann@example.com", "Managers").await?;
    /// users.unassign_role("ann@example.com", "Managers").await?;
    /// assert!(users.find_by_role("Managers").await?.is_empty());
    /// # });
    /// ```
    pub fn unassign_role(
        &self,
        identity: impl Into<String>,
        role: impl Into<String>,
    ) -> Request<()> {
        let body = Assignment {
            user: identity.into(),
            role: role.into(),
        };
        Request::new(&self.client, raw::unassign_role(&body))
    }

    /// Finds the users who have a role of the application, one page at a time; see [`FindByRole`].
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/users/roles.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 2005 if the role does not exist.
    /// - [`Api`](crate::ErrorKind::Api) with code 19000 if the filter is not a valid where clause.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the page size is not 1 to 100, or the role cannot be a
    ///   path segment.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// use backendless_local::Server;
    ///
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").sort_by("email").await?;
    /// assert!(managers.is_empty());
    /// # });
    /// ```
    pub fn find_by_role(&self, role: impl Into<String>) -> FindByRole {
        Request::with_parameters(
            self.client.clone(),
            FindByRoleParameters {
                role: role.into(),
                load_roles: None,
                filter: None,
                sort_by: Vec::new(),
                page_size: None,
                offset: None,
            },
        )
    }
}

/// Request that finds the users who have a role; created by [`Users::find_by_role`].
///
/// ```
/// use backendless::{Client, Registration};
/// use backendless_local::Server;
///
/// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
/// # client.users().register(Registration::new("pa55").email("ann@example.com")).await?;
/// # let code = Client::builder(server.app_id(), server.cloud_code_key()).api_url(server.url());
/// # let users = code.build()?.users();
/// users.assign_role("ann@example.com", "Managers").await?;
/// let managers = users.find_by_role("Managers").load_roles(true).await?;
/// assert_eq!(managers[0].properties["roles"][0], "Managers");
/// # });
/// ```
pub type FindByRole = Request<Vec<User>, FindByRoleParameters>;

/// Parameters of [`FindByRole`].
#[derive(Clone)]
pub struct FindByRoleParameters {
    role: String,
    load_roles: Option<bool>,
    filter: Option<Filter>,
    sort_by: Vec<String>,
    page_size: Option<u32>,
    offset: Option<u64>,
}

impl FindByRole {
    /// Sets whether each user has the property `roles`, the names of its roles. The default is that of the service: no.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").load_roles(true).await?;
    /// # });
    /// ```
    pub fn load_roles(mut self, load: bool) -> Self {
        self.parameters.load_roles = Some(load);
        self
    }

    /// Finds only the users who match `filter`. If it is set again, both must match.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").filter("email like '%@example.com'").await?;
    /// # });
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let first = self.parameters.filter.take();
        self.parameters.filter = Some(and(first, filter.into()));
        self
    }

    /// Sorts by a column, such as `"name"` or `"name desc"`. If it is set again, users that are equal so far are sorted by
    /// the next column.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").sort_by("name").await?;
    /// # });
    /// ```
    pub fn sort_by(mut self, column: impl Into<String>) -> Self {
        self.parameters.sort_by.push(column.into());
        self
    }

    /// Sets the maximum number of users in the page, from 1 to 100. The default is that of the service, 10.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").page_size(100).await?;
    /// # });
    /// ```
    pub fn page_size(mut self, users: u32) -> Self {
        self.parameters.page_size = Some(users);
        self
    }

    /// Skips this many users. The default is 0.
    ///
    /// ```
    /// # use backendless_local::Server;
    /// # backendless_local::doc_example!(Server::builder().role("Managers"), |client, server| {
    /// let managers = client.users().find_by_role("Managers").sort_by("name").offset(100).await?;
    /// # });
    /// ```
    pub fn offset(mut self, users: u64) -> Self {
        self.parameters.offset = Some(users);
        self
    }
}

impl FindByRoleParameters {
    fn prepare(&self) -> Result<Prepared<Option<Vec<Object<Record>>>>> {
        let page_size = check_page_size("page_size", self.page_size)?;
        let offset = check_offset(self.offset)?;
        raw::find_users_by_role(
            &self.role,
            self.load_roles,
            offset,
            page_size,
            joined(&self.sort_by).as_deref(),
            clause(self.filter.as_ref())?,
        )
    }
}

impl sealed::Sendable<Vec<User>> for FindByRoleParameters {
    fn send(request: Request<Vec<User>, Self>) -> RequestFuture<Vec<User>> {
        let (client, parameters, settings) = request.into_parts();
        let request = parameters
            .prepare()
            .map_err(|error| error.with_operation(&FIND_USERS_BY_ROLE));
        let to_users = |rows: Option<Vec<Object<Record>>>| {
            let rows = rows.unwrap_or_default().into_iter();
            rows.map(User::from_row).collect()
        };
        Request::map(&client, request, to_users)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the page; the role and the filter are the caller's data.
impl fmt::Debug for FindByRoleParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FindByRole")
            .field("load_roles", &self.load_roles)
            .field("page_size", &self.page_size)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
