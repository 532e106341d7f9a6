//! Catalogue of operations: one [`Entry`] for each operation of the document.
//!
//! An entry says how the public API calls the operation, what a successful response looks like, how
//! the client reads it, and which values its path takes. Every suite that covers all operations
//! reads this catalogue: coverage, faults, properties, leaks and the example `every_operation`. A new
//! operation needs one entry, in the file of its service; the coverage test names an operation
//! without one.

mod any_request;
mod call;
mod context;

mod application;
mod cache;
mod cloud_code;
mod counters;
mod data;
mod files;
mod geo;
mod messaging;
mod relations;
mod transactions;
mod users;

use std::iter;
use std::sync::LazyLock;

use backendless::operations::Operation;
use backendless::{Client, Error};
use serde_json::{Value, json};

use crate::spec::Spec;

pub use any_request::any_request;
pub use call::Call;
pub use context::{Context, Values};
pub use files::REMOTE_FILE;
pub use messaging::TEMPLATE;

/// An operation, and what the suites need to call it.
pub struct Entry {
    /// The operation, from the table of the crate.
    pub operation: &'static Operation,
    /// How the client reads the body of a successful response.
    pub response_body: ResponseBody,
    /// One value for each parameter of the path, in the order of the path.
    pub path_values: &'static [&'static str],
    /// The query of [`Entry::call`].
    pub query: Vec<(&'static str, String)>,
    /// The simplest call of the operation, with no more query parameters than `query`.
    pub call: Call,
    /// Other calls of the same operation, each with a name.
    pub variants: Vec<(&'static str, Call)>,
    success: fn(&Values) -> Value,
}

/// How a call reads the body of a successful response, ordered by how much it requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResponseBody {
    /// Any bytes: the body is ignored, or it is the content of a file.
    Any,
    /// JSON of the expected type, or `null`, or nothing.
    Nullable,
    /// JSON of the expected type.
    Required,
}

impl Entry {
    fn new(
        operation: &'static Operation,
        path_values: &'static [&'static str],
        call: Call,
        response_body: ResponseBody,
        success: fn(&Values) -> Value,
    ) -> Self {
        Self {
            operation,
            response_body,
            path_values,
            query: Vec::new(),
            call,
            variants: Vec::new(),
            success,
        }
    }

    fn query(mut self, query: &[(&'static str, &str)]) -> Self {
        let query = query
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        self.query = query.collect();
        self
    }

    fn variant(mut self, name: &'static str, call: Call) -> Self {
        self.variants.push((name, call));
        self
    }

    /// The body of a successful response that contains `values` wherever the service returns them.
    pub fn success(&self, values: &Values) -> Value {
        (self.success)(values)
    }

    /// All calls of this operation: the simplest one first, then its variants. The name is the
    /// operationId, and for a variant its name as well.
    pub fn calls(&self) -> impl Iterator<Item = (String, &Call)> {
        let id = self.operation.id();
        let variants = self.variants.iter();
        iter::once((id.to_owned(), &self.call))
            .chain(variants.map(move |(name, call)| (format!("{id} {name}"), call)))
    }

    /// The context of a call of this operation: the values of its path are those that earlier calls
    /// in `context` kept, and otherwise those of this entry.
    pub fn context(&self, context: &Context) -> Context {
        let parameters = self.operation.path_parameters().iter();
        let path = parameters.zip(self.path_values).map(|(parameter, value)| {
            let kept = context.path_value(parameter.name());
            kept.unwrap_or_else(|| (*value).to_owned())
        });
        context.with_path(path.collect())
    }
}

/// All entries, in an order in which each call finds what an earlier one created.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let services = [
            data::entries(),
            users::entries(),
            files::entries(),
            messaging::entries(),
            geo::entries(),
            cache::entries(),
            counters::entries(),
            cloud_code::entries(),
            application::entries(),
        ];
        services.into_iter().flatten().collect()
    });
    &ENTRIES
}

/// The entry of the operation with this operationId.
pub fn entry(id: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.operation.id() == id)
}

/// The body of a successful response to a request with this method and this path behind the app
/// path; none if no operation has them.
pub fn response_to(method: &str, path: &str, values: &Values) -> Option<Value> {
    static SPEC: LazyLock<Spec> = LazyLock::new(Spec::read);
    let operation = SPEC.operation_of(method, path)?;
    Some(entry(&operation.id)?.success(values))
}

/// The name and the result of each call.
pub type Outcomes = Vec<(String, Result<(), Error>)>;

/// Sends every call of every entry and goes on after an error. Later calls use what earlier ones
/// returned, where they returned anything.
pub async fn call_every_operation(client: &Client, values: &Values) -> Outcomes {
    let context = Context::new(client, values);
    let mut outcomes = Vec::new();
    for entry in entries() {
        for (name, call) in entry.calls() {
            outcomes.push((name, call.send(entry.context(&context)).await));
        }
    }
    outcomes
}

/// A row, a user or a geo point as the service returns it.
fn object(values: &Values) -> Value {
    json!({
        "objectId": "B2", "created": 1_700_000_000_000_u64, "note": values.value,
        "user-token": values.token, "latitude": 1.0, "longitude": 2.0,
    })
}

fn objects(values: &Values) -> Value {
    json!([object(values)])
}

fn number(_: &Values) -> Value {
    json!(5)
}

/// The local server against which every call of the catalogue succeeds, if its client has the Cloud Code API key.
pub fn local_server() -> backendless_local::Builder {
    let any_account = |token: &str| Some(json!({"id": token, "given_name": "Ann"}));
    backendless_local::Server::builder()
        .email_confirmation(true)
        .role(users::ROLE)
        .social_login(users::PROVIDER, any_account)
        .remote_file(REMOTE_FILE, "remote")
        .push_template("IOS", TEMPLATE, serde_json::Value::Null)
        .email_template(TEMPLATE)
}
