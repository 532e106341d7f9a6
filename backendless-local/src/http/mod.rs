//! HTTP: routing, admission, decoding of requests, encoding of responses, fault injection.
//!
//! [`router`] is the entry point. The rules of the operations are in `services`.

mod admission;
pub(crate) mod body;
pub(crate) mod connection;
mod control;
mod cors;
pub(crate) mod environment;
pub(crate) mod extract;
mod fault_injection;
mod guard;
mod multipart;
pub(crate) mod origin;
mod rate_limit;
mod recording;
mod reserved;
pub(crate) mod response;
mod routes;
mod url;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any_service};
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::faults::FaultInjector;
use crate::http::connection::ConnectionHandle;
use crate::http::response::ErrorResponse;
use crate::limits::Limits;
use crate::request_log::RequestLog;
use crate::service_error::ServiceError;
use crate::services::{DOMAIN_PATH, Services};
use crate::usage::RequestCounter;

/// Settings of the HTTP layer.
#[derive(Clone, Default)]
pub(crate) struct HttpSettings {
    /// The token of the control routes; without one there are none.
    pub(crate) control_token: Option<String>,
    /// The origins whose pages may call the server.
    pub(crate) cors_origins: Vec<String>,
}

/// What the routes of the service and the console share.
#[derive(Clone)]
pub(crate) struct ServerParts {
    pub(crate) services: Services,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<FaultInjector>,
    pub(crate) counter: Arc<RequestCounter>,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) limits: Limits,
    pub(crate) address: SocketAddr,
    /// The environment variables of clients.
    pub(crate) environment: Vec<(&'static str, String)>,
}

pub(crate) fn router(parts: ServerParts, settings: HttpSettings) -> Router {
    let (services, limits, address) = (parts.services, parts.limits, parts.address);
    let running = Arc::new(Semaphore::new(limits.connections));
    let is_reachable = !address.ip().is_loopback();
    let guard = guard::Guard::new(is_reachable, settings.cors_origins.clone());
    let guard = Arc::new(guard);
    // Without faults, rate limit, CORS and log: it is not part of the API.
    let control = settings.control_token.map(|token| {
        let detached = from_fn_with_state(Arc::clone(&running), run_detached);
        let guarded = from_fn_with_state((Arc::clone(&guard), limits), guard::check);
        control::routes(services.clone(), address, token).layer((guarded, detached))
    });
    let layers = Layers {
        services,
        log: parts.log,
        guard,
        cors_origins: Arc::new(settings.cors_origins),
        counter: parts.counter,
        faults: parts.faults,
        running,
        limits,
    };
    let apis = Apis::new(layers);
    Router::new()
        .fallback(dispatch)
        .with_state(Arc::new(apis))
        .merge(control.unwrap_or_default())
        .layer((from_fn(suspend_time_limit), map_response(guard::isolate)))
}

/// The routers of the API, one for the paths with an app id and a key and one for those of the domain of the application:
/// in one router, `/api/x/info` would be a path with an app id and a key.
struct Apis {
    of_app: MethodRouter,
    /// Built when it is first used: few clients use the domain, and the router is a large part of the cost of a start.
    at_domain: LazyLock<MethodRouter, Box<dyn FnOnce() -> MethodRouter + Send>>,
}

impl Apis {
    fn new(layers: Layers) -> Apis {
        let of_app = Router::new().nest("/{app-id}/{rest-api-key}", routes::all());
        let of_app = any_service(layers.clone().wrap(of_app));
        let at_domain = move || {
            let routes = routes::all().with_state(layers.services.at_domain());
            any_service(layers.wrap(Router::new().nest(DOMAIN_PATH, routes)))
        };
        Apis {
            of_app,
            at_domain: LazyLock::new(Box::new(at_domain)),
        }
    }
}

async fn dispatch(State(apis): State<Arc<Apis>>, request: Request) -> Response {
    let api = match admission::is_at_domain(request.uri().path()) {
        true => MethodRouter::clone(&apis.at_domain),
        false => apis.of_app.clone(),
    };
    Handler::call(api, request, ()).await
}

/// What a request of the API passes before its route.
#[derive(Clone)]
struct Layers {
    services: Services,
    log: Arc<RequestLog>,
    guard: Arc<guard::Guard>,
    cors_origins: Arc<Vec<String>>,
    counter: Arc<RequestCounter>,
    faults: Arc<FaultInjector>,
    running: Arc<Semaphore>,
    limits: Limits,
}

impl Layers {
    /// Adds the layers to the routes, and the errors of all other paths and methods.
    fn wrap(self, routes: Router<Services>) -> Router {
        let limits = self.limits;
        let router = routes
            .fallback(admission::unknown_route)
            .method_not_allowed_fallback(admission::method_not_allowed)
            .with_state(self.services.clone());
        // The outermost first.
        let outer = (
            from_fn_with_state(self.log, recording::record),
            from_fn_with_state((self.guard, limits), guard::check),
        );
        let inner = (
            from_fn_with_state((self.counter, limits), rate_limit::limit),
            from_fn_with_state((self.faults, limits), fault_injection::inject),
            from_fn_with_state(self.running, run_detached),
            from_fn_with_state((self.services, limits), admission::admit),
        );
        // One call for all layers: each call wraps every route anew.
        match self.cors_origins.is_empty() {
            true => router.layer((outer, inner)),
            false => {
                let cors = from_fn_with_state(self.cors_origins, cors::allow);
                router.layer((outer, cors, inner))
            }
        }
    }
}

/// Suspends the time limit of the connection until the response is returned.
pub(crate) async fn suspend_time_limit(
    ConnectInfo(connection): ConnectInfo<ConnectionHandle>,
    request: Request,
    next: Next,
) -> Response {
    let _running = connection.start_request();
    next.run(request).await
}

/// Runs a request in a task of its own: a panic becomes an error response, and a request whose
/// client disconnects runs to its end, so that no write stops between two steps. The number of such requests is
/// limited: the connection of a request may be closed before it ends.
pub(crate) async fn run_detached(
    State(running): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    let permit = running.acquire_owned().await;
    let run = async move {
        let response = next.run(request).await;
        drop(permit);
        response
    };
    match tokio::spawn(run).await {
        Ok(response) => response,
        Err(_) => {
            let error = ServiceError::internal("a request handler panicked");
            ErrorResponse::from(error).into_response()
        }
    }
}
