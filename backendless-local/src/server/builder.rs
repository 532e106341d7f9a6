//! Settings of a server, and its start.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::listener::listen;
use super::start::{Import, check_access, check_data_folder};
use super::{Running, Seed, Server};
use crate::clock::Clock;
use crate::console;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::faults::{FaultInjector, Faults};
use crate::http::{self, HttpSettings, ServerParts, environment};
use crate::id::is_plain;
use crate::limits::Limits;
use crate::request_log::{self, RequestLog};
use crate::service_error::ServiceError;
use crate::services::state::InitialState;
use crate::services::{DOMAIN_PATH, Services, Settings};
use crate::store::database::DatabaseThread;
use crate::usage::RequestCounter;

/// Settings of a server; created by [`Server::builder`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use std::time::Duration;
/// let server = backendless_local::Server::builder()
///     .app_id("SHOP")
///     .api_key("KEY")
///     .session_life(Duration::from_secs(60))
///     .start()
///     .await?;
/// assert_eq!(server.app_id(), "SHOP");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "call `start` to start the server"]
pub struct Builder {
    pub(super) address: SocketAddr,
    pub(super) faults: Option<Faults>,
    pub(super) requests_per_minute: Option<u32>,
    pub(super) limits: Limits,
    pub(super) settings: Settings,
    pub(super) http: HttpSettings,
    pub(super) prints_requests: bool,
    pub(super) log_capacity: usize,
    pub(super) seed: Seed,
    pub(super) import: Option<Import>,
    pub(super) is_reset: bool,
}

impl Builder {
    /// Returns the settings of [`Server::start`].
    pub(super) fn new() -> Builder {
        Builder {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            faults: None,
            requests_per_minute: None,
            limits: Limits::default(),
            http: HttpSettings::default(),
            prints_requests: false,
            log_capacity: request_log::CAPACITY,
            seed: Seed::default(),
            import: None,
            is_reset: false,
            settings: Settings::default(),
        }
    }

    /// Sets the application id: letters, digits, `-` and `_`. Default: the id stored in the data
    /// folder, else a random one.
    pub fn app_id(mut self, app_id: impl Into<String>) -> Builder {
        self.settings.app_id = Some(app_id.into());
        self
    }

    /// Sets the REST API key: letters, digits, `-` and `_`. Default: the key stored in the data
    /// folder, else a random one.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Builder {
        self.settings.api_key = Some(api_key.into());
        self
    }

    /// Sets the address to listen on. Port 0 is any free port. Default: a free port of 127.0.0.1.
    pub fn address(mut self, address: SocketAddr) -> Builder {
        self.address = address;
        self
    }

    /// Stores everything in a folder: data of all services, sessions, app id and key. Created if it
    /// does not exist. Only one server at a time can use it. Default: everything is in memory.
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.settings.data_dir = Some(folder.into());
        self
    }

    /// Sets the time from a login to the expiry of its session, in whole milliseconds. Default: 24
    /// hours.
    pub fn session_life(mut self, life: Duration) -> Builder {
        self.settings.session_life = life;
        self
    }

    /// Sets the maximum time of a query, and of the computed values of an update. A request that takes
    /// longer is interrupted and rejected with code 8000, so that it does not delay others. Default: 5
    /// seconds.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let server = backendless_local::Server::builder()
    ///     .query_timeout(Duration::from_secs(1))
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query_timeout(mut self, timeout: Duration) -> Builder {
        self.settings.query_timeout = timeout;
        self
    }

    /// Sets the meaning of a request that the OpenAPI document and the live service interpret
    /// differently: the time to live of a cache value. Default: none, so that a time that has a
    /// meaning in both is rejected with code 1028. All other requests of both dialects are always
    /// accepted; see [`Dialect`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Dialect, Server};
    ///
    /// let server = Server::builder().dialect(Dialect::Live).start().await?;
    /// let value = format!("{}/{}/{}/cache/k", server.url(), server.app_id(), server.api_key());
    /// let client = reqwest::Client::new();
    /// // 60 seconds; in the dialect of the document 60 milliseconds.
    /// let stored = client.put(format!("{value}?timeout=60")).body("1").send().await?;
    /// assert_eq!(stored.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn dialect(mut self, dialect: Dialect) -> Builder {
        self.settings.dialect = Some(dialect);
        self
    }

    /// Injects faults into random requests, to test a service against failures of the network and of
    /// Backendless. Default: none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// // One request in a hundred gets a fault of any kind, one in ten a status 503.
    /// let faults = Faults::seeded(7).with_each(0.01).with(Fault::Unavailable, 0.1);
    /// let server = Server::builder().faults(faults).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn faults(mut self, faults: Faults) -> Builder {
        self.faults = Some(faults);
        self
    }

    /// Sets the maximum number of requests in any 60 seconds, to test whether a service stays within its budget. The server
    /// responds to further ones with status 429 and code 999, and does not execute them. Default: none.
    ///
    /// [`Server::advance_clock`] advances the 60 seconds as well.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let server = backendless_local::Server::builder().requests_per_minute(2).start().await?;
    /// let counter = format!("{}/{}/{}/counters/visits", server.url(), server.app_id(), server.api_key());
    /// for status in [200, 200, 429] {
    ///     assert_eq!(reqwest::get(&counter).await?.status(), status);
    /// }
    /// assert_eq!(server.usage().rejected(), 1);
    /// server.advance_clock(Duration::from_secs(60));
    /// assert_eq!(reqwest::get(&counter).await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests_per_minute(mut self, limit: u32) -> Builder {
        self.requests_per_minute = Some(limit);
        self
    }

    /// Sets limits of connections, requests and memory. Default: those of [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Builder {
        self.limits = limits;
        self
    }

    /// Registers a Cloud Code method: a function from the argument, which is null if there is none,
    /// to the result. Each call runs on a new thread, so it may block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Server, ServiceError};
    /// use serde_json::json;
    ///
    /// let server = Server::builder()
    ///     .service("Cart", "total", |cart| match cart["prices"].as_array() {
    ///         Some(prices) => Ok(json!(prices.iter().filter_map(|price| price.as_f64()).sum::<f64>())),
    ///         None => Err(ServiceError::new(14_000, "the cart has no prices")),
    ///     })
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn service(
        mut self,
        service: &str,
        method: &str,
        handler: impl Fn(serde_json::Value) -> Result<serde_json::Value, ServiceError>
        + Send
        + Sync
        + 'static,
    ) -> Builder {
        self.settings
            .cloud_code
            .register_method(service, method, Arc::new(handler));
        self
    }

    /// Registers the handler of all Cloud Code methods that [`service`](Builder::service) does not: a function from the
    /// service, the method and the argument to the result. Each call runs on a new thread, so it may block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// let server = Server::builder()
    ///     .fallback_service(|service, method, _| Ok(json!(format!("{service}.{method}"))))
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fallback_service(
        mut self,
        handler: impl Fn(&str, &str, serde_json::Value) -> Result<serde_json::Value, ServiceError>
        + Send
        + Sync
        + 'static,
    ) -> Builder {
        self.settings
            .cloud_code
            .register_fallback(Arc::new(handler));
        self
    }

    /// Registers the handler of a custom event: a function from the arguments, a JSON object, to the return value, which
    /// the client receives. Each call runs on a new thread, so it may block.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::Server;
    /// use serde_json::json;
    ///
    /// let server = Server::builder()
    ///     .event("forecast", |arguments| Ok(json!({"city": arguments["city"], "weather": "sunny"})))
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn event(
        mut self,
        event: &str,
        handler: impl Fn(serde_json::Value) -> Result<serde_json::Value, ServiceError>
        + Send
        + Sync
        + 'static,
    ) -> Builder {
        self.settings
            .cloud_code
            .register_event(event, Arc::new(handler));
        self
    }

    /// Registers the content of a URL, for requests that upload or append a file from a URL. The server downloads nothing:
    /// such a request for another URL is rejected with code 6009.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = backendless_local::Server::builder()
    ///     .remote_file("https://example.com/logo.png", [0x89, 0x50, 0x4e, 0x47])
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remote_file(mut self, url: impl Into<String>, content: impl Into<Vec<u8>>) -> Builder {
        self.settings
            .remote_files
            .register(url.into(), content.into());
        self
    }

    /// Registers a push template for a type of device, such as `IOS`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = backendless_local::Server::builder()
    ///     .push_template("IOS", "welcome", serde_json::json!({"alertTitle": "Welcome"}))
    ///     .start()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn push_template(
        mut self,
        device_type: impl Into<String>,
        name: impl Into<String>,
        template: serde_json::Value,
    ) -> Builder {
        let templates = &mut self.settings.templates;
        templates.register_push(device_type.into(), name.into(), template);
        self
    }

    /// Registers the name of an e-mail template. E-mails by this template are added to the [outbox](Server::outbox), without
    /// the text of the template.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = backendless_local::Server::builder().email_template("welcome").start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn email_template(mut self, name: impl Into<String>) -> Builder {
        self.settings.templates.register_email(name.into());
        self
    }

    /// Sets what the server has when it starts, in addition to the state of an [import](Builder::import). With a data folder
    /// that is not [reset](Builder::reset), each start creates it again.
    pub fn seed(mut self, seed: Seed) -> Builder {
        self.seed = seed;
        self
    }

    /// Starts the server. It accepts requests when this returns, and none before it has the state of the import and of the
    /// seed.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound, the data folder cannot be used or another server uses it, the
    /// app id or the key has invalid characters, the control token or a CORS origin is invalid, the rates of the faults are
    /// invalid, or the import or the seed is rejected.
    pub async fn start(mut self) -> Result<Server, Error> {
        check_identifiers(&self.settings)?;
        check_access(&self.http)?;
        let faults = self.faults.take().unwrap_or_else(|| Faults::seeded(0));
        let faults = Arc::new(FaultInjector::new(faults)?);
        let (listener, address) = listen(self.address)?;
        let import = self.import.take().and_then(Import::find);
        check_data_folder(
            self.settings.data_dir.as_deref(),
            import.is_some() && !self.is_reset,
        )?;
        let state = InitialState {
            import,
            is_reset: self.is_reset,
            seed: std::mem::take(&mut self.seed).into_data()?,
        };
        let (parts, database) = self.open(address, faults).await?;
        let router = http::router(parts.clone(), self.http);
        let router = console::router(parts.clone(), router);
        // No handle of the services remains here: the database thread of a failed start ends with the last one.
        let services = parts.services;
        let (app_id, api_key) = (services.app_id.clone(), services.api_key.clone());
        let cloud_code_key = services.cloud_code_key.clone();
        let prepare = async move {
            services.initialize(state).await?;
            Ok(services)
        };
        let log = Arc::clone(&parts.log);
        let started = Running::start(listener, router, database, log, self.limits, prepare);
        let (running, services) = started.await?;
        Ok(Server {
            address,
            environment: parts.environment,
            app_id,
            api_key,
            cloud_code_key,
            clock: parts.clock,
            faults: parts.faults,
            counter: parts.counter,
            log: parts.log,
            services: Some(services),
            running: Some(running),
        })
    }

    /// Opens the services, and creates what they share with the routes.
    async fn open(
        &mut self,
        address: SocketAddr,
        faults: Arc<FaultInjector>,
    ) -> Result<(ServerParts, DatabaseThread), Error> {
        let (clock, limits, dialect) = (Clock::default(), self.limits, self.settings.dialect);
        let settings = Settings {
            origin: format!("http://{address}"),
            ..std::mem::take(&mut self.settings)
        };
        let (services, database) = Services::open(settings, clock.clone(), limits).await?;
        let (app_id, api_key) = (&services.app_id, &services.api_key);
        let environment = environment::variables(address, app_id, api_key, dialect);
        let secrets = [app_id, api_key, &services.cloud_code_key];
        let secrets = secrets.map(String::clone).to_vec();
        let log = self.request_log(clock.clone(), secrets)?;
        let counter = RequestCounter::new(self.requests_per_minute, clock.clone());
        let parts = ServerParts {
            services,
            clock,
            faults,
            counter: Arc::new(counter),
            log: Arc::new(log),
            limits,
            address,
            environment,
        };
        Ok((parts, database))
    }

    fn request_log(&self, clock: Clock, secrets: Vec<String>) -> Result<RequestLog, Error> {
        let log = RequestLog::new(clock, secrets, self.log_capacity);
        if !self.prints_requests {
            return Ok(log);
        }
        let log = log.with_lines(std::io::stderr());
        log.map_err(|error| Error::with_cause("cannot start the thread of the log", error))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn check_identifiers(settings: &Settings) -> Result<(), Error> {
    let app_id = settings.app_id.as_deref();
    check_identifier("app id", app_id)?;
    check_app_id(app_id)?;
    check_identifier("REST API key", settings.api_key.as_deref())?;
    check_identifier("Cloud Code API key", settings.cloud_code_key.as_deref())
}

/// Rejects the app id whose paths would be those of the domain of the application.
fn check_app_id(app_id: Option<&str>) -> Result<(), Error> {
    let segment = DOMAIN_PATH.trim_start_matches('/');
    match app_id {
        Some(app_id) if app_id == segment => Err(Error::new(format!(
            "invalid app id: paths that begin with {DOMAIN_PATH} do not contain an app id, so use another one"
        ))),
        _ => Ok(()),
    }
}

/// Rejects a value that would have to be encoded in a path.
fn check_identifier(what: &str, value: Option<&str>) -> Result<(), Error> {
    match value.is_none_or(is_plain) {
        true => Ok(()),
        false => Err(Error::new(format!(
            "invalid {what}: use only ASCII letters, digits, '-' and '_'"
        ))),
    }
}
