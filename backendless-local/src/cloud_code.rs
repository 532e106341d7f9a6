//! The Cloud Code service: methods that the embedding program registered, as Rust functions.
//!
//! The service `echo` with the method `echo` is always there; it answers its argument.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::app::App;
use crate::http::input::{AnyJson, PathOf};
use crate::http::reply::{Failure, Json, code, shorten};

/// A method: the argument it is called with (null for none), and its answer.
type Handler = Arc<dyn Fn(Value) -> Result<Value, ServiceError> + Send + Sync>;

/// The error of a Cloud Code method; the caller is answered with its code and message.
///
/// ```
/// use backendless_local::ServiceError;
///
/// let error = ServiceError::new(14_500, "the cart is empty");
/// assert_eq!(error.to_string(), "the cart is empty");
/// ```
#[derive(Clone, Debug)]
pub struct ServiceError {
    code: i64,
    message: String,
}

impl ServiceError {
    /// An error with a code, of the method's own choice or 14000, and a message.
    pub fn new(code: i64, message: impl Into<String>) -> ServiceError {
        ServiceError {
            code,
            message: message.into(),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServiceError {}

/// The methods that were registered, by service and name.
#[derive(Clone)]
pub(crate) struct Services(HashMap<String, HashMap<String, Handler>>);

impl Default for Services {
    fn default() -> Services {
        let mut services = Services(HashMap::new());
        services.register("echo", "echo", Arc::new(Ok));
        services
    }
}

impl Services {
    pub(crate) fn register(&mut self, service: &str, method: &str, handler: Handler) {
        let methods = self.0.entry(service.to_owned()).or_default();
        methods.insert(method.to_owned(), handler);
    }

    fn find(&self, service: &str, method: &str) -> Result<Handler, Failure> {
        let methods = self.0.get(service).ok_or_else(|| {
            let message = format!("there is no service '{}'", shorten(service));
            Failure::new(code::UNKNOWN_SERVICE, message)
        })?;
        methods.get(method).cloned().ok_or_else(|| {
            let (method, service) = (shorten(method), shorten(service));
            let message = format!("there is no method '{method}' of the service '{service}'");
            Failure::new(code::UNKNOWN_METHOD, message)
        })
    }
}

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/services/{service}/{method}", post(invoke))
}

#[derive(Deserialize)]
struct MethodPath {
    service: String,
    method: String,
}

async fn invoke(
    State(app): State<App>,
    PathOf(path): PathOf<MethodPath>,
    AnyJson(argument): AnyJson,
) -> Result<Json<Value>, Failure> {
    let handler = app.services.find(&path.service, &path.method)?;
    match call(handler, argument.unwrap_or_default())
        .await
        .map_err(Failure::internal)?
    {
        Some(Ok(answer)) => Ok(Json(answer)),
        Some(Err(error)) => Err(Failure::new(error.code, error.message)),
        None => Err(Failure::new(code::SERVICE_ERROR, "the method panicked")),
    }
}

/// Calls a method on a thread of its own; no answer if it panics.
///
/// A method is the embedding program's. It may block, even on a request to this very server, for
/// which the few threads that the server's own work shares would soon not be enough; and if it
/// never ends, the server can still stop.
async fn call(
    handler: Handler,
    argument: Value,
) -> std::io::Result<Option<Result<Value, ServiceError>>> {
    let (answer, answered) = oneshot::channel();
    std::thread::Builder::new()
        .name("cloud-code".to_owned())
        .spawn(move || {
            // Nobody listens when the server has stopped.
            let _ = answer.send(handler(argument));
        })?;
    Ok(answered.await.ok())
}
