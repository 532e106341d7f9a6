//! Tests of the check on small crates.

use std::collections::BTreeMap;

use super::graph::Crate;
use super::rules::Rules;

const RULES: Rules = Rules {
    package: "shop",
    roots: &["lib.rs"],
    layers: &[
        &["service", "facade"],
        &["transport"],
        &["inner::raw", "error"],
    ],
    allowed_imports: &[("inner::raw", &["error"])],
    facades: &["facade"],
};

fn krate(files: &[(&str, &str)]) -> Crate {
    let files: BTreeMap<String, &str> = files
        .iter()
        .map(|(name, text)| (format!("src/{name}"), *text))
        .collect();
    let load = |file: &str| files.get(file).map(|text| (*text).to_owned());
    Crate::read("src/lib.rs", &load).unwrap()
}

/// The violations in a crate with the modules `service`, `transport` and `error`, each of which has a
/// given text.
fn violations(root: &str, service: &str, transport: &str, error: &str) -> Vec<String> {
    let root = format!("mod error; mod service; mod transport; {root}");
    let krate = krate(&[
        ("lib.rs", &root),
        ("service.rs", service),
        ("transport/mod.rs", transport),
        ("error.rs", error),
    ]);
    RULES.violations(&krate.top_level(), &krate.edges())
}

#[test]
fn imports_of_lower_layers_are_allowed() {
    let found = violations(
        "pub use error::Error;",
        "use crate::{Error, transport::Transport};",
        "use crate::error;\nuse std::error::Error;",
        "use serde::Serialize; use self::Kind; enum Kind {}",
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn cycle_is_reported_as_a_path_with_places() {
    let found = violations(
        "",
        "\nuse crate::transport::Transport;",
        "fn f() {\n crate::error::report() }",
        "use super::service::Service;",
    );
    assert_eq!(
        found[0],
        "cycle: error -> service -> transport -> error\n  \
           src/error.rs:1: super::service::Service\n  \
           src/service.rs:2: crate::transport::Transport\n  \
           src/transport/mod.rs:2: crate::error::report\n"
    );
    assert_eq!(
        found[1..],
        [
            "forbidden import: error is in a lower layer than service\n  src/error.rs:1: super::service::Service\n"
        ]
    );
}

#[test]
fn reexport_at_the_root_leads_to_the_module_that_defines_the_name() {
    let found = violations(
        "pub use service::{Service, Kind as ServiceKind};",
        "",
        "use crate::ServiceKind;",
        "",
    );
    assert_eq!(
        found,
        [
            "forbidden import: transport is in a lower layer than service\n  src/transport/mod.rs:1: crate::ServiceKind\n"
        ]
    );
}

#[test]
fn cycle_between_siblings_in_a_folder_is_found() {
    let krate = krate(&[
        ("lib.rs", "mod error; mod transport;"),
        ("error.rs", ""),
        (
            "transport/mod.rs",
            "mod http; mod retry; mod settings; pub(crate) use retry::Policy;",
        ),
        (
            "transport/http.rs",
            "use super::{retry, settings::Settings};",
        ),
        (
            "transport/retry.rs",
            "use super::settings::Settings; use crate::error;",
        ),
        ("transport/settings.rs", "use super::Policy;"),
    ]);
    assert_eq!(
        RULES.violations(&krate.top_level(), &krate.edges()),
        [
            "cycle: transport::retry -> transport::settings -> transport::retry\n  \
               src/transport/retry.rs:1: super::settings::Settings\n  \
               src/transport/settings.rs:1: super::Policy\n"
        ]
    );
}

#[test]
fn imports_of_tests_are_ignored() {
    let found = violations(
        "#[cfg(test)] mod kit { use crate::service; }",
        "",
        "#[cfg(test)]\nmod tests { use crate::service::Service; }",
        "#[cfg(test)]\nuse crate::{service, transport};",
    );
    assert_eq!(found, [""; 0]);
}

#[test]
fn module_inside_a_group_of_the_root_has_rules_of_its_own() {
    let krate = krate(&[
        (
            "lib.rs",
            "mod error; mod transport; mod inner { pub mod raw; } pub mod names { pub use crate::inner::raw::*; }",
        ),
        ("error.rs", "use crate::names::Wire;"),
        ("transport.rs", "use crate::inner::raw;"),
        (
            "inner/raw.rs",
            "use crate::transport::Transport;\nuse crate::error::Error;",
        ),
    ]);
    let found = RULES.violations(&krate.top_level(), &krate.edges());
    assert_eq!(
        found,
        [
            "cycle: error -> inner::raw -> error\n  \
               src/error.rs:1: crate::names::Wire\n  \
               src/inner/raw.rs:2: crate::error::Error\n",
            "cycle: transport -> inner::raw -> transport\n  \
               src/transport.rs:1: crate::inner::raw\n  \
               src/inner/raw.rs:1: crate::transport::Transport\n",
            "forbidden import: inner::raw may import only error\n  src/inner/raw.rs:1: crate::transport::Transport\n",
        ]
    );
}

#[test]
fn reexports_of_a_facade_are_not_dependencies() {
    let krate = krate(&[
        ("lib.rs", "mod facade; mod service;"),
        ("facade.rs", "pub use crate::service::*;"),
        ("service.rs", "use crate::facade::Base;"),
    ]);
    assert_eq!(
        RULES.violations(&krate.top_level(), &krate.edges()),
        [""; 0]
    );
}

#[test]
fn module_without_a_layer_is_reported() {
    let krate = krate(&[
        ("lib.rs", "mod error; mod new; mod newer;"),
        ("error.rs", ""),
        ("new.rs", ""),
        ("newer.rs", ""),
    ]);
    assert_eq!(
        RULES.violations(&krate.top_level(), &krate.edges()),
        [
            "modules without a layer: new, newer\n  add them to the order in xtask/src/layers/rules.rs\n"
        ]
    );
}

#[test]
fn missing_file_is_an_error_with_its_path() {
    let load = |file: &str| (file == "src/lib.rs").then(|| "mod gone;".to_owned());
    let error = Crate::read("src/lib.rs", &load).unwrap_err();
    assert_eq!(error.to_string(), "src/gone.rs: no such file");
}
