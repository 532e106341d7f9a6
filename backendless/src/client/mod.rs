//! The client of an application, and the handles of its services.

mod builder;

use std::fmt;

pub use builder::ClientBuilder;

use crate::cache::Cache;
use crate::cloud_code::CloudCode;
use crate::counters::Counters;
use crate::data::Table;
use crate::files::Files;
use crate::geo::Geo;
use crate::messaging::Messaging;
use crate::transport::{Caller, Transport};
use crate::users::Users;
use crate::{Profile, Result, UserToken};

/// Client of a Backendless application, on behalf of one user or anonymous.
///
/// A client is a handle: it is cheap to clone, all clones share one connection pool, and it can be moved into tasks and kept
/// in the state of a web service. It does not need an `Arc`.
///
/// ```
/// use backendless::Client;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Person {
///     name: String,
///     age: u8,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = backendless_local::Server::start().await?;
/// # let (app_id, api_key) = (server.app_id(), server.api_key());
/// let client = Client::builder(app_id, api_key).api_url(server.url()).build()?;
/// let people = client.data::<Person>("Person");
/// let bob = people.create(&Person { name: "Bob".into(), age: 20 }).await?;
/// assert_eq!(people.get(&bob.object_id).await?.age, 20);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) profile: Profile,
}

impl Client {
    /// A client with the usual settings, for the application `app_id` with the REST API key
    /// `api_key`, as shown on the start page of Backendless Console.
    ///
    /// # Errors
    ///
    /// See [`ClientBuilder::build`].
    ///
    /// ```
    /// let client = backendless::Client::new("A0F5", "9C41")?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn new(app_id: impl Into<String>, api_key: impl Into<String>) -> Result<Self> {
        Self::builder(app_id, api_key).build()
    }

    /// A client with the settings of the environment: `BACKENDLESS_APP_ID` and
    /// `BACKENDLESS_API_KEY`, and `BACKENDLESS_API_URL` if it is not the default.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a variable is missing or not
    /// Unicode, and as [`ClientBuilder::build`]; the text names the variable.
    ///
    /// ```
    /// let error = backendless::Client::from_env().unwrap_err();
    /// assert_eq!(error.to_string(), "BACKENDLESS_APP_ID is not set");
    /// ```
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env(|name| std::env::var_os(name))?.build()
    }

    /// Starts a client with settings of its own; see [`ClientBuilder`].
    pub fn builder(app_id: impl Into<String>, api_key: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(app_id.into(), api_key.into())
    }

    /// The same application as the user whose session has this token. This client is untouched.
    ///
    /// A token that no HTTP header can hold is refused by every call of the new client, with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), before anything is sent. A token
    /// that is unknown or over is refused by the service, with
    /// [`Unauthorized`](crate::ErrorKind::Unauthorized).
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let as_bob = client.with_user_token("0E5A6F40-8F3C");
    /// assert!(as_bob.user_token().is_some());
    /// assert!(client.user_token().is_none());
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn with_user_token(&self, token: impl Into<UserToken>) -> Self {
        self.with_caller(Caller::User(token.into()))
    }

    /// The same application as nobody in particular. This client is untouched.
    #[must_use]
    pub fn without_user_token(&self) -> Self {
        self.with_caller(Caller::Anonymous)
    }

    /// The token of the user as whom this client calls; none for a client with
    /// [`credentials`](ClientBuilder::credentials), whose token changes.
    #[must_use]
    pub fn user_token(&self) -> Option<&UserToken> {
        match self.transport.caller() {
            Caller::User(token) => Some(token),
            Caller::Anonymous | Caller::Account(_) => None,
        }
    }

    /// The table `name`, with rows of type `T`.
    ///
    /// `T` is a struct of the caller's own, with a field for each column of interest;
    /// [`Record`](crate::Record) serves for rows of any shape. The name is checked when a call is
    /// made.
    pub fn data<T>(&self, name: impl Into<String>) -> Table<T> {
        Table::new(self.clone(), name.into())
    }

    /// Registration, login and passwords of the application's users.
    #[must_use]
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// Files in the application's storage.
    #[must_use]
    pub fn files(&self) -> Files {
        Files::new(self.clone())
    }

    /// Messages in channels, push notifications and e-mail.
    #[must_use]
    pub fn messaging(&self) -> Messaging {
        Messaging::new(self.clone())
    }

    /// Points on the map.
    #[must_use]
    pub fn geo(&self) -> Geo {
        Geo::new(self.clone())
    }

    /// The key-value cache.
    #[must_use]
    pub fn cache(&self) -> Cache {
        Cache::new(self.clone())
    }

    /// Atomic counters.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters::new(self.clone())
    }

    /// Methods of the application's own Cloud Code services.
    #[must_use]
    pub fn cloud_code(&self) -> CloudCode {
        CloudCode::new(self.clone())
    }

    /// Creates the request for a prepared operation of [`raw`](crate::raw).
    ///
    /// The request has the app path, the user token and the settings of this client, and the functions of `raw` are generated
    /// from the OpenAPI document of the service. They are not covered by the version promise of this crate: they change with
    /// the document and with the generator.
    ///
    /// ```
    /// use backendless::raw;
    ///
    /// # backendless_local::doc_example!(|client| {
    /// # client.data::<backendless::Record>("Person").create(&serde_json::json!({"name": "Bob"})).await?;
    /// let count = client.send(raw::count_objects("Person", None)?).await?;
    /// assert_eq!(count, 1);
    /// # });
    /// ```
    #[cfg(feature = "raw")]
    pub fn send<R: 'static>(&self, prepared: crate::prepared::Prepared<R>) -> crate::Request<R> {
        crate::Request::new(self, Ok(prepared))
    }

    fn with_caller(&self, caller: Caller) -> Self {
        Self {
            transport: self.transport.with_caller(caller),
            profile: self.profile,
        }
    }
}

/// Prints the origin of the API and the kind of the caller, and no identity.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.transport.origin())
            .field("caller", self.transport.caller())
            .finish_non_exhaustive()
    }
}
