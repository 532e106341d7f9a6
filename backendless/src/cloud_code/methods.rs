//! Methods with routes of the HTTP methods GET, PUT and DELETE.

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::CloudCode;
use crate::Result;
use crate::generated::raw;
use crate::prepared::{Prepared, Reader};
use crate::request::{Request, RequestFuture, sealed};

/// Request to a Cloud Code method by GET; created by [`CloudCode::get`].
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// let request = client.cloud_code().get::<serde_json::Value>("Shop", "item").argument("id", "A-1");
/// assert!(request.await.unwrap_err().is_not_found());
/// # });
/// ```
pub type GetInvocation<R> = Request<R, GetInvocationParameters>;

/// Parameters of [`GetInvocation`].
pub struct GetInvocationParameters {
    service: String,
    route: String,
    arguments: HashMap<String, String>,
}

impl CloudCode {
    /// Invokes the method of `service` whose name is `get` and `route`, or that has this REST route, by GET. Its arguments
    /// are [query parameters](GetInvocation::argument).
    ///
    /// The response is decoded as that of [`invoke`](Self::invoke). The request is not idempotent by default, because
    /// the SDK does not know what the method does.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/bl-java/bl_rest_routes.html)).
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// use serde_json::{Value, json};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = backendless_local::Server::builder();
    /// # let server = builder.service("Shop", "getItem", |arguments| Ok(arguments)).start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let item: Value = client.cloud_code().get("Shop", "Item").argument("id", "A-1").await?;
    /// assert_eq!(item, json!({"id": "A-1"}));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get<R>(&self, service: impl Into<String>, route: impl Into<String>) -> GetInvocation<R>
    where
        R: DeserializeOwned + Send + 'static,
    {
        let parameters = GetInvocationParameters {
            service: service.into(),
            route: route.into(),
            arguments: HashMap::new(),
        };
        Request::with_parameters(self.client.clone(), parameters)
    }

    /// Invokes the method of `service` whose name is `set` and `route`, or that has this REST route, by PUT. `arguments` are
    /// sent as JSON of any shape.
    ///
    /// The response is decoded as that of [`invoke`](Self::invoke). The request is not idempotent by default, because
    /// the SDK does not know what the method does.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/bl-java/bl_rest_routes.html)).
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = backendless_local::Server::builder();
    /// # let server = builder.service("Shop", "setItem", |arguments| Ok(arguments)).start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let stored: u32 = client.cloud_code().put("Shop", "Item", &5).await?;
    /// assert_eq!(stored, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn put<A, R>(
        &self,
        service: impl Into<String>,
        route: impl Into<String>,
        arguments: &A,
    ) -> Request<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned + Send + 'static,
    {
        let (service, route) = (service.into(), route.into());
        let request = raw::put_to_cloud_code_service(&service, &route, Some(arguments));
        self.request(request)
    }

    /// Invokes the method of `service` whose name is `delete` and `route`, or that has this REST route, by DELETE.
    /// `arguments` are sent as JSON of any shape.
    ///
    /// The response is decoded as that of [`invoke`](Self::invoke). The request is not idempotent by default, because
    /// the SDK does not know what the method does.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([documentation](https://backendless.com/docs/bl-java/bl_rest_routes.html)).
    ///
    /// # Errors
    ///
    /// As [`invoke`](Self::invoke).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = backendless_local::Server::builder();
    /// # let server = builder.service("Shop", "deleteItem", |_| Ok(serde_json::json!(true))).start().await?;
    /// # let client = backendless::Client::builder(server.app_id(), server.api_key()).api_url(server.url()).build()?;
    /// let deleted: bool = client.cloud_code().delete("Shop", "Item", "A-1").await?;
    /// assert!(deleted);
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete<A, R>(
        &self,
        service: impl Into<String>,
        route: impl Into<String>,
        arguments: &A,
    ) -> Request<R>
    where
        A: Serialize + ?Sized,
        R: DeserializeOwned + Send + 'static,
    {
        let (service, route) = (service.into(), route.into());
        let request = raw::delete_from_cloud_code_service(&service, &route, Some(arguments));
        self.request(request)
    }

    fn request<R>(&self, request: Result<Prepared<R>>) -> Request<R>
    where
        R: DeserializeOwned + Send + 'static,
    {
        let request = request.map(|request| Prepared {
            reader: Reader::json_or_text(),
            ..request
        });
        Request::new(&self.client, request)
    }
}

impl<R> GetInvocation<R> {
    /// Sets an argument, which is sent as a query parameter. A second value for the same name replaces the first.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// // The method `getEcho` of the service `echo` of the local server returns its arguments.
    /// let request = client.cloud_code().get::<serde_json::Value>("echo", "Echo").argument("id", "A-1");
    /// assert_eq!(request.await?["id"], "A-1");
    /// # });
    /// ```
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.arguments.insert(name.into(), value.into());
        self
    }
}

impl<R: DeserializeOwned + Send + 'static> sealed::Sendable<R> for GetInvocationParameters {
    fn send(request: Request<R, Self>) -> RequestFuture<R> {
        let (client, parameters, settings) = request.into_parts();
        let Self {
            service,
            route,
            arguments,
        } = parameters;
        let arguments = Some(&arguments).filter(|arguments| !arguments.is_empty());
        let request = raw::get_from_cloud_code_service(&service, &route, arguments);
        client
            .cloud_code()
            .request(request)
            .with_settings(settings)
            .into_future()
    }
}

/// Prints the service and the route; the arguments are the caller's data.
impl fmt::Debug for GetInvocationParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetInvocation")
            .field("service", &self.service)
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}
