//! The imports that each crate allows between its modules.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::graph::Edge;

/// The rules of one crate.
#[derive(Debug)]
pub(crate) struct Rules {
    /// The package and the folder of its sources.
    pub(crate) package: &'static str,
    /// The files that modules are read from; more than one for a package with a program.
    pub(crate) roots: &'static [&'static str],
    /// The top-level modules in layers, from the top down: no module imports one of a layer above its
    /// own. Empty if the crate has no layers; then only cycles are errors.
    pub(crate) layers: &'static [&'static [&'static str]],
    /// Modules that may import only the listed modules.
    pub(crate) allowed_imports: &'static [(&'static str, &'static [&'static str])],
    /// Modules whose re-exports do not count as dependencies.
    pub(crate) facades: &'static [&'static str],
}

/// The crates that are checked.
pub(crate) const RULES: &[Rules] = &[
    Rules {
        package: "backendless",
        roots: &["backendless/src/lib.rs"],
        layers: &[
            &["generated::mock", "guide", "mock", "schema"],
            &[
                "any_request",
                "cache",
                "application",
                "cloud_code",
                "counters",
                "logging",
                "data",
                "files",
                "geo",
                "messaging",
                "users",
            ],
            &["request"],
            &["client"],
            &["transport"],
            &["generated::raw"],
            &["prepared"],
            &[
                "clock",
                "decode",
                "encode",
                "error",
                "filter",
                "grantee",
                "profile",
                "retry",
                "secret",
                "testing",
                "timestamp",
                "update",
            ],
            &["generated::operations"],
            &["operation"],
        ],
        allowed_imports: &[
            (
                "generated::raw",
                &[
                    "error",
                    "generated::operations",
                    "operation",
                    "prepared",
                    "profile",
                ],
            ),
            ("generated::operations", &["operation"]),
            (
                "generated::mock",
                &["mock", "generated::operations", "operation"],
            ),
        ],
        facades: &["mock"],
    },
    Rules {
        package: "backendless-gen",
        roots: &["backendless-gen/src/lib.rs"],
        ..UNORDERED
    },
    Rules {
        package: "backendless-local",
        roots: &[
            "backendless-local/src/lib.rs",
            "backendless-local/src/main.rs",
        ],
        // The table in backendless-local/src/lib.rs describes these layers.
        layers: &[
            &["program"],
            &["doc_example", "fuzzing", "server"],
            &["console"],
            &["http"],
            &["services"],
            &["query"],
            &["store"],
            &[
                "clock",
                "dialect",
                "error",
                "faults",
                "id",
                "json_size",
                "limits",
                "multiple_logins",
                "permissions",
                "protocol",
                "request_log",
                "service_error",
                "text",
                "token_paths",
                "usage",
            ],
        ],
        ..UNORDERED
    },
    Rules {
        package: "xtask",
        roots: &["xtask/src/main.rs"],
        ..UNORDERED
    },
];

const UNORDERED: Rules = Rules {
    package: "",
    roots: &[],
    layers: &[],
    allowed_imports: &[],
    facades: &[],
};

impl Rules {
    /// Returns the violations, each as text of several lines.
    pub(crate) fn violations(&self, top: &BTreeSet<String>, edges: &BTreeSet<Edge>) -> Vec<String> {
        let edges: Vec<&Edge> = edges
            .iter()
            .filter(|edge| !(edge.reexport && self.facades.contains(&edge.from.as_str())))
            .collect();
        let mut found = cycles(&edges);
        found.extend(self.without_layer(top));
        found.extend(edges.iter().filter_map(|edge| self.forbidden_import(edge)));
        found
    }

    /// Returns the index of the layer that contains a module.
    fn layer(&self, module: &str) -> Option<usize> {
        let mut layers = self.layers.iter();
        layers.position(|layer| layer.contains(&module))
    }

    /// Reports modules that no layer contains, so that each new module is assigned to one.
    fn without_layer(&self, top: &BTreeSet<String>) -> Option<String> {
        let modules: Vec<&str> = top
            .iter()
            .map(String::as_str)
            .filter(|module| self.layer(module).is_none())
            .collect();
        (!self.layers.is_empty() && !modules.is_empty()).then(|| {
            format!(
                "modules without a layer: {}\n  add them to the order in xtask/src/layers/rules.rs\n",
                modules.join(", ")
            )
        })
    }

    /// Reports an import that the layers or `allowed_imports` forbid.
    fn forbidden_import(&self, edge: &Edge) -> Option<String> {
        if !edge.folder.is_empty() {
            return None;
        }
        let mut limits = self.allowed_imports.iter();
        let limit = limits.find(|(module, _)| *module == edge.from);
        if let Some((_, allowed)) = limit
            && !allowed.contains(&edge.to.as_str())
        {
            return Some(format!(
                "forbidden import: {} may import only {}\n{}",
                edge.from,
                allowed.join(", "),
                place(edge)
            ));
        }
        let upward = self.layer(&edge.from)? > self.layer(&edge.to)?;
        upward.then(|| {
            format!(
                "forbidden import: {} is in a lower layer than {}\n{}",
                edge.from,
                edge.to,
                place(edge)
            )
        })
    }
}

fn place(edge: &Edge) -> String {
    format!("  {}:{}: {}\n", edge.file, edge.line, edge.path)
}

/// Returns the shortest cycle through each module that is in one; equal cycles are reported once.
fn cycles(edges: &[&Edge]) -> Vec<String> {
    let mut graph: BTreeMap<&str, BTreeMap<&str, &Edge>> = BTreeMap::new();
    for edge in edges {
        let targets = graph.entry(&edge.from).or_default();
        targets.entry(&edge.to).or_insert(edge);
    }
    let mut found = Vec::new();
    let mut reported: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
    for start in graph.keys() {
        let Some(cycle) = cycle(&graph, start) else {
            continue;
        };
        let modules = cycle.iter().map(|edge| edge.from.as_str()).collect();
        if reported.insert(modules) {
            let names: Vec<&str> = cycle.iter().map(|edge| edge.from.as_str()).collect();
            let places: String = cycle.iter().map(|edge| place(edge)).collect();
            found.push(format!(
                "cycle: {} -> {start}\n{places}",
                names.join(" -> ")
            ));
        }
    }
    found
}

/// Returns the shortest path from a module back to itself. Paths are unique in the crate, and edges stay inside a
/// folder, so the modules of all folders share one graph.
fn cycle<'e>(
    graph: &BTreeMap<&'e str, BTreeMap<&'e str, &'e Edge>>,
    start: &'e str,
) -> Option<Vec<&'e Edge>> {
    let mut reached: BTreeMap<&str, &Edge> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for (target, edge) in graph.get(module).into_iter().flatten() {
            if !reached.contains_key(target) {
                reached.insert(target, edge);
                next.push_back(target);
            }
        }
    }
    let mut cycle = vec![*reached.get(start)?];
    while cycle.last()?.from != start {
        cycle.push(reached.get(cycle.last()?.from.as_str())?);
    }
    cycle.reverse();
    Some(cycle)
}
