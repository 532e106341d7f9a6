//! The client of an application.
//!
//! The methods that return the handles of services, such as `Client::counters`, are in the modules of the services.

mod builder;
mod login;

use std::fmt;

pub use builder::ClientBuilder;
pub(crate) use login::login_user;

use crate::transport::{Application, Caller, Transport};
use crate::{Profile, Result, Usage, UserToken};

/// Client of a Backendless application, which sends its requests anonymously or on behalf of one user.
///
/// A cheap handle: clone it and move it into tasks, or keep it in the state of a web service. All clones share one
/// connection pool. It does not need an `Arc`.
///
/// # Runtimes
///
/// A connection is driven by the tokio runtime on which it was opened, and the pool is shared. Use a client on one
/// runtime. If it is used on several runtimes, and one of them stops running, as a current-thread runtime does outside
/// of `block_on`, a request on another runtime may get a connection of that runtime and time out. The message of such a
/// [`Timeout`](crate::ErrorKind::Timeout) error names this possible cause. For blocking code, keep one runtime and call
/// its `block_on` for each request; a multi-thread runtime also drives connections between these calls.
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Person {
///     name: String,
///     age: u8,
/// }
///
/// # backendless_local::doc_example!(|client, server| {
/// # let (app_id, api_key) = (server.app_id(), server.api_key());
/// let client = backendless::Client::builder(app_id, api_key).api_url(server.url()).build()?;
/// let people = client.data::<Person>("Person");
/// let bob = people.create(&Person { name: "Bob".into(), age: 20 }).await?;
/// assert_eq!(people.get(&bob.object_id).await?.age, 20);
/// # });
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) profile: Profile,
}

impl Client {
    /// Creates a client with the default settings, for the application `app_id` with the REST API key `api_key`. Both
    /// are shown on the start page of Backendless Console.
    ///
    /// The client sends the requests that the OpenAPI document specifies. In a few places the live service differs from
    /// it. For an application at backendless.com, choose [`Profile::Live`] with [`Client::builder`] and
    /// [`profile`](ClientBuilder::profile), or with [`Client::from_env`] and the variable `BACKENDLESS_PROFILE`.
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

    /// Creates a client with the settings of these environment variables:
    ///
    /// | variable | setting |
    /// | --- | --- |
    /// | `BACKENDLESS_APP_ID` | the application id |
    /// | `BACKENDLESS_API_KEY` | the REST API key |
    /// | `BACKENDLESS_API_URL` | [`api_url`](ClientBuilder::api_url), if it is set |
    /// | `BACKENDLESS_DOMAIN` | the domain of [`Client::for_domain`], in place of the three above |
    /// | `BACKENDLESS_PROFILE` | [`profile`](ClientBuilder::profile), if it is set: `document` or `live`, ignoring case |
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a variable is required and not set, is set and empty, or
    /// has an invalid value, and if `BACKENDLESS_DOMAIN` is set together with one that it replaces. The message names the
    /// variable and never contains its value. An empty variable is an error, because it is usually a mistake in a
    /// configuration. See also [`ClientBuilder::build`].
    ///
    /// ```
    /// let error = backendless::Client::from_env().unwrap_err();
    /// assert_eq!(error.to_string(), "BACKENDLESS_APP_ID is not set");
    /// ```
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env(|name| std::env::var_os(name))?.build()
    }

    /// Creates a builder of a client with other settings than the default; see [`ClientBuilder`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let builder = backendless::Client::builder("A0F5", "9C41").timeout(Duration::from_secs(20));
    /// let client = builder.build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn builder(app_id: impl Into<String>, api_key: impl Into<String>) -> ClientBuilder {
        let application = Application::with_keys(app_id.into(), api_key.into());
        ClientBuilder::new(application)
    }

    /// Creates a builder of a client for the application at a domain of its own: the one that every application has, as
    /// in `https://name.backendless.app`, or one that it was configured with.
    ///
    /// `domain` is the origin, with `https://`. The requests are sent to `{domain}/api/..`; [`ClientBuilder::api_path`]
    /// sets another path than `/api`. No URL contains the app id and the REST API key, so no log of a proxy shows them.
    ///
    /// The builder has the default settings of [`Client::builder`], except that [`api_url`](ClientBuilder::api_url) is an
    /// error. For an application at backendless.com, choose [`Profile::Live`].
    ///
    /// The client knows neither the app id nor the key, so it cannot recognize them in messages of the service, as a
    /// client of [`Client::builder`] does: it withholds messages with user tokens, passwords and the secrets in the URL of
    /// a file only.
    ///
    /// # Errors
    ///
    /// [`ClientBuilder::build`] rejects a domain that is not http or https, or contains a user name, a path, a query or a
    /// fragment.
    ///
    /// Source: the pages of the [REST documentation](https://backendless.com/docs/rest/) and the
    /// [JS-SDK](https://github.com/Backendless/JS-SDK/blob/master/src/index.js), whose `apiURI` is `/api`.
    ///
    /// ```
    /// use backendless::Client;
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// let domain = server.url(); // https://name.backendless.app
    /// let client = Client::for_domain(domain).build()?;
    /// assert_eq!(client.counters().increment("visits").await?, 1);
    /// # });
    /// ```
    pub fn for_domain(domain: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(Application::at_domain(domain.into()))
    }

    /// Returns a client of the same application that sends its requests on behalf of the user whose session has this
    /// token. This client does not change.
    ///
    /// If an HTTP header cannot contain the token, each request of the new client is rejected before it is sent, with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument). If the token is unknown or expired, the service rejects
    /// the request, with [`Unauthorized`](crate::ErrorKind::Unauthorized).
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

    /// Returns a client of the same application that sends its requests anonymously. This client does not change.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// let as_bob = client.with_user_token("0E5A6F40-8F3C");
    /// assert!(as_bob.without_user_token().user_token().is_none());
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn without_user_token(&self) -> Self {
        self.with_caller(Caller::Anonymous)
    }

    /// Returns the token of the user on whose behalf this client sends its requests.
    ///
    /// It is `None` for a client with [`credentials`](ClientBuilder::credentials), whose token changes.
    ///
    /// ```
    /// # let client = backendless::Client::new("A0F5", "9C41")?;
    /// assert!(client.user_token().is_none());
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn user_token(&self) -> Option<&UserToken> {
        match self.transport.caller() {
            Caller::User(token) => Some(token),
            Caller::Anonymous | Caller::Account(_) => None,
        }
    }

    /// Returns how many requests this client and its clones sent in the current and in the busiest minute.
    ///
    /// `None` without a [limit](ClientBuilder::requests_per_minute): without one, requests are not counted. To count them
    /// without limiting them, set a limit that they do not reach.
    ///
    /// ```
    /// let client = backendless::Client::new("A0F5", "9C41")?;
    /// assert_eq!(client.usage(), None);
    /// let client = backendless::Client::builder("A0F5", "9C41").requests_per_minute(50).build()?;
    /// assert_eq!(client.usage().map(|usage| usage.current_minute()), Some(0));
    /// # Ok::<(), backendless::Error>(())
    /// ```
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        self.transport.usage()
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
