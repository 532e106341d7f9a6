//! Rules of `.github/workflows`: an action is pinned by commit, a checkout keeps no token, and a job with a token that can
//! write runs no code of a dependency.

use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode, Yaml};

/// Returns each violation of the rules in a workflow.
fn violations(text: &str) -> Vec<String> {
    let documents = Yaml::load_from_str(text).expect("the workflow is YAML");
    let workflow = documents.first().expect("the workflow has a document");
    let mut violations = workflow_problems(workflow);
    let jobs = get(workflow, "jobs").and_then(Yaml::as_mapping);
    if jobs.is_none() {
        violations.push("there are no jobs".to_owned());
    }
    for (name, job) in jobs.into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let permissions = get(job, "permissions").or_else(|| get(workflow, "permissions"));
        let may_write = permissions.is_some_and(may_write);
        let steps = get(job, "steps").and_then(Yaml::as_sequence);
        let of_steps = steps.into_iter().flatten();
        let of_steps = of_steps.flat_map(|step| step_problems(step, may_write));
        let problems = job_problems(job, may_write).into_iter().chain(of_steps);
        violations.extend(problems.map(|problem| format!("{name}: {problem}")));
    }
    if text.contains("secrets.") || text.contains("secrets[") {
        violations.push("a secret other than the token of the job is read".to_owned());
    }
    violations
}

fn workflow_problems(workflow: &Yaml<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    match get(workflow, "permissions") {
        None => {
            problems.push("the workflow has no `permissions`, so its jobs may have all".to_owned());
        }
        Some(permissions) if may_write(permissions) => {
            problems.push("all jobs have a token that can write".to_owned());
        }
        Some(_) => {}
    }
    // These run with a token that can write, for changes of anyone.
    for trigger in ["pull_request_target", "workflow_run", "issue_comment"] {
        if get(workflow, "on").is_some_and(|on| names(on, trigger)) {
            problems.push(format!(
                "the trigger `{trigger}` has the rights of the repository"
            ));
        }
    }
    problems
}

fn job_problems(job: &Yaml<'_>, may_write: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let permissions = get(job, "permissions").and_then(Yaml::as_str);
    if permissions == Some("write-all") {
        problems.push("`write-all` is more than a job needs".to_owned());
    }
    if let Some(workflow) = get(job, "uses").and_then(Yaml::as_str) {
        problems.extend(action_problem(workflow, may_write));
    }
    if get(job, "secrets").and_then(Yaml::as_str) == Some("inherit") {
        problems.push("a reusable workflow inherits all secrets".to_owned());
    }
    problems
}

fn step_problems(step: &Yaml<'_>, may_write: bool) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(action) = get(step, "uses").and_then(Yaml::as_str) {
        problems.extend(action_problem(action, may_write));
        let keeps_token = get(step, "with")
            .and_then(|with| get(with, "persist-credentials"))
            .and_then(Yaml::as_bool)
            != Some(false);
        let is_checkout = action.to_ascii_lowercase().starts_with("actions/checkout@");
        if is_checkout && keeps_token {
            problems.push("a checkout without `persist-credentials: false`".to_owned());
        }
    }
    let command = get(step, "run").and_then(Yaml::as_str).unwrap_or_default();
    let lines = command.lines().map(str::trim);
    if may_write {
        let foreign = lines.clone().filter(|line| !is_own_command(line));
        problems.extend(foreign.map(|line| format!("runs `{line}` with a token that can write")));
    }
    for line in lines {
        if line.contains("cargo install")
            && !(line.contains("--version") && line.contains("--locked"))
        {
            problems.push(format!("`{line}` installs any version"));
        }
        let is_download = ["curl", "wget"]
            .iter()
            .any(|program| line.contains(program));
        if is_download {
            problems.push(format!("`{line}` downloads what no commit or version pins"));
        }
        // The text becomes a part of the script, and can contain commands.
        if ["github.event.", "github.head_ref"]
            .iter()
            .any(|text| line.contains(text))
        {
            problems.push(format!("`{line}` inserts a text of anyone into a script"));
        }
    }
    problems
}

/// Returns whether a line of a script runs only git, gh, a script of this repository or a builtin of the shell. A job with a
/// token that can write runs nothing else, so that no code of a dependency gets the token.
fn is_own_command(line: &str) -> bool {
    const OWN: [&str; 9] = [
        "git ",
        "gh ",
        "commit ",
        ".github/scripts/",
        "if [ ",
        "then result=",
        "else result=",
        "fi",
        "branch=",
    ];
    const FOREIGN: [&str; 5] = ["cargo", "rustup", "rustc", ".ci/", "bash"];
    let mut commands = line.split([';', '&', '|']).map(str::trim);
    let is_own = |command: &str| OWN.iter().any(|start| command.starts_with(start));
    commands.all(is_own) && !FOREIGN.iter().any(|program| line.contains(program))
}

/// Returns whether permissions include one to write: a value `write`, or `write-all`. Empty permissions are the default of the
/// repository, which may include all.
fn may_write(permissions: &Yaml<'_>) -> bool {
    match permissions.as_mapping() {
        Some(map) => map.iter().any(|(_, value)| value.as_str() == Some("write")),
        None => permissions.as_str() != Some("read-all"),
    }
}

/// Describes an action that is not pinned by the 40 digits of a commit, and one of this repository in a job that can write:
/// its steps are not checked.
fn action_problem(action: &str, may_write: bool) -> Option<String> {
    let commit = action.rsplit_once('@').map_or("", |(_, commit)| commit);
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    match action.starts_with("./") {
        true if may_write => Some(format!("{action} runs with a token that can write")),
        false if !is_commit => Some(format!("{action} is not pinned by a commit")),
        _ => None,
    }
}

/// Returns whether `node` is the text `name`, or a list or mapping that contains it.
fn names(node: &Yaml<'_>, name: &str) -> bool {
    let is_name = |node: &Yaml<'_>| node.as_str() == Some(name);
    is_name(node)
        || node
            .as_sequence()
            .is_some_and(|list| list.iter().any(is_name))
        || get(node, name).is_some()
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
    let job_with_write =
        |text: &str| step(text).replace("  a:\n", "  a:\n    permissions: {contents: write}\n");
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
        (job_with_write("run: cargo update"), "can write"),
        (job_with_write("run: if .ci/run; then :; fi"), "can write"),
        (job_with_write("run: bash \"$RUNNER_TEMP/update/script\""), "can write"),
        (job_with_write("run: npm ci"), "can write"),
        (job_with_write("run: \"git status\\ncargo update\""), "can write"),
        (job_with_write("run: git status && cargo update"), "can write"),
        (job_with_write("uses: ./.github/actions/update"), "can write"),
        (with_write(step("run: git status")), "all jobs"),
        (step("run: curl -sSf https://example.com/i.sh | sh"), "downloads"),
        (step("run: echo '${{ github.event.issue.title }}'"), "a text of anyone"),
        (step("{run: cargo test, env: {KEY: '${{ secrets.KEY }}'}}"), "a secret"),
        (step(&format!("uses: Actions/Checkout@{commit}")), "persist-credentials"),
        (step("uses: docker://alpine:3"), "not pinned"),
        (format!("on: pull_request_target\n{}", step("run: 'true'")), "trigger"),
        (format!("on: [push, workflow_run]\n{}", step("run: 'true'")), "trigger"),
        (format!("on: {{issue_comment: {{}}}}\n{}", step("run: 'true'")), "trigger"),
        (step("run: git status").replace("{contents: read}", ""), "all jobs"),
        (
            "permissions: {}\njobs: {a: {permissions: write-all, steps: [{run: git status}]}}".to_owned(),
            "`write-all`",
        ),
        (
            format!("permissions: {{}}\njobs: {{a: {{uses: x/y/z.yml@{commit}, secrets: inherit}}}}"),
            "inherits",
        ),
        (step("run: cargo install cargo-deny --version 1"), "any version"),
        (
            step("run: git status").replace("{contents: read}", "write-all"),
            "all jobs",
        ),
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
