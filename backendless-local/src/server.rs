//! A running server and how it starts and stops.
//!
//! Each server has two threads of its own: one that serves HTTP and one that owns SQLite. So a
//! caller's runtime is never blocked by it and cannot starve it, and when a [`Server`] is dropped
//! its port and its files are free. It never touches the caller's runtime but to wait.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::app::{self, App, Settings};
use crate::clock::Clock;
use crate::cloud_code::{ServiceError, Services};
use crate::error::Error;
use crate::faults::{Dice, Fault, Faults};
use crate::http;
use crate::http::connection::{Connections, Line};
use crate::messaging;
use crate::store::DatabaseThread;

/// How long requests under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// How long a session lives unless the builder says otherwise.
const SESSION_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Threads for password hashing: more would only compete for the same processors.
const HASHING_THREADS: usize = 4;

/// A local Backendless, running until it is stopped or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use backendless_local::Server;
///
/// let server = Server::start().await?;
/// let url = format!("{}/{}/{}/data/Person/count", server.url(), server.app_id(), server.api_key());
/// let answer = reqwest::get(url).await?;
/// // Nothing was ever saved, so the table does not exist yet.
/// assert!(answer.text().await?.contains("Table not found by name 'Person'"));
/// # Ok(())
/// # }
/// ```
pub struct Server {
    address: SocketAddr,
    app_id: String,
    api_key: String,
    clock: Clock,
    faults: Option<Arc<Dice>>,
    /// Gone once the server stops: the database's thread ends with the last handle on it.
    app: Option<App>,
    running: Option<Running>,
}

/// The thread that serves, and the way to end it.
struct Running {
    stop: oneshot::Sender<Stop>,
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

enum Stop {
    /// Requests under way are answered first.
    Gracefully,
    Now,
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1 that keeps everything in memory.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub async fn start() -> Result<Server, Error> {
        Server::builder().start().await
    }

    /// Starts building a server that differs from [`Server::start`]'s.
    pub fn builder() -> Builder {
        Builder {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            faults: None,
            settings: Settings {
                app_id: None,
                api_key: None,
                data_dir: None,
                session_life: SESSION_LIFE,
                services: Services::default(),
            },
        }
    }

    /// The origin, such as `http://127.0.0.1:43211`: no app path and no slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The application id: the first segment of every path.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The REST API key: the second segment of every path.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// Moves the server's clock forward, so that what expires can be tested without waiting.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// let hour = Duration::from_secs(3600);
    /// let server = backendless_local::Server::builder().session_life(hour).start().await?;
    /// // ... log in ...
    /// server.advance_clock(hour); // and the session is over
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance_clock(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The e-mails that were sent, in order, each as the JSON that came: `subject`, `to` and
    /// `bodyparts`. None ever leaves the server.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outbox(&self) -> Result<Vec<serde_json::Value>, Error> {
        let Some(app) = &self.app else {
            return Ok(Vec::new());
        };
        let emails = messaging::outbox(app).await;
        emails.map_err(|failure| Error::new(format!("cannot read the outbox: {failure}")))
    }

    /// How many requests each of the [builder's faults](Builder::faults) has struck so far.
    pub fn faults(&self) -> Vec<(Fault, u64)> {
        let dice = self.faults.as_deref();
        dice.map(Dice::struck).unwrap_or_default()
    }

    /// Stops the server: it takes no new requests, answers those under way (for at most five
    /// seconds), and has freed its port and closed its files when this returns.
    pub async fn stop(mut self) {
        self.app = None;
        if let Some(running) = self.running.take() {
            // Either end fails only when the thread is gone already, which is what is wanted.
            let _ = running.stop.send(Stop::Gracefully);
            let _ = running.ended.await;
            let _ = running.thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.app = None;
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(Stop::Now);
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

/// The settings of a server that is to start; from [`Server::builder`].
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
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    address: SocketAddr,
    faults: Option<Faults>,
    settings: Settings,
}

impl Builder {
    /// The application id, of letters, digits, `-` and `_`. By default random, or the one kept in
    /// the data folder.
    pub fn app_id(mut self, app_id: impl Into<String>) -> Builder {
        self.settings.app_id = Some(app_id.into());
        self
    }

    /// The REST API key, of letters, digits, `-` and `_`. By default random, or the one kept in
    /// the data folder.
    pub fn api_key(mut self, api_key: impl Into<String>) -> Builder {
        self.settings.api_key = Some(api_key.into());
        self
    }

    /// Where to listen. By default a free port of 127.0.0.1; port 0 means any free port.
    pub fn address(mut self, address: SocketAddr) -> Builder {
        self.address = address;
        self
    }

    /// The folder that keeps everything across restarts: data, users, sessions, app id and key.
    /// Created when missing. One server at a time may use it. By default nothing is kept.
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.settings.data_dir = Some(folder.into());
        self
    }

    /// How long a session lives after its login, in whole milliseconds; 24 hours by default.
    pub fn session_life(mut self, life: Duration) -> Builder {
        self.settings.session_life = life;
        self
    }

    /// Faults that strike requests at random, so that a service can be tested against what a
    /// network does. By default none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Fault, Faults, Server};
    ///
    /// // One request in a hundred meets a fault of some kind, and one in ten another one.
    /// let faults = Faults::seeded(7).with_each(0.01).with(Fault::Unavailable, 0.1);
    /// let server = Server::builder().faults(faults).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn faults(mut self, faults: Faults) -> Builder {
        self.faults = Some(faults);
        self
    }

    /// Registers a Cloud Code method: a function from the argument, which is null if there is none,
    /// to the answer. It may block; it runs on a thread of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use backendless_local::{Server, ServiceError};
    /// use serde_json::json;
    ///
    /// let server = Server::builder()
    ///     .service("Cart", "total", |cart| match cart["prices"].as_array() {
    ///         Some(prices) => Ok(json!(prices.len())),
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
            .services
            .register(service, method, Arc::new(handler));
        self
    }

    /// Starts the server. It answers when this returns.
    ///
    /// # Errors
    /// When the address cannot be listened on, the data folder cannot be used (or another server
    /// uses it), the app id or the key has other characters than allowed, or the rates of the faults
    /// are none.
    pub async fn start(self) -> Result<Server, Error> {
        check_identity("the app id", self.settings.app_id.as_deref())?;
        check_identity("the REST API key", self.settings.api_key.as_deref())?;
        let faults = self.faults.map(Dice::new).transpose()?.map(Arc::new);
        let (listener, address) = listen(self.address)
            .map_err(|error| Error::caused(format!("cannot listen on {}", self.address), error))?;
        let clock = Clock::default();
        let origin = format!("http://{address}");
        let (app, database) = app::open(self.settings, clock.clone(), origin).await?;
        let (app_id, api_key) = (app.app_id.clone(), app.api_key.clone());
        let router = http::router(app.clone(), faults.clone());
        let running = Running::start(listener, router, database)
            .await
            .map_err(|error| Error::caused("cannot start a thread", error))?;
        Ok(Server {
            address,
            app_id,
            api_key,
            clock,
            faults,
            app: Some(app),
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

/// Refuses what could not stand in a path as it is.
fn check_identity(what: &str, value: Option<&str>) -> Result<(), Error> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match value {
        Some(value) if value.is_empty() || !value.chars().all(fits) => Err(Error::new(format!(
            "{what} may have letters, digits, '-' and '_' only"
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

impl Running {
    /// Returns when the listener is being served.
    async fn start(
        listener: TcpListener,
        router: axum::Router,
        database: DatabaseThread,
    ) -> std::io::Result<Running> {
        let (start, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("local-http".to_owned())
            .spawn(move || {
                // A receiver that is gone belongs to a caller that no longer waits.
                match runtime(listener) {
                    Ok((runtime, listener)) => {
                        let _ = start.send(Ok(()));
                        runtime.block_on(serve(listener, router, stopped));
                    }
                    Err(error) => {
                        drop(router);
                        let _ = start.send(Err(error));
                    }
                }
                // Every handle on the database ended with the runtime, so its thread ends too.
                database.join();
                let _ = end.send(());
            })?;
        // The thread always sends one of the two.
        started.await.map_err(std::io::Error::other)??;
        Ok(Running {
            stop,
            ended,
            thread,
        })
    }
}

/// A runtime for one server: made in the server's own thread, since one must not be dropped in a
/// caller's.
fn runtime(
    listener: TcpListener,
) -> std::io::Result<(tokio::runtime::Runtime, tokio::net::TcpListener)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(HASHING_THREADS)
        .build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

/// Serves until told to stop.
async fn serve(
    listener: tokio::net::TcpListener,
    router: axum::Router,
    stopped: oneshot::Receiver<Stop>,
) {
    let service = router.into_make_service_with_connect_info::<Line>();
    let (drain, draining) = oneshot::channel::<()>();
    let serving = axum::serve(Connections(listener), service).with_graceful_shutdown(async {
        let _ = draining.await;
    });
    let serving = tokio::spawn(serving.into_future());
    if let Ok(Stop::Gracefully) = stopped.await {
        let _ = drain.send(());
        let _ = tokio::time::timeout(GRACE, serving).await;
    }
}
