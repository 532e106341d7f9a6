//! Rules of `.github/workflows`: an action is pinned by commit, a checkout keeps no token, and a job with a token that can
//! write runs no code of a dependency.

use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

/// Returns each violation of the rules in a workflow.
fn violations(text: &str) -> Vec<String> {
    let documents = Yaml::load_from_str(text).expect("the workflow is YAML");
    let workflow = documents.first().expect("the workflow has a document");
    let mut violations = Vec::new();
    let Some(jobs) = get(workflow, "jobs").and_then(Yaml::as_mapping) else {
        return Vec::from(["there are no jobs".to_owned()]);
    };
    if get(workflow, "permissions").is_none() {
        violations.push("the workflow has no `permissions`, so its jobs may have all".to_owned());
    }
    for (name, job) in jobs {
        let name = name.as_str().unwrap_or_default();
        let permissions = get(job, "permissions").or_else(|| get(workflow, "permissions"));
        let may_write = permissions.is_some_and(may_write);
        if let Some(action) = get(job, "uses").and_then(Yaml::as_str) {
            violations.extend(unpinned(action).map(|problem| format!("{name}: {problem}")));
        }
        let steps = get(job, "steps").and_then(Yaml::as_sequence);
        for step in steps.into_iter().flatten() {
            let problems = step_problems(step, may_write);
            violations.extend(
                problems
                    .into_iter()
                    .map(|problem| format!("{name}: {problem}")),
            );
        }
    }
    violations
}

fn step_problems(step: &Yaml<'_>, may_write: bool) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(action) = get(step, "uses").and_then(Yaml::as_str) {
        problems.extend(unpinned(action));
        let keeps_token = get(step, "with")
            .and_then(|with| get(with, "persist-credentials"))
            .and_then(Yaml::as_bool)
            != Some(false);
        if action.starts_with("actions/checkout@") && keeps_token {
            problems.push("a checkout without `persist-credentials: false`".to_owned());
        }
    }
    let command = get(step, "run").and_then(Yaml::as_str).unwrap_or_default();
    let runs_dependencies = ["cargo", "rustup", "rustc", ".ci/run"]
        .iter()
        .any(|program| command.contains(program));
    if may_write && runs_dependencies {
        problems.push(format!(
            "runs `{}` with a token that can write",
            command.trim()
        ));
    }
    if command.contains("cargo install") && !command.contains("--version") {
        problems.push(format!("`{}` installs any version", command.trim()));
    }
    problems
}

/// Returns whether permissions include one to write: a value `write`, or `write-all`.
fn may_write(permissions: &Yaml<'_>) -> bool {
    match permissions.as_mapping() {
        Some(map) => map.iter().any(|(_, value)| value.as_str() == Some("write")),
        None => permissions.as_str() == Some("write-all"),
    }
}

/// Describes an action that is not pinned by the 40 digits of a commit.
fn unpinned(action: &str) -> Option<String> {
    let commit = action.rsplit_once('@').map_or("", |(_, commit)| commit);
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_local = action.starts_with("./");
    (!is_commit && !is_local).then(|| format!("{action} is not pinned by a commit"))
}

fn get<'y>(node: &'y Yaml<'_>, key: &str) -> Option<&'y Yaml<'y>> {
    node.as_mapping_get(key)
}

#[test]
fn workflows_follow_the_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the folder is readable") {
        let path = file.expect("the folder is readable").path();
        let text = fs::read_to_string(&path).expect("the workflow is readable");
        assert_eq!(violations(&text), [""; 0], "{}", path.display());
        count += 1;
    }
    assert!(count >= 3, "{count} workflows");
}

#[test]
fn violations_are_found() {
    let commit = "11d5960a326750d5838078e36cf38b85af677262";
    let step = |step: &str| {
        format!("permissions: {{contents: read}}\njobs:\n  a:\n    steps:\n      - {step}\n")
    };
    let with_write = |text: String| text.replace("contents: read", "contents: write");
    for (workflow, expected) in [
        (step("uses: actions/cache@v4"), "not pinned"),
        (step("uses: actions/cache@11d5960"), "not pinned"),
        (step("uses: actions/cache"), "not pinned"),
        (step(&format!("uses: actions/checkout@{commit}")), "persist-credentials"),
        (
            step(&format!(
                "{{uses: actions/checkout@{commit}, with: {{persist-credentials: true}}}}"
            )),
            "persist-credentials",
        ),
        (with_write(step("run: cargo update")), "can write"),
        (with_write(step("run: if .ci/run; then :; fi")), "can write"),
        (step("run: cargo update").replace("{contents: read}", "write-all"), "can write"),
        (step("run: cargo install --locked cargo-deny"), "any version"),
        (
            "jobs: {a: {steps: [{run: 'true'}]}}".to_owned(),
            "no `permissions`",
        ),
        (
            "permissions: {}\njobs: {a: {permissions: {contents: write}, steps: [{run: cargo update}]}}"
                .to_owned(),
            "can write",
        ),
        (
            "permissions: {}\njobs: {a: {uses: x/y/.github/workflows/z.yml@main}}".to_owned(),
            "not pinned",
        ),
    ] {
        let found = violations(&workflow);
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{workflow}: {found:?}"
        );
    }
    let good = step(&format!(
        "{{uses: actions/checkout@{commit}, with: {{persist-credentials: false}}}}"
    ));
    assert_eq!(violations(&good), [""; 0]);
}
