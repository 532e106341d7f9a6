//! Starts and stops a server.
//!
//! Each server has two threads: one runs HTTP, one owns SQLite. So the server neither blocks the
//! caller's runtime nor depends on it, and when a [`Server`] is dropped, its port and files are free.

mod users;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::faults::{Fault, FaultInjector, Faults};
use crate::http;
use crate::http::connection::{ConnectionHandle, LimitedListener};
use crate::limits::Limits;
use crate::permissions::Permissions;
use crate::service_error::ServiceError;
use crate::services::cloud_code::CloudCode;
use crate::services::files::RemoteFiles;
use crate::services::messaging::Templates;
use crate::services::users::UserSettings;
use crate::services::{DOMAIN_PATH, Services, Settings};
use crate::store::database::DatabaseThread;
use crate::store::query_limit::MAX_TIME;
use crate::usage::{RequestCounter, Usage};

/// Time limit for active requests when the server stops.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

/// Default lifetime of a session.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Maximum number of threads for password hashing and files. More would compete for the same
/// processors.
const BLOCKING_THREADS: usize = 4;

/// A local Backendless server, which runs until it is stopped or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use backendless_local::Server;
///
/// let server = Server::start().await?;
/// let url = format!("{}/{}/{}/data/Person/count", server.url(), server.app_id(), server.api_key());
/// let response = reqwest::get(url).await?;
/// // A table is created with its first row.
/// assert!(response.text().await?.contains("Table not found by name 'Person'"));
/// # Ok(())
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    app_id: String,
    api_key: String,
    cloud_code_key: String,
    clock: Clock,
    faults: Option<Arc<FaultInjector>>,
    counter: Arc<RequestCounter>,
    /// `None` once the server stops, because the database thread ends with its last handle.
    services: Option<Services>,
    running: Option<Running>,
}

/// The HTTP thread and the means to stop it.
struct Running {
    runtime: tokio::runtime::Handle,
    stop: oneshot::Sender<Stop>,
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

enum Stop {
    /// After the active requests.
    Gracefully,
    Immediately,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1, with all data in memory.
    ///
    /// # Errors
    ///
    /// If no port or thread is available.
    pub async fn start() -> Result<Server, Error> {
        Server::builder().start().await
    }

    /// Returns a builder with the settings of [`Server::start`].
    pub fn builder() -> Builder {
        Builder {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            faults: None,
            requests_per_minute: None,
            limits: Limits::default(),
            settings: Settings {
                app_id: None,
                api_key: None,
                data_dir: None,
                session_life: SESSION_LIFE,
                query_timeout: MAX_TIME,
                dialect: None,
                cloud_code: CloudCode::default(),
                cloud_code_key: None,
                users: UserSettings::default(),
                permissions: Permissions::new(),
                origin: String::new(),
                remote_files: RemoteFiles::default(),
                templates: Templates::default(),
            },
        }
    }

    /// Returns the base URL, such as `http://127.0.0.1:43211`, without app id, key and trailing
    /// slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the application id, the first segment of every path.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// Returns the REST API key, the second segment of every path.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Advances the server's clock, to test expiry without waiting: of sessions, cache values,
    /// messages. The clock also sets `created` and `updated`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let hour = Duration::from_secs(3600);
    /// let server = backendless_local::Server::builder().session_life(hour).start().await?;
    /// // ... log in ...
    /// server.advance_clock(hour); // the session has expired
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance_clock(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Returns the e-mails that clients sent, in order, as their JSON bodies with `subject`, `to` and
    /// `bodyparts`, or with `template-name` for those by a template. The server delivers none of them.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn outbox(&self) -> Result<Vec<serde_json::Value>, Error> {
        let emails = self.run(|services| async move { services.messaging.outbox().await });
        emails
            .await?
            .map_err(|error| Error::with_cause("cannot read the outbox", error))
    }

    /// Returns the push notifications that clients sent, in order. The server delivers none of them.
    ///
    /// A published message is an object with `channel`, `messageId`, `data`, `headers`, `options` (the other properties of
    /// its body) and `devices`, the ids of its devices. A notification by a template has `template` and `templateValues`.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn pushes(&self) -> Result<Vec<serde_json::Value>, Error> {
        let pushes = self.run(|services| async move { services.messaging.pushes().await });
        pushes
            .await?
            .map_err(|error| Error::with_cause("cannot read the push notifications", error))
    }

    /// Returns the messages that clients added to the log of the application, in order, as their JSON objects.
    ///
    /// # Errors
    ///
    /// If the database cannot be read.
    pub async fn log(&self) -> Result<Vec<serde_json::Value>, Error> {
        let messages = self.run(|services| async move { services.log.messages().await });
        messages
            .await?
            .map_err(|error| Error::with_cause("cannot read the log", error))
    }

    /// Deletes all data of all services: tables, users, sessions, files, messages, e-mails, geo
    /// points, cache values, counters. The app id, the key, the clock, the faults and the Cloud Code
    /// methods remain.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// let counter = format!("{}/{}/{}/counters/visits", server.url(), server.app_id(), server.api_key());
    /// reqwest::Client::new().put(format!("{counter}/increment/get")).send().await?;
    ///
    /// server.reset().await?;
    /// assert_eq!(reqwest::get(counter).await?.text().await?, "0");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the database cannot be written.
    pub async fn reset(&self) -> Result<(), Error> {
        let result = self.run(|services| async move { services.reset().await });
        result
            .await?
            .map_err(|error| Error::with_cause("cannot delete the data", error))
    }

    /// Creates rows from a JSON object with an array of rows per table. Each row is created as by a
    /// request; a row of the table `Users` is a registration and needs `email` and `password`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = backendless_local::Server::start().await?;
    /// server.seed(serde_json::json!({
    ///     "Users": [{"email": "ann@example.com", "password": "pa55"}],
    ///     "Person": [{"name": "Bob", "age": 20}, {"name": "Eve", "age": 30}],
    /// })).await?;
    /// # let path = format!("{}/{}/data/Person/count", server.app_id(), server.api_key());
    /// # assert_eq!(reqwest::get(format!("{}/{path}", server.url())).await?.text().await?, "2");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the JSON does not have this form, or a row is rejected. The message names the table and
    /// the index of the row. The rows before it have been created.
    pub async fn seed(&self, tables: serde_json::Value) -> Result<(), Error> {
        self.run(|services| async move { services.seed(tables).await })
            .await?
    }

    /// Runs a task on the server's runtime, because the caller may have another one or none.
    async fn run<T, F>(&self, task: impl FnOnce(Services) -> F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (Some(services), Some(running)) = (&self.services, &self.running) else {
            return Err(Error::new("the server has stopped"));
        };
        let task = running.runtime.spawn(task(services.clone()));
        task.await
            .map_err(|error| Error::with_cause("the server failed", error))
    }

    /// Returns how many requests got each of the [builder's faults](Builder::faults) so far.
    pub fn faults(&self) -> Vec<(Fault, u64)> {
        let injector = self.faults.as_deref();
        injector.map(FaultInjector::counts).unwrap_or_default()
    }

    /// Returns how many requests arrived in the current and in the busiest minute. All of them count, also those that were
    /// rejected; [`advance_clock`](Server::advance_clock) advances the minutes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// # let server = backendless_local::Server::start().await?;
    /// let counter = format!("{}/{}/{}/counters/visits", server.url(), server.app_id(), server.api_key());
    /// reqwest::get(&counter).await?;
    /// server.advance_clock(Duration::from_secs(60));
    /// let usage = server.usage();
    /// assert_eq!((usage.current_minute(), usage.busiest_minute()), (0, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn usage(&self) -> Usage {
        self.counter.usage()
    }

    /// Stops the server. It accepts no new requests and completes the active ones, for at most five
    /// seconds. When this returns, its port is free and its files are closed.
    pub async fn stop(mut self) {
        self.services = None;
        if let Some(running) = self.running.take() {
            // Each of these fails only if the thread has already ended.
            let _ = running.stop.send(Stop::Gracefully);
            let _ = running.ended.await;
            let _ = running.thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.services = None;
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(Stop::Immediately);
            let _ = running.thread.join();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

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
    address: SocketAddr,
    faults: Option<Faults>,
    requests_per_minute: Option<u32>,
    limits: Limits,
    settings: Settings,
}

impl Builder {
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

    /// Starts the server. It accepts requests when this returns.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound, the data folder cannot be used or another server uses it, the
    /// app id or the key has invalid characters, or the rates of the faults are invalid.
    pub async fn start(self) -> Result<Server, Error> {
        check_identifier("app id", self.settings.app_id.as_deref())?;
        check_app_id(self.settings.app_id.as_deref())?;
        check_identifier("REST API key", self.settings.api_key.as_deref())?;
        check_identifier(
            "Cloud Code API key",
            self.settings.cloud_code_key.as_deref(),
        )?;
        let faults = self
            .faults
            .map(FaultInjector::new)
            .transpose()?
            .map(Arc::new);
        let (listener, address) = listen(self.address).map_err(|error| {
            let remedy = listen_remedy(error.kind());
            Error::new(format!(
                "cannot listen on {}: {error}{remedy}",
                self.address
            ))
        })?;
        let (clock, limits) = (Clock::default(), self.limits);
        let settings = Settings {
            origin: format!("http://{address}"),
            ..self.settings
        };
        let (services, database) = Services::open(settings, clock.clone(), limits).await?;
        let (app_id, api_key) = (services.app_id.clone(), services.api_key.clone());
        let cloud_code_key = services.cloud_code_key.clone();
        let counter = RequestCounter::new(self.requests_per_minute, clock.clone());
        let counter = Arc::new(counter);
        let router = http::router(
            services.clone(),
            faults.clone(),
            Arc::clone(&counter),
            limits,
        );
        let running = Running::start(listener, router, database, limits)
            .await
            .map_err(|error| Error::with_cause("cannot start the HTTP thread", error))?;
        Ok(Server {
            address,
            app_id,
            api_key,
            cloud_code_key,
            clock,
            faults,
            counter,
            services: Some(services),
            running: Some(running),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
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
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match value {
        Some(value) if value.is_empty() || !value.chars().all(fits) => Err(Error::new(format!(
            "invalid {what}: use only ASCII letters, digits, '-' and '_'"
        ))),
        _ => Ok(()),
    }
}

fn listen(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Returns what to do about an address that cannot be used, to be appended to a message.
fn listen_remedy(error: std::io::ErrorKind) -> &'static str {
    match error {
        std::io::ErrorKind::AddrInUse => {
            "; stop the program that uses the port, or choose another port (0 is any free port)"
        }
        std::io::ErrorKind::PermissionDenied => "; choose a port above 1023 (0 is any free port)",
        std::io::ErrorKind::AddrNotAvailable => "; choose an address of this machine",
        _ => "",
    }
}

impl Running {
    /// Starts the HTTP thread and waits until it accepts requests.
    async fn start(
        listener: TcpListener,
        router: axum::Router,
        database: DatabaseThread,
        limits: Limits,
    ) -> std::io::Result<Running> {
        let (start, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("local-http".to_owned())
            .spawn(move || {
                // A send fails only if the receiver was cancelled.
                match runtime(listener) {
                    Ok((runtime, listener)) => {
                        let _ = start.send(Ok(runtime.handle().clone()));
                        runtime.block_on(serve(
                            LimitedListener::new(listener, limits),
                            router,
                            stopped,
                        ));
                    }
                    Err(error) => {
                        drop(router);
                        let _ = start.send(Err(error));
                    }
                }
                // The handles of the database ended with the runtime, so its thread ends too.
                database.join(GRACE_PERIOD);
                let _ = end.send(());
            })?;
        // The thread always sends a result.
        let runtime = started.await.map_err(std::io::Error::other)??;
        Ok(Running {
            runtime,
            stop,
            ended,
            thread,
        })
    }
}

/// Creates the runtime of a server, on the server's thread, because a runtime must not be dropped
/// within another one.
fn runtime(
    listener: TcpListener,
) -> std::io::Result<(tokio::runtime::Runtime, tokio::net::TcpListener)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let listener = {
        let _guard = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

/// Serves until a stop is requested.
async fn serve(listener: LimitedListener, router: axum::Router, stopped: oneshot::Receiver<Stop>) {
    let service = router.into_make_service_with_connect_info::<ConnectionHandle>();
    let (drain, draining) = oneshot::channel::<()>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(async {
        let _ = draining.await;
    });
    let serving = tokio::spawn(serving.into_future());
    if let Ok(Stop::Gracefully) = stopped.await {
        let _ = drain.send(());
        let _ = tokio::time::timeout(GRACE_PERIOD, serving).await;
    }
}
