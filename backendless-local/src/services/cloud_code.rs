//! The Cloud Code service: methods that the embedding program registers as Rust functions.
//!
//! The service `echo` with the method `echo` always exists; it returns its argument.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// A method: from its argument (null if there is none) to its result.
pub(crate) type Handler = Arc<dyn Fn(Value) -> Result<Value, ServiceError> + Send + Sync>;

/// The registered methods, by service and name.
#[derive(Clone)]
pub(crate) struct Methods(HashMap<String, HashMap<String, Handler>>);

impl Default for Methods {
    fn default() -> Methods {
        let mut methods = Methods(HashMap::new());
        methods.register("echo", "echo", Arc::new(Ok));
        methods
    }
}

impl Methods {
    pub(crate) fn register(&mut self, service: &str, method: &str, handler: Handler) {
        let methods = self.0.entry(service.to_owned()).or_default();
        methods.insert(method.to_owned(), handler);
    }

    pub(crate) async fn invoke(
        &self,
        service: &str,
        method: &str,
        argument: Value,
    ) -> Result<Value, ServiceError> {
        let handler = self.find(service, method)?;
        match call(handler, argument)
            .await
            .map_err(ServiceError::internal)?
        {
            Some(result) => result,
            None => Err(ServiceError::new(
                code::SERVICE_ERROR,
                "the method panicked",
            )),
        }
    }

    fn find(&self, service: &str, method: &str) -> Result<Handler, ServiceError> {
        let methods = self.0.get(service).ok_or_else(|| {
            let message = format!("there is no service '{}'", shorten(service));
            ServiceError::new(code::UNKNOWN_SERVICE, message)
        })?;
        methods.get(method).cloned().ok_or_else(|| {
            let (method, service) = (shorten(method), shorten(service));
            let message = format!("there is no method '{method}' of the service '{service}'");
            ServiceError::new(code::UNKNOWN_METHOD, message)
        })
    }
}

/// Calls a method on a new thread. Returns `None` if it panics.
///
/// The method is code of the embedding program. It may block, even on a request to this server,
/// for which the runtime's few blocking threads would not suffice. If it never returns, the server
/// can still stop.
async fn call(
    handler: Handler,
    argument: Value,
) -> std::io::Result<Option<Result<Value, ServiceError>>> {
    let (sender, receiver) = oneshot::channel();
    std::thread::Builder::new()
        .name("cloud-code".to_owned())
        .spawn(move || {
            // The receiver is gone if the server has stopped.
            let _ = sender.send(handler(argument));
        })?;
    Ok(receiver.await.ok())
}
