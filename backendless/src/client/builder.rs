//! Settings of a client, and their validation.

mod connection;
mod environment;
#[cfg(feature = "testing")]
mod responder;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::login::account;
use crate::clock::SystemClock;
use crate::profile::Profile;
use crate::secret::{RecentSecrets, secret_string};
use crate::transport::{
    Application, Budget, BuiltHttp, Caller, HttpConfig, RateLimiter, Runtimes, Shared, TlsConfig,
    Transport, token_header,
};
use crate::{Client, Clock, Error, Result, RetryPolicy, TokenStore, UserToken};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// The default timeout with a rate limit, for which a request may wait up to 60 seconds.
const DEFAULT_LIMITED_TIMEOUT: Duration = Duration::from_secs(120);
const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_RETRY_BUDGET: u32 = 100;
/// An average of 80 KiB for each of the 100 rows that a page has at most.
const DEFAULT_MAX_RESPONSE_SIZE: usize = 8 * 1024 * 1024;
/// A file is not decoded, so it needs no more memory than its size.
const DEFAULT_MAX_FILE_SIZE: usize = 64 * 1024 * 1024;

/// Settings of a [`Client`]; created by [`Client::builder`], or [`Client::for_domain`].
///
/// The settings are validated by [`build`](Self::build), whose error names the setting.
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
    token_store: Option<Arc<dyn TokenStore>>,
    profile: Profile,
    retry: RetryPolicy,
    retry_budget: u32,
    jitter_seed: Option<u64>,
    clock: Arc<dyn Clock>,
    max_response_size: Option<usize>,
    requests_per_minute: Option<u32>,
    timeout: Option<Duration>,
    attempt_timeout: Duration,
}

impl ClientBuilder {
    pub(super) fn new(application: Application) -> Self {
        Self {
            http: HttpConfig {
                application,
                connect_timeout: DEFAULT_CONNECT_TIMEOUT,
                user_agent: concat!("backendless-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
                builder: None,
                tls: TlsConfig::default(),
                proxy: None,
                #[cfg(feature = "testing")]
                responder: None,
            },
            caller: Caller::Anonymous,
            token_store: None,
            profile: Profile::default(),
            retry: RetryPolicy::default(),
            retry_budget: DEFAULT_RETRY_BUDGET,
            jitter_seed: None,
            clock: Arc::new(SystemClock),
            max_response_size: None,
            requests_per_minute: None,
            timeout: None,
            attempt_timeout: DEFAULT_ATTEMPT_TIMEOUT,
        }
    }

    /// Sets the URL of the API: an origin, and the path that precedes the app path if the server requires one, such as
    /// `http://backendless.local:8080/api`. The default is `https://api.backendless.com`; the European cluster is at
    /// `https://eu-api.backendless.com`.
    ///
    /// ```
    /// use backendless::Client;
    ///
    /// let client = Client::builder("A0F5", "9C41").api_url("https://eu-api.backendless.com").build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.http.application.set_api_url(url.into());
        self
    }

    /// Sets the path of the API at a domain, for a builder of [`Client::for_domain`]: its segments, not percent-encoded,
    /// each after a slash. The default is `/api`; `/` means that the API is at the root of the domain.
    ///
    /// ```
    /// use backendless::Client;
    ///
    /// let client = Client::for_domain("https://shop.example.com").api_path("/backendless/api").build()?;
    ///
    /// let invalid = Client::for_domain("https://shop.example.com").api_path("/../api");
    /// let text = invalid.build().unwrap_err().to_string();
    /// assert_eq!(text, "api_path contains a segment of dots, which would address another path");
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn api_path(mut self, path: impl Into<String>) -> Self {
        self.http.application.set_api_path(path.into());
        self
    }

    /// Sets the token of the user on whose behalf the client sends its requests. It replaces
    /// [`credentials`](Self::credentials).
    ///
    /// ```
    /// use backendless::Client;
    ///
    /// let client = Client::builder("A0F5", "9C41").user_token("0E5A6F40-8F3C").build()?;
    /// assert!(client.user_token().is_some());
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn user_token(mut self, token: impl Into<UserToken>) -> Self {
        self.caller = Caller::User(token.into());
        self
    }

    /// Sets the login and password of a service account. The client logs in before the first request that needs a
    /// session, and again when the service reports that the session is invalid or expired (codes 3064, 3048 and 3091).
    ///
    /// All clones share the session, and all requests that wait for a login share one login. After the login, the
    /// client sends the rejected request again, unless its body is a stream or it invokes Cloud Code, which may have
    /// processed a part of it. If the login fails, its error is returned for all requests that waited for it; the next
    /// request starts another login.
    ///
    /// It replaces [`user_token`](Self::user_token).
    ///
    /// ```
    /// use backendless::{Client, Registration};
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// # client.users().register(Registration::new("correct-horse-7").email("robot@example.com")).await?;
    /// let client = Client::builder(server.app_id(), server.api_key())
    ///     .api_url(server.url())
    ///     .credentials("robot@example.com", "correct-horse-7")
    ///     .build()?;
    /// let notes = client.data::<backendless::Record>("Note");
    /// let note = notes.create(&serde_json::json!({"text": "milk"})).await?;
    /// assert!(note.owner_id.is_some());
    /// # });
    /// ```
    pub fn credentials(mut self, login: impl Into<String>, password: impl Into<String>) -> Self {
        let account = account(login.into(), password.into());
        self.caller = Caller::Account(Arc::new(account));
        self
    }

    /// Sets the store of the token of a client with [`credentials`](Self::credentials), which keeps its session across
    /// restarts; see [`TokenStore`]. Without one, each process logs in.
    ///
    /// It is an error for a client without credentials, or with a [`user_token`](Self::user_token).
    ///
    /// ```
    /// use backendless::{TokenStore, TokenStoreFuture, UserToken};
    ///
    /// /// A store that is always empty.
    /// #[derive(Debug)]
    /// struct Empty;
    ///
    /// impl TokenStore for Empty {
    ///     fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
    ///         Box::pin(async { Ok(None) })
    ///     }
    ///
    ///     fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
    ///         Box::pin(async { Ok(()) })
    ///     }
    ///
    ///     fn clear(&self) -> TokenStoreFuture<'_, ()> {
    ///         Box::pin(async { Ok(()) })
    ///     }
    /// }
    ///
    /// let builder = backendless::Client::builder("A0F5", "9C41").token_store(Empty);
    /// let text = builder.build().unwrap_err().to_string();
    /// assert_eq!(text, "token_store has no effect without credentials: set them, or remove the store");
    /// ```
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Some(Arc::new(store));
        self
    }

    /// Sets which requests are sent where the OpenAPI document and the live service differ; [`Profile`] lists the
    /// differences.
    ///
    /// The default is [`Profile::Document`]. Choose [`Profile::Live`] for an application at backendless.com.
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

    /// Sets the retry policy. [`RetryPolicy`] documents which requests are retried, and the defaults.
    ///
    /// ```
    /// use backendless::{Client, RetryPolicy};
    ///
    /// let client = Client::builder("A0F5", "9C41")
    ///     .retry(RetryPolicy::default().max_attempts(5))
    ///     .build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how many retries the requests of the client and its clones may use while none succeeds. The default is 100.
    ///
    /// Each retry takes one from the budget, and ten successful requests return one, so that retries do not multiply the
    /// load during an outage. With an empty budget, requests fail after their first attempt.
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
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").jitter_seed(7).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn jitter_seed(mut self, seed: u64) -> Self {
        self.jitter_seed = Some(seed);
        self
    }

    /// Sets the source of time, which measures timeouts and delays retries, for tests that must not wait. The default
    /// is the clock of this machine.
    ///
    /// ```
    /// use std::future::{Future, ready};
    /// use std::pin::Pin;
    /// use std::time::{Duration, Instant, SystemTime};
    ///
    /// /// A clock whose waits end at once.
    /// #[derive(Debug)]
    /// struct NoWaits;
    ///
    /// impl backendless::Clock for NoWaits {
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
    /// # backendless_local::doc_example!(|client| {
    /// let client = backendless::Client::builder("A0F5", "9C41")
    ///     .api_url("http://127.0.0.1:9") // nothing listens on this port
    ///     .clock(NoWaits)
    ///     .build()?;
    /// let error = client.counters().increment("visits").await.unwrap_err();
    /// assert_eq!((error.kind(), error.attempts()), (backendless::ErrorKind::Connect, 3));
    /// # });
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the maximum number of requests that the client and all its clones send in any 60 seconds, from 1 to 1,000,000.
    /// By default there is no maximum. Backendless charges an application by its busiest minute.
    ///
    /// Every request counts: retries, pages that a stream requests in advance, logins of a service account, uploads and
    /// downloads. A request that did not get a connection does not count.
    ///
    /// A request that exceeds the limit waits; those that wait are sent in order of their arrival. The wait is a part of the
    /// [`timeout`](Self::timeout), whose default is 120 s instead of 60 s with this setting. If the request could only be
    /// sent after its timeout, it fails at once, with [`RateLimited`](crate::ErrorKind::RateLimited) and without a
    /// [`status`](crate::Error::status); [`retry_after`](crate::Error::retry_after) is the time that it would have to wait.
    /// If it was a retry, the error of the previous attempt is returned. A request without a timeout, such as an upload,
    /// waits as long as necessary.
    ///
    /// The limit applies to the times at which the service receives the requests: each counts until 60 seconds after its
    /// response started. So n requests that take 1 second each are sent in 61 seconds. A request that was dropped or that
    /// timed out before its response counts until 60 seconds after that, although it may still be on its way.
    ///
    /// The limit is that of one client. Several processes, or several clients of a process, share the limit of the
    /// application: give each a part. Requests of browsers, of Backendless Console and of other SDKs count as well.
    /// [`Client::usage`] returns how many requests the client sent.
    ///
    /// ```
    /// use backendless::{Client, ErrorKind};
    /// use std::time::Duration;
    ///
    /// # backendless_local::doc_example!(|client, server| {
    /// let client = Client::builder(server.app_id(), server.api_key())
    ///     .api_url(server.url())
    ///     .requests_per_minute(2)
    ///     .build()?;
    /// client.counters().increment("visits").await?;
    /// client.counters().increment("visits").await?;
    ///
    /// // The third request of the minute would wait for almost 60 seconds.
    /// let request = client.counters().get("visits").timeout(Duration::from_secs(5));
    /// let error = request.await.unwrap_err();
    /// assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    /// assert!(error.retry_after() > Some(Duration::from_secs(50)));
    /// # });
    /// ```
    pub fn requests_per_minute(mut self, limit: u32) -> Self {
        self.requests_per_minute = Some(limit);
        self
    }

    /// Sets the maximum size in bytes of a response that is read into memory, after decompression. The default is 8 MiB,
    /// and 64 MiB for a file that is read with [`Download::bytes`](crate::Download::bytes).
    ///
    /// A larger response is an error of kind [`Decode`](crate::ErrorKind::Decode). A download that is read as a stream,
    /// or saved to a file, has no maximum.
    ///
    /// The limit also bounds the memory of decoded JSON, by a factor that depends on the type. A struct takes about as much
    /// memory as the text of its row. A `serde_json::Value` or a [`Record`](crate::Record) typically takes 3 to 10 times the
    /// size of the text, and up to 100 times in the worst case, which is many objects with one short entry each:
    /// 0.8 GiB for 8 MiB. A page of a search has at most 100 rows, so a larger limit is needed only for rows with an
    /// average of more than 80 KiB, or for large results of Cloud Code.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").max_response_size(1024 * 1024).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Sets the total timeout of a request: all attempts, the delays before them, and the login of a service account.
    /// The minimum is 1 ms and the default is 60 s, or 120 s with [`requests_per_minute`](Self::requests_per_minute).
    ///
    /// Uploads and downloads have no total timeout unless the [request sets one](crate::Request::timeout); they are
    /// limited by [`attempt_timeout`](Self::attempt_timeout).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let client = backendless::Client::builder("A0F5", "9C41").timeout(Duration::from_secs(20)).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sets the timeout of one attempt, from sending the request to the end of the response. The minimum is 1 ms and
    /// the default is 30 s.
    ///
    /// For uploads and downloads it is the maximum time without progress. The time in which the caller of a download uses
    /// a part of the file does not count.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let client = backendless::Client::builder("A0F5", "9C41").attempt_timeout(Duration::from_secs(5)).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// Sets the timeout of connecting: name resolution, TCP and TLS. The minimum is 1 ms and the default is 10 s.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let client = backendless::Client::builder("A0F5", "9C41").connect_timeout(Duration::from_secs(2)).build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http.connect_timeout = limit;
        self
    }

    /// Sets the `User-Agent` header of every request. The default is `backendless-rust/` and the version of this crate.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").user_agent("shop/1.4").build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.http.user_agent = name.into();
        self
    }

    /// Sends every request through the HTTP proxy at `url`. By default the environment variables `HTTP_PROXY`,
    /// `HTTPS_PROXY` and `NO_PROXY` apply.
    ///
    /// ```
    /// let client = backendless::Client::builder("A0F5", "9C41").proxy("http://proxy.example.com:3128").build()?;
    /// # Ok::<(), backendless::Error>(())
    /// ```
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.http.proxy = Some(secret_string(url.into()));
        self
    }

    /// Validates the settings and creates the client. No request is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), with the name of the setting and never its value: an app
    /// id or key that is empty or cannot be a path segment; an API URL or a domain that is not http or https, or contains
    /// a user name, a query or a fragment; a domain with a path; an API path with dot segments, a query or a fragment; a
    /// timeout below 1 ms; a rate limit of 0 or above 1,000,000; a token or user agent that a header cannot contain; a
    /// certificate or proxy that cannot be parsed; a token store without credentials.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let builder = backendless::Client::builder("A0F5", "9C41").timeout(Duration::ZERO);
    /// assert_eq!(builder.build().unwrap_err().to_string(), "timeout is less than 1 ms");
    /// ```
    pub fn build(mut self) -> Result<Client> {
        let timeout = self.effective_timeout();
        self.check_timeouts()?;
        let rate_limiter = self.rate_limiter()?;
        self.attach_token_store()?;
        let BuiltHttp {
            client: http,
            app_secrets,
            proxy_password,
        } = self.http.build()?;
        if let Caller::User(token) = &self.caller {
            token_header(token)?;
        }
        let shared = Shared {
            http,
            proxy_password,
            recent_secrets: RecentSecrets::default(),
            app_secrets,
            timeout,
            attempt_timeout: self.attempt_timeout,
            max_response_size: self.max_response_size.unwrap_or(DEFAULT_MAX_RESPONSE_SIZE),
            max_file_size: self.max_response_size.unwrap_or(DEFAULT_MAX_FILE_SIZE),
            budget: Budget::new(self.retry_budget, self.jitter_seed),
            retry: self.retry,
            rate_limiter,
            clock: self.clock,
            runtimes: Runtimes::default(),
        };
        Ok(Client {
            transport: Transport::new(shared, self.caller),
            profile: self.profile,
        })
    }

    fn effective_timeout(&self) -> Duration {
        self.timeout.unwrap_or(match self.requests_per_minute {
            Some(_) => DEFAULT_LIMITED_TIMEOUT,
            None => DEFAULT_TIMEOUT,
        })
    }

    fn check_timeouts(&self) -> Result<()> {
        let timeouts = [
            ("timeout", self.effective_timeout()),
            ("attempt_timeout", self.attempt_timeout),
            ("connect_timeout", self.http.connect_timeout),
        ];
        let mut timeouts = timeouts.into_iter();
        match timeouts.find(|(_, timeout)| *timeout < Duration::from_millis(1)) {
            Some((name, _)) => Err(Error::invalid_setting(name, "is less than 1 ms")),
            None => Ok(()),
        }
    }

    /// Passes the store to the service account, which alone uses it.
    fn attach_token_store(&mut self) -> Result<()> {
        match (&self.caller, self.token_store.take()) {
            (Caller::Account(account), Some(store)) => account.set_store(store),
            (_, None) => {}
            (_, Some(_)) => {
                let problem = "has no effect without credentials: set them, or remove the store";
                return Err(Error::invalid_setting("token_store", problem));
            }
        }
        Ok(())
    }

    fn rate_limiter(&self) -> Result<Option<Arc<RateLimiter>>> {
        let Some(limit) = self.requests_per_minute else {
            return Ok(None);
        };
        if !(1..=RateLimiter::MAX).contains(&limit) {
            let max = RateLimiter::MAX;
            let problem = format!("is {limit}: it must be between 1 and {max}");
            return Err(Error::invalid_setting("requests_per_minute", &problem));
        }
        Ok(Some(RateLimiter::new(limit, Arc::clone(&self.clock))))
    }
}

/// Prints no setting that is a secret or may contain one.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("caller", &self.caller)
            .field("profile", &self.profile)
            .field("retry", &self.retry)
            .field("retry_budget", &self.retry_budget)
            .field("clock", &self.clock)
            .field("max_response_size", &self.max_response_size)
            .field("requests_per_minute", &self.requests_per_minute)
            .field("timeout", &self.effective_timeout())
            .field("attempt_timeout", &self.attempt_timeout)
            .field("connect_timeout", &self.http.connect_timeout)
            .field("user_agent", &self.http.user_agent)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
