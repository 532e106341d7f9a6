//! The settings of a client, and their check.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::SystemClock;
use crate::profile::Profile;
use crate::transport::{Account, Budget, Caller, HttpConfig, Shared, Transport, token_header};
use crate::users::login_request;
use crate::{Client, Clock, Error, Result, RetryPolicy, UserToken};

const DEFAULT_API_URL: &str = "https://api.backendless.com";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_RETRY_BUDGET: u32 = 100;
const DEFAULT_MAX_RESPONSE_SIZE: usize = 64 * 1024 * 1024;

/// The settings of a [`Client`]; made by [`Client::builder`].
///
/// Nothing is checked before [`build`](Self::build), whose error names the setting.
///
/// ```
/// use backendless::Client;
/// use std::time::Duration;
///
/// let client = Client::builder("A0F5", "9C41")
///     .api_url("https://eu-api.backendless.com")
///     .timeout(Duration::from_secs(20))
///     .user_agent("shop/1.4")
///     .build()?;
/// # Ok::<(), backendless::Error>(())
/// ```
#[must_use = "a builder has no effect until `build` is called"]
pub struct ClientBuilder {
    http: HttpConfig,
    caller: Caller,
    profile: Profile,
    retry: RetryPolicy,
    retry_budget: u32,
    jitter_seed: Option<u64>,
    clock: Arc<dyn Clock>,
    max_response_size: usize,
    timeout: Duration,
    attempt_timeout: Duration,
}

impl ClientBuilder {
    pub(super) fn new(app_id: String, api_key: String) -> Self {
        Self {
            http: HttpConfig {
                app_id: app_id.into(),
                api_key: api_key.into(),
                api_url: DEFAULT_API_URL.into(),
                connect_timeout: DEFAULT_CONNECT_TIMEOUT,
                user_agent: concat!("backendless-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
                #[cfg(any(feature = "rustls", feature = "native-tls"))]
                root_certificates: Vec::new(),
                proxy: None,
            },
            caller: Caller::Anonymous,
            profile: Profile::default(),
            retry: RetryPolicy::default(),
            retry_budget: DEFAULT_RETRY_BUDGET,
            jitter_seed: None,
            clock: Arc::new(SystemClock),
            max_response_size: DEFAULT_MAX_RESPONSE_SIZE,
            timeout: DEFAULT_TIMEOUT,
            attempt_timeout: DEFAULT_ATTEMPT_TIMEOUT,
        }
    }

    pub(super) fn from_env(get: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let text = |name: &str, value: OsString| {
            value
                .into_string()
                .map_err(|_| Error::invalid_argument(format!("{name} is not Unicode")))
        };
        let required = |name: &str| match get(name) {
            Some(value) if !value.is_empty() => text(name, value),
            Some(_) => Err(Error::invalid_argument(format!("{name} is empty"))),
            None => Err(Error::invalid_argument(format!("{name} is not set"))),
        };
        let builder = Self::new(
            required("BACKENDLESS_APP_ID")?,
            required("BACKENDLESS_API_KEY")?,
        );
        match get("BACKENDLESS_API_URL") {
            Some(url) => Ok(builder.api_url(text("BACKENDLESS_API_URL", url)?)),
            None => Ok(builder),
        }
    }

    /// The address of the API: an origin, with a path in front of the app path where the server
    /// wants one, as `http://backendless.local:8080/api`.
    ///
    /// The default is `https://api.backendless.com`; the European cluster is at
    /// `https://eu-api.backendless.com`.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.http.api_url = url.into().into();
        self
    }

    /// The user as whom the client calls, by the token of a session. It takes the place of
    /// [`credentials`](Self::credentials).
    pub fn user_token(mut self, token: impl Into<UserToken>) -> Self {
        self.caller = Caller::User(token.into());
        self
    }

    /// Makes this the client of a service account: it logs in with these when the first call needs
    /// it, and again when the service says that the session is over (codes 3064, 3048 and 3091).
    ///
    /// All clones share the session, and however many calls wait for a login, there is one. The call
    /// that was refused is then made again, but for a body that is a stream, and but for a Cloud Code
    /// method, which may have done a part of its work. A login that fails is the error of all calls
    /// that waited for it; the next call tries anew.
    ///
    /// It takes the place of [`user_token`](Self::user_token).
    ///
    /// ```
    /// use backendless::{Client, Registration};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// # let guest = Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// # guest.users().register(Registration::new("pa55").email("robot@example.com")).await?;
    /// let client = Client::builder(server.app_id(), server.api_key())
    ///     .api_url(server.url())
    ///     .credentials("robot@example.com", "pa55")
    ///     .build()?;
    /// let note = client
    ///     .data::<backendless::Record>("Note")
    ///     .create(&serde_json::json!({"text": "milk"}))
    ///     .await?;
    /// assert!(note.owner_id.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn credentials(mut self, login: impl Into<String>, password: impl Into<String>) -> Self {
        let request = login_request(login.into(), password.into());
        self.caller = Caller::Account(Arc::new(Account::new(request)));
        self
    }

    /// Whose word is followed where the OpenAPI document and the live service differ in what is
    /// sent. The default is [`Profile::Document`]; [`Profile`] lists the differences.
    ///
    /// ```
    /// use backendless::{Client, Profile};
    ///
    /// let client = Client::builder("A0F5", "9C41").profile(Profile::Live).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// How calls are tried again; see [`RetryPolicy`] for which, and for the default.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how many retries the requests of the client and its clones may use while none succeeds. The default is 100.
    ///
    /// Each retry takes one from the budget, and ten successful requests return one, so that an outage is not answered with
    /// a multiple of the load. With an empty budget, requests fail after their first attempt.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").retry_budget(20).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// Sets the seed of the random delays between retries, for reproducible tests. By default it is random.
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.jitter_seed = Some(seed);
        self
    }

    /// The clock by which the client waits between attempts, for tests that should not wait.
    ///
    /// ```
    /// use std::future::{Future, ready};
    /// use std::pin::Pin;
    /// use std::time::{Duration, Instant, SystemTime};
    ///
    /// /// Never waits.
    /// #[derive(Debug)]
    /// struct Impatient;
    ///
    /// impl backendless::Clock for Impatient {
    ///     fn now(&self) -> Instant {
    ///         Instant::now()
    ///     }
    ///
    ///     fn system_time(&self) -> SystemTime {
    ///         SystemTime::now()
    ///     }
    ///
    ///     fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    ///         Box::pin(ready(()))
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = backendless::Client::builder("A0F5", "9C41")
    ///     .api_url("http://127.0.0.1:9") // nobody is there
    ///     .clock(Impatient)
    ///     .build()?;
    /// let error = client.counters().increment("visits").await.unwrap_err();
    /// assert_eq!((error.kind(), error.attempts()), (backendless::ErrorKind::Connect, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The longest answer that is read into memory, in bytes, unpacked; the default is 64 MiB. A
    /// longer one is an error of kind [`Decode`](crate::ErrorKind::Decode). A download that is read
    /// as a stream has no limit.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// The most that a whole call may take: all attempts, the waits between them, and a login of a
    /// service account. At least 1 ms; the default is 60 s.
    ///
    /// An upload has no such limit unless the call sets one: it is limited by its progress.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The most that one attempt may take, from sending the request to the end of the answer. At
    /// least 1 ms; the default is 30 s.
    ///
    /// For an upload and a download it is the most that may pass without a piece going through.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// The most that connecting may take: name resolution, TCP and TLS. At least 1 ms; the default
    /// is 10 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http.connect_timeout = limit;
        self
    }

    /// The `User-Agent` of every request, as `shop/1.4`. The default names this crate.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.http.user_agent = name.into();
        self
    }

    /// Trusts a certificate authority beside those of the operating system.
    ///
    /// `pem` holds one certificate or several, in PEM form.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Sends every request through the HTTP proxy at `url`, instead of those that the environment
    /// names (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(url.into().into());
        self
    }

    /// Validates the settings and creates the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), with the name of the setting and never its value: an app id or
    /// key that is empty or cannot be a path segment; an API URL that is not http or https, or contains a user name, a query or
    /// a fragment; a timeout below 1 ms; a token or user agent that a header cannot contain; a certificate or proxy that cannot
    /// be parsed.
    pub fn build(self) -> Result<Client> {
        for (name, timeout) in [
            ("timeout", self.timeout),
            ("attempt_timeout", self.attempt_timeout),
            ("connect_timeout", self.http.connect_timeout),
        ] {
            if timeout < Duration::from_millis(1) {
                let problem = format!("{name} is less than 1 ms");
                return Err(Error::invalid_argument(problem));
            }
        }
        let http = self.http.build()?;
        if let Caller::User(token) = &self.caller {
            token_header(token)?;
        }
        let shared = Shared {
            http,
            app_id: self.http.app_id,
            api_key: self.http.api_key,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_response_size: self.max_response_size,
            budget: Budget::new(self.retry_budget, self.jitter_seed),
            retry: self.retry,
            clock: self.clock,
        };
        Ok(Client {
            transport: Transport::new(shared, self.caller),
            profile: self.profile,
        })
    }
}

/// Tells no setting that is a secret or may hold one.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("caller", &self.caller)
            .field("profile", &self.profile)
            .field("retry", &self.retry)
            .field("retry_budget", &self.retry_budget)
            .field("clock", &self.clock)
            .field("max_response_size", &self.max_response_size)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("connect_timeout", &self.http.connect_timeout)
            .field("user_agent", &self.http.user_agent)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn problem(builder: ClientBuilder) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    }

    #[test]
    fn an_app_id_or_key_that_is_no_segment_is_refused_without_its_value() {
        for bad in ["", ".", "..", "SECRET/x", "SECRET\\x", "SECRET\n"] {
            let of_id = problem(Client::builder(bad, "KEY"));
            let of_key = problem(Client::builder("APP", bad));
            assert!(of_id.starts_with("app_id "), "{of_id}");
            assert!(of_key.starts_with("api_key "), "{of_key}");
            assert!(!of_id.contains("SECRET") && !of_key.contains("SECRET"));
        }
    }

    #[test]
    fn an_api_url_that_cannot_be_called_is_refused_without_its_value() {
        for bad in [
            "",
            "api.example.com",
            "ftp://example.com",
            "file:///etc",
            "https://",
            "https://SECRET@example.com",
            "https://u:SECRET@example.com",
            "https://example.com?key=SECRET",
            "https://example.com#SECRET",
        ] {
            let text = problem(Client::builder("APP", "KEY").api_url(bad));
            assert!(text.starts_with("api_url "), "{bad}: {text}");
            assert!(!text.contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn other_settings_are_refused_by_name() {
        let builder = || Client::builder("APP", "KEY");
        for (bad, name) in [
            (builder().timeout(Duration::ZERO), "timeout"),
            (builder().attempt_timeout(Duration::ZERO), "attempt_timeout"),
            (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
            (builder().user_agent("a\nb"), "user_agent"),
            (builder().user_token("SECRET\n"), "user_token"),
            (builder().user_token(""), "user_token"),
            (builder().proxy("SECRET"), "proxy"),
        ] {
            let text = problem(bad);
            assert!(text.starts_with(name), "{name}: {text}");
            assert!(!text.contains("SECRET"), "{text}");
        }
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[test]
    fn what_is_no_root_certificate_is_refused() {
        let text = problem(Client::builder("APP", "KEY").root_certificate("no PEM"));
        assert!(text.starts_with("root_certificate "), "{text}");
    }

    #[test]
    fn the_environment_is_read_and_a_variable_that_is_missing_or_empty_is_named() {
        let full = |name: &str| match name {
            "BACKENDLESS_APP_ID" => Some("APP".into()),
            "BACKENDLESS_API_KEY" => Some("KEY".into()),
            "BACKENDLESS_API_URL" => Some("http://localhost:9080".into()),
            other => panic!("{other} is not read"),
        };
        let client = ClientBuilder::from_env(full).unwrap().build().unwrap();
        assert!(format!("{client:?}").contains("http://localhost:9080"));

        let missing = |name: &str| (name == "BACKENDLESS_APP_ID").then(|| "APP".into());
        let text = ClientBuilder::from_env(missing).unwrap_err().to_string();
        assert_eq!(text, "BACKENDLESS_API_KEY is not set");
        let text = ClientBuilder::from_env(|_| Some("".into()))
            .unwrap_err()
            .to_string();
        assert_eq!(text, "BACKENDLESS_APP_ID is empty");
    }

    #[test]
    fn debug_tells_no_secret() {
        let builder = Client::builder("SECRET-1", "SECRET-2")
            .user_token("SECRET-3")
            .api_url("http://localhost/SECRET-4")
            .proxy("http://u:SECRET-5@localhost");
        assert!(!format!("{builder:#?}").contains("SECRET"));
        let client = builder.build().unwrap();
        assert!(!format!("{client:#?}").contains("SECRET"));
    }
}
