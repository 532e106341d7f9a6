//! Which tests belong to a changed file.

/// Files below a path, and the tests to run when one of them changes.
struct Area {
    path: &'static str,
    /// Test binaries, each with its filters. `*` stands for the module of the changed file.
    tests: &'static [(&'static str, &'static [&'static str])],
}

const fn area(
    path: &'static str,
    tests: &'static [(&'static str, &'static [&'static str])],
) -> Area {
    Area { path, tests }
}

/// The first area that contains a file decides.
const AREAS: &[Area] = &[
    // The SDK.
    area(
        "backendless/src/transport/rate_limit/",
        &[
            ("--lib", &["rate_limit::"]),
            ("--test suite", &["rate_limit::"]),
        ],
    ),
    area(
        "backendless/src/transport/",
        &[
            ("--lib", &["transport::"]),
            (
                "--test suite",
                &["faults::", "limits::", "users::automatic_login::"],
            ),
            ("--test leaks", &["rejections::", "failures::", "headers::"]),
        ],
    ),
    area(
        "backendless/src/prepared/",
        &[
            ("--lib", &["prepared::"]),
            ("--test suite", &["properties::", "any_request::"]),
        ],
    ),
    area(
        "backendless/src/data/transaction/",
        &[("--test suite", &["transactions::"])],
    ),
    area(
        "backendless/src/data/",
        &[
            ("--lib", &["data::"]),
            ("--test suite", &["data::", "numbers::"]),
        ],
    ),
    area(
        "backendless/src/filter",
        &[
            ("--lib", &["filter::"]),
            ("--test suite", &["properties::filters::", "fuzz::"]),
        ],
    ),
    area(
        "backendless/src/users/",
        &[
            ("--lib", &["users::"]),
            ("--test suite", &["users::"]),
            ("--test leaks", &["automatic_login::", "memory::"]),
        ],
    ),
    area(
        "backendless/src/files/",
        &[("--lib", &["files::"]), ("--test suite", &["files::"])],
    ),
    area(
        "backendless/src/messaging/",
        &[
            ("--lib", &["messaging::"]),
            ("--test suite", &["messaging::"]),
        ],
    ),
    area(
        "backendless/src/geo/",
        &[("--lib", &["geo::"]), ("--test suite", &["geo::"])],
    ),
    area(
        "backendless/src/cache",
        &[("--lib", &["cache::"]), ("--test suite", &["cache::"])],
    ),
    area(
        "backendless/src/counters",
        &[("--test suite", &["counters::"])],
    ),
    area(
        "backendless/src/cloud_code",
        &[("--test suite", &["cloud_code::", "execution_types::"])],
    ),
    area(
        "backendless/src/error/",
        &[
            ("--lib", &["error::"]),
            ("--test suite", &["errors::", "error_texts::", "faults::"]),
        ],
    ),
    area(
        "backendless/src/secret",
        &[("--lib", &["secret::"]), ("--test leaks", &[""])],
    ),
    area(
        "backendless/src/logging",
        &[
            ("--lib", &["logging::"]),
            ("--test suite", &["log_layer::"]),
        ],
    ),
    area("backendless/src/mock", &[("--lib", &["mock::"])]),
    area(
        "backendless/src/testing.rs",
        &[
            ("--lib", &["testing::"]),
            ("--test suite", &["responder::"]),
        ],
    ),
    area("backendless/src/timestamp", &[("--lib", &["timestamp::"])]),
    area(
        "backendless/src/client/",
        &[
            ("--lib", &["client::"]),
            ("--test suite", &["client::", "address::", "domain::"]),
        ],
    ),
    area(
        "backendless/src/",
        &[("--lib", &[""]), ("--test suite", &["coverage::"])],
    ),
    // The local server. Its tests over HTTP are those of the service.
    area(
        "backendless-local/src/query/",
        &[
            ("--lib", &["query::"]),
            (
                "--test wire",
                &[
                    "where_clause::",
                    "find::",
                    "functions::",
                    "grouping::",
                    "wrong_values::",
                    "computed::",
                ],
            ),
        ],
    ),
    area(
        "backendless-local/src/store/",
        &[
            ("--lib", &["store::"]),
            (
                "--test wire",
                &["persistence::", "lifecycle::", "functions::"],
            ),
        ],
    ),
    area(
        "backendless-local/src/services/files",
        &[
            ("--lib", &["services::"]),
            ("--test wire", &["file_access::"]),
            ("--test services", &["file"]),
        ],
    ),
    area(
        "backendless-local/src/services/users",
        &[
            ("--lib", &["services::"]),
            ("--test wire", &["users::", "accounts::", "sessions::"]),
        ],
    ),
    area(
        "backendless-local/src/",
        &[
            ("--lib", &[""]),
            ("--test wire", &["http::", "rows::"]),
            ("--test services", &[""]),
        ],
    ),
    area(
        "backendless-local/tests/wire/support.rs",
        &[("--test wire", &[""])],
    ),
    area("backendless-local/tests/", &[("--test wire", &["*"])]),
    // The generator.
    area(
        "backendless-gen/src/spec/",
        &[
            ("--lib", &["spec::"]),
            ("--test spec_diff", &[""]),
            ("--test spec_diff_cases", &[""]),
            ("--test spec_tools", &[""]),
        ],
    ),
    area(
        "backendless-gen/src/",
        &[("--test golden", &[""]), ("--test bad_input", &[""])],
    ),
    area("backendless-gen/tests/golden/", &[("--test golden", &[""])]),
    area(
        "backendless-gen/tests/bad_input/",
        &[("--test bad_input", &[""])],
    ),
    area(
        "overlays/",
        &[
            ("--test overlays", &[""]),
            ("--test suite", &["coverage::"]),
        ],
    ),
    // The suites.
    area("tests/suite/main.rs", &[("--test suite", &["coverage::"])]),
    area("tests/suite/support.rs", &[("--test suite", &[""])]),
    area("tests/suite/", &[("--test suite", &["*"])]),
    area("tests/leaks/main.rs", &[("--test leaks", &[""])]),
    area("tests/leaks/", &[("--test leaks", &["*"])]),
    area("tests/soak/", &[("--test soak", &[""])]),
    area(
        "tests/kit/",
        &[("--test suite", &[""]), ("--test leaks", &[""])],
    ),
    // Commands and texts.
    area("xtask/", &[("--bin xtask", &[""])]),
    area("CONTRIBUTING.md", &[("--bin xtask", &["check::"])]),
    area(
        "README.md",
        &[
            ("--bin xtask", &["features::", "readme::"]),
            ("--test suite", &["documentation::", "coverage::"]),
        ],
    ),
    area(
        "backendless/guide/",
        &[("--test suite", &["documentation::"])],
    ),
    area(
        "docs/",
        &[("--test suite", &["documentation::", "faults::figures::"])],
    ),
];

/// Returns the test binaries and filters for a changed file.
pub(super) fn tests_of(file: &str) -> Vec<(&'static str, String)> {
    let Some(area) = AREAS.iter().find(|area| file.starts_with(area.path)) else {
        return Vec::new();
    };
    let of_binary = |&(binary, filters): &(&'static str, &'static [&'static str])| {
        filters.iter().map(move |filter| match *filter {
            "*" => (binary, module_of(file)),
            filter => (binary, filter.to_owned()),
        })
    };
    area.tests.iter().flat_map(of_binary).collect()
}

/// Returns the module of a file of a test binary: `users::roles::` for `tests/suite/users/roles.rs`.
fn module_of(file: &str) -> String {
    let binary = file.split_once("tests/").map_or(file, |(_, rest)| rest);
    let Some((_, path)) = binary.split_once('/') else {
        return String::new();
    };
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    format!("{}::", path.replace('/', "::"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{AREAS, module_of, tests_of};

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    #[test]
    fn a_test_file_selects_its_module() {
        assert_eq!(module_of("tests/suite/users/roles.rs"), "users::roles::");
        assert_eq!(module_of("tests/suite/faults/mod.rs"), "faults::");
        assert_eq!(module_of("backendless-local/tests/wire/find.rs"), "find::");
        assert_eq!(module_of("backendless-local/tests/doc_example.rs"), "");
        assert_eq!(
            tests_of("tests/suite/users/roles.rs"),
            [("--test suite", "users::roles::".to_owned())]
        );
    }

    /// A moved folder would otherwise select no tests, silently.
    #[test]
    fn every_area_exists() {
        for area in AREAS {
            let (folder, start) = area.path.rsplit_once('/').unwrap_or((".", area.path));
            let entries = fs::read_dir(root().join(folder));
            let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", area.path));
            let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            assert!(names.any(|name| name.starts_with(start)), "{}", area.path);
        }
    }

    /// A filter that selects nothing would be a check that cannot fail.
    #[test]
    fn every_filter_names_a_module() {
        let suites = [
            ("--test suite", "tests/suite"),
            ("--test leaks", "tests/leaks"),
            ("--test wire", "backendless-local/tests/wire"),
            ("--test services", "backendless-local/tests/services"),
        ];
        for (binary, filter) in AREAS.iter().flat_map(|area| area.tests) {
            let Some((_, folder)) = suites.iter().find(|(name, _)| name == binary) else {
                continue;
            };
            for module in filter.iter().filter_map(|filter| filter.strip_suffix("::")) {
                let path = root().join(folder).join(module.replace("::", "/"));
                let exists = path.is_dir() || path.with_extension("rs").is_file();
                assert!(exists, "{binary} {module}");
            }
        }
    }

    #[test]
    fn every_source_folder_has_tests() {
        for folder in [
            "backendless/src",
            "backendless-local/src",
            "backendless-gen/src",
        ] {
            let entries = fs::read_dir(root().join(folder)).expect("the checkout is readable");
            for entry in entries.filter_map(Result::ok) {
                let name = entry
                    .file_name()
                    .into_string()
                    .expect("names of sources are UTF-8");
                let tests = tests_of(&format!("{folder}/{name}"));
                assert!(!tests.is_empty(), "{folder}/{name}");
            }
        }
    }
}
