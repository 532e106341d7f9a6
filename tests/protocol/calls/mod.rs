//! How the public API of the SDK makes the call of a case: one arm for each operation of the document.

mod data;
mod files;
mod messaging;
mod others;
mod users;

use backendless::{Client, Grantee, Result, Timestamp};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::Arguments;

/// The returned value of a call as the JSON that the corpus describes.
pub(crate) type Outcome = BoxFuture<'static, Result<Value>>;

/// Makes the call of `operation`; `None` if no arm has it.
pub(crate) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    data::call(client, operation, arguments)
        .or_else(|| users::call(client, operation, arguments))
        .or_else(|| files::call(client, operation, arguments))
        .or_else(|| messaging::call(client, operation, arguments))
        .or_else(|| others::call(client, operation, arguments))
}

/// Sends a request, and converts what it returns with `read`.
fn read<I, R>(request: I, read: fn(R) -> Value) -> Outcome
where
    I: IntoFuture<Output = Result<R>>,
    I::IntoFuture: Send + 'static,
    R: 'static,
{
    let response = request.into_future();
    Box::pin(async move { response.await.map(read) })
}

/// Sends a request whose return value is the JSON of the document.
fn json<I, R>(request: I) -> Outcome
where
    I: IntoFuture<Output = Result<R>>,
    I::IntoFuture: Send + 'static,
    R: Serialize + 'static,
{
    read(request, |value| to_json(&value))
}

fn to_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("the value has no map with keys that are not texts")
}

/// The role or user of a permission.
fn grantee(arguments: &Arguments<'_>) -> Grantee {
    let role = arguments.field("role");
    match (arguments.field("user"), role) {
        (Some(user), _) if user == "*" => Grantee::all_users(),
        (Some(_), _) => Grantee::user(arguments.field_text("user")),
        (None, Some(role)) if role == "*" => Grantee::all_roles(),
        (None, _) => Grantee::role(arguments.field_text("role")),
    }
}

/// A time in milliseconds since 1970.
fn timestamp(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).expect("the case has a number of milliseconds")
}
