//! Starts and stops a server.
//!
//! Each server has a thread that runs HTTP and one that owns SQLite, up to four that hash passwords and access files, one for
//! each call of a Cloud Code method, and one that writes a line for each request if that is set. So the server neither blocks
//! the caller's runtime nor depends on it, and when a [`Server`] is dropped, its port and files are free.

mod access;
mod builder;
mod listener;
mod outbox;
mod requests;
mod seed;
mod start;
mod state;
mod users;

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::error::Error;
use crate::faults::{Fault, FaultInjector};
use crate::http::connection::{ConnectionHandle, LimitedListener};
use crate::limits::Limits;
use crate::request_log::RequestLog;
use crate::services::Services;
use crate::store::database::DatabaseThread;
use crate::usage::{RequestCounter, Usage};

pub use self::builder::Builder;
pub use self::seed::Seed;

/// Time limit for active requests when the server stops, and for the lines of requests after them.
const GRACE_PERIOD: Duration = Duration::from_secs(5);

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
    /// The environment variables of clients.
    environment: Vec<(&'static str, String)>,
    app_id: String,
    api_key: String,
    cloud_code_key: String,
    clock: Clock,
    faults: Arc<FaultInjector>,
    counter: Arc<RequestCounter>,
    log: Arc<RequestLog>,
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

/// What runs after the last request.
type LastTask = Pin<Box<dyn Future<Output = ()> + Send>>;

enum Stop {
    /// After the active requests and a task.
    Gracefully(Option<LastTask>),
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
        Builder::new()
    }

    /// Returns the base URL, such as `http://127.0.0.1:43211`, without app id, key and trailing
    /// slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the environment variables that `Client::from_env` of the crate `backendless` reads, with their values:
    /// `BACKENDLESS_APP_ID`, `BACKENDLESS_API_KEY`, `BACKENDLESS_API_URL` and, if the server has a [dialect](Builder::dialect),
    /// `BACKENDLESS_PROFILE`. The URL is that for clients on this machine: of a server that listens on all addresses
    /// (`0.0.0.0`), it has the loopback address.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let address = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    /// let server = backendless_local::Server::builder().app_id("SHOP").address(address).start().await?;
    /// let variables = server.environment_variables();
    /// assert_eq!(variables[0], ("BACKENDLESS_APP_ID", "SHOP".to_owned()));
    /// let url = format!("http://127.0.0.1:{}", server.address().port());
    /// assert_eq!(variables[2], ("BACKENDLESS_API_URL", url));
    ///
    /// let mut command = std::process::Command::new("my-tests");
    /// command.envs(variables);
    /// # Ok(())
    /// # }
    /// ```
    pub fn environment_variables(&self) -> Vec<(&'static str, String)> {
        self.environment.clone()
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
    /// the number of the row, from 1. Then no row is created.
    pub async fn seed(&self, tables: serde_json::Value) -> Result<(), Error> {
        let tables = crate::services::seed::tables(tables)?;
        self.run(|services| async move { services.seed_tables(tables).await })
            .await?
    }

    /// Runs a task on the server's runtime, because the caller may have another one or none.
    async fn run<T, F>(&self, task: impl FnOnce(Services) -> F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let (Some(services), Some(running)) = (&self.services, &self.running) else {
            return Err(Error::new("the server has stopped: start another one"));
        };
        let task = running.runtime.spawn(task(services.clone()));
        task.await
            .map_err(|error| Error::with_cause("the server failed", error))
    }

    /// Returns how many requests got each of the [builder's faults](Builder::faults) so far.
    pub fn faults(&self) -> Vec<(Fault, u64)> {
        self.faults.counts()
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
    /// seconds. When this returns, its port is free and its files are closed. The lines of
    /// [`Builder::log_requests`] are written, except those that stderr does not accept for five
    /// more seconds.
    pub async fn stop(mut self) {
        self.stop_after(None).await;
    }

    /// Stops the server after the active requests and a task.
    async fn stop_after(&mut self, task: Option<LastTask>) {
        self.services = None;
        if let Some(running) = self.running.take() {
            // Each of these fails only if the thread has already ended.
            let _ = running.stop.send(Stop::Gracefully(task));
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

impl Running {
    /// Starts the HTTP thread, which creates the state of the start, and waits until it accepts requests. Returns the result of
    /// `prepare` as well.
    async fn start<T: Send + 'static>(
        listener: TcpListener,
        router: axum::Router,
        database: DatabaseThread,
        log: Arc<RequestLog>,
        limits: Limits,
        prepare: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<(Running, T), Error> {
        let failed = |error| Error::with_cause("cannot start the HTTP thread", error);
        let (start, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("local-http".to_owned())
            .spawn(move || {
                let prepared = runtime(listener)
                    .map_err(failed)
                    .and_then(|(runtime, listener)| {
                        let prepared = runtime.block_on(prepare)?;
                        Ok((runtime, listener, prepared))
                    });
                // A send fails only if the receiver was cancelled.
                let failure = match prepared {
                    Ok((runtime, listener, prepared)) => {
                        let _ = start.send(Ok((runtime.handle().clone(), prepared)));
                        let listener = LimitedListener::new(listener, limits);
                        runtime.block_on(serve(listener, router, stopped));
                        None
                    }
                    Err(error) => {
                        drop(router);
                        Some((start, error))
                    }
                };
                // The handles of the database ended with the runtime, so its thread ends too.
                database.join(GRACE_PERIOD);
                // The runtime has ended, so no request adds a line.
                log.finish(GRACE_PERIOD);
                // After the files are closed, which the caller may open again.
                if let Some((start, error)) = failure {
                    let _ = start.send(Err(error));
                }
                let _ = end.send(());
            })
            .map_err(failed)?;
        // The thread always sends a result.
        let started = started.await.map_err(std::io::Error::other);
        let (runtime, prepared) = started.map_err(failed)??;
        let running = Running {
            runtime,
            stop,
            ended,
            thread,
        };
        Ok((running, prepared))
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
    if let Ok(Stop::Gracefully(task)) = stopped.await {
        let _ = drain.send(());
        let _ = tokio::time::timeout(GRACE_PERIOD, serving).await;
        if let Some(task) = task {
            task.await;
        }
    }
}
