//! Examples: the requests of the corpus that succeed.

use std::collections::BTreeMap;

use backendless::Profile;
use backendless_local::Server;
use serde_json::Value;

use crate::case::{folder, handwritten, read};
use crate::client::expected_request;
use crate::local::{Captured, outgoing, run_steps};
use crate::wire::Outgoing;

/// A request of the corpus whose case ends with a success.
pub(super) struct Example(pub(super) Outgoing);

/// Creates what the requests of the corpus name: rows, relations, files, a user and a session.
///
/// Values that only the server can choose are captured, with the value that the corpus has for them as their name.
pub(super) async fn prepare(server: &Server) -> Captured {
    let mut all = Captured::default();
    for sequence in setup().as_array().into_iter().flatten() {
        let (captured, problems) = run_steps(server, "setup.json", sequence).await;
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        all.0.extend(captured.0);
    }
    all
}

/// Creates again what a request deleted. A column that a request created with another type is no problem.
pub(super) async fn restore(server: &Server) {
    run_steps(server, "setup.json", &setup()[0]).await;
}

fn setup() -> Value {
    read(&folder().join("schema_requests/setup.json"))
}

/// The examples by operation, with the values of the server.
pub(super) fn examples(app_path: &str, captured: &Captured) -> BTreeMap<String, Vec<Example>> {
    let mut examples: BTreeMap<String, Vec<Example>> = BTreeMap::new();
    for case in handwritten() {
        if case.value["request"].is_null() || case.value["expect"].get("value").is_none() {
            continue;
        }
        let request = expected_request(&case.value, Profile::Document);
        let mut text = request.to_string();
        for (placeholder, value) in &captured.0 {
            text = text.replace(placeholder, value);
        }
        let mut request: Value = serde_json::from_str(&text).expect("the values need no escapes");
        // A logout would end the session of the other examples.
        if case.operation() == "logoutUser"
            && let Some(headers) = request["headers"].as_object_mut()
        {
            headers.remove("user-token");
        }
        let list = examples.entry(case.operation().to_owned()).or_default();
        list.push(Example(outgoing(&request, app_path)));
    }
    examples
}
