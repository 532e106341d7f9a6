//! The Cloud Code service: methods that the embedding program registers as Rust functions.
//!
//! The service `echo` with the methods `echo`, `getEcho`, `setEcho` and `deleteEcho` always exists; they return their
//! argument. So does the event `echo`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// A method or the handler of an event: from its argument (null if there is none) to its result.
pub(crate) type Handler = Arc<dyn Fn(Value) -> Result<Value, ServiceError> + Send + Sync>;

/// A handler of any method: from the service, the method and the argument to the result.
pub(crate) type AnyHandler =
    Arc<dyn Fn(&str, &str, Value) -> Result<Value, ServiceError> + Send + Sync>;

/// The registered methods, by service and name, and the handlers of custom events, by event.
#[derive(Clone)]
pub(crate) struct CloudCode {
    methods: HashMap<String, HashMap<String, Handler>>,
    events: HashMap<String, Handler>,
    /// Handles all other methods.
    fallback: Option<AnyHandler>,
}

impl Default for CloudCode {
    fn default() -> CloudCode {
        let mut code = CloudCode {
            methods: HashMap::new(),
            events: HashMap::new(),
            fallback: None,
        };
        for method in ["echo", "getEcho", "setEcho", "deleteEcho"] {
            code.register_method("echo", method, Arc::new(Ok));
        }
        code.register_event("echo", Arc::new(Ok));
        code
    }
}

impl CloudCode {
    pub(crate) fn register_method(&mut self, service: &str, method: &str, handler: Handler) {
        let methods = self.methods.entry(service.to_owned()).or_default();
        methods.insert(method.to_owned(), handler);
    }

    pub(crate) fn register_fallback(&mut self, handler: AnyHandler) {
        self.fallback = Some(handler);
    }

    pub(crate) fn register_event(&mut self, event: &str, handler: Handler) {
        self.events.insert(event.to_owned(), handler);
    }

    /// Returns the services with the names of their methods, and the events, all sorted.
    pub(crate) fn names(&self) -> (Vec<(&str, Vec<&str>)>, Vec<&str>) {
        let mut services: Vec<(&str, Vec<&str>)> = Vec::new();
        for (service, of_service) in &self.methods {
            services.push((service, sorted(of_service)));
        }
        services.sort_unstable();
        (services, sorted(&self.events))
    }

    /// Whether a handler runs all methods that are not registered.
    pub(crate) fn has_fallback(&self) -> bool {
        self.fallback.is_some()
    }

    /// Runs the handler of a custom event.
    pub(crate) async fn dispatch(
        &self,
        event: &str,
        arguments: Value,
    ) -> Result<Value, ServiceError> {
        let handler = self.events.get(event).cloned().ok_or_else(|| {
            let message = format!(
                "Custom event handler with name '{}' does not exists",
                shorten(event)
            );
            ServiceError::new(code::SERVICE_ERROR, message)
        })?;
        run(handler, arguments).await
    }

    pub(crate) async fn invoke(
        &self,
        service: &str,
        method: &str,
        argument: Value,
    ) -> Result<Value, ServiceError> {
        run(self.find(service, method)?, argument).await
    }

    /// Invokes the method whose name is the prefix of an HTTP method, such as `get`, and the route, ignoring case.
    pub(crate) async fn invoke_route(
        &self,
        service: &str,
        prefix: &str,
        route: &str,
        argument: Value,
    ) -> Result<Value, ServiceError> {
        let name = format!("{prefix}{route}");
        let methods = self.methods.get(service).into_iter().flatten();
        let mut methods = methods.map(|(method, _)| method);
        let method = methods.find(|method| method.eq_ignore_ascii_case(&name));
        run(self.find(service, method.unwrap_or(&name))?, argument).await
    }

    fn find(&self, service: &str, method: &str) -> Result<Handler, ServiceError> {
        let registered = self.registered(service, method);
        match &self.fallback {
            Some(other) if registered.is_err() => {
                let (other, service, method) =
                    (Arc::clone(other), service.to_owned(), method.to_owned());
                Ok(Arc::new(move |argument| other(&service, &method, argument)))
            }
            _ => registered,
        }
    }

    fn registered(&self, service: &str, method: &str) -> Result<Handler, ServiceError> {
        let methods = self.methods.get(service).ok_or_else(|| {
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

/// Returns the sorted names of handlers.
fn sorted(handlers: &HashMap<String, Handler>) -> Vec<&str> {
    let mut names: Vec<&str> = handlers.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Runs code of the embedding program.
pub(super) async fn run(handler: Handler, argument: Value) -> Result<Value, ServiceError> {
    let result = call(handler, argument).await;
    result.map_err(ServiceError::internal)?.unwrap_or_else(|| {
        Err(ServiceError::new(
            code::SERVICE_ERROR,
            "the application's code panicked",
        ))
    })
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
