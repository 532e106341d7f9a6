//! Compiles a copy of the checkout, and finds which public methods an error affects.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use backendless_gen::Error;
use backendless_gen::spec::Wrappers;
use serde::Deserialize;

use crate::tool;

/// The test that fails when an operation has no method.
const COVERAGE: &str = "coverage::the_public_api_calls_every_operation_of_the_document";

/// Whether the handwritten code still compiles and covers every operation.
pub(super) enum Verdict {
    /// The client does not compile.
    Client(Vec<Broken>),
    /// The client compiles, and the tests do not.
    Tests(Vec<Broken>),
    /// Client and tests compile.
    Compiles {
        /// The panic message of the coverage test, if it failed.
        coverage: Option<String>,
    },
}

/// An error of the compiler, and the methods that it affects.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Broken {
    /// `backendless/src/data/find.rs:273`.
    pub(super) place: String,
    /// The function that contains the error: `Query::fetch`.
    pub(super) function: Option<String>,
    /// The message of the compiler.
    pub(super) message: String,
    /// The public methods that call the function, directly or not.
    pub(super) methods: BTreeSet<String>,
}

pub(super) fn verdict(copy: &Path, target: &Path) -> Result<Verdict, Error> {
    let wrappers = Wrappers::read(copy)?;
    let check = ["check", "--package", "backendless", "--all-features"];
    let output = cargo(copy, target, &check)?;
    if !output.status.success() {
        return Ok(Verdict::Client(broken(copy, &wrappers, &output)?));
    }
    let test = [
        "test",
        "--package",
        "backendless-tests",
        "--test",
        "suite",
        COVERAGE,
    ];
    let output = cargo(copy, target, &test)?;
    if output.status.success() {
        return Ok(Verdict::Compiles { coverage: None });
    }
    match broken(copy, &wrappers, &output) {
        Ok(broken) => Ok(Verdict::Tests(broken)),
        // No message of the compiler: the test itself failed.
        Err(_) => {
            let text = String::from_utf8_lossy(&output.stdout);
            let lines = text.lines().filter(|line| !line.starts_with('{'));
            let panic = lines.skip_while(|line| !line.contains(" panicked at "));
            let panic: Vec<&str> = panic
                .take_while(|line| !line.starts_with("note:"))
                .collect();
            Ok(Verdict::Compiles {
                coverage: Some(panic.join("\n")),
            })
        }
    }
}

fn cargo(copy: &Path, target: &Path, arguments: &[&str]) -> Result<Output, Error> {
    offline_first(|offline| {
        Command::new(tool::cargo())
            .args(&arguments[..1])
            .args(offline.then_some("--offline"))
            .args(["--quiet", "--message-format", "json"])
            .args(&arguments[1..])
            .current_dir(copy)
            .env("CARGO_TARGET_DIR", target)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::new(format!("cannot run cargo: {error}")))
    })
}

/// Runs cargo offline, and with the network if it needs crates that it never downloaded. `cargo test` downloads only
/// those of the features that it builds; the copy is compiled with all features.
fn offline_first(run: impl Fn(bool) -> Result<Output, Error>) -> Result<Output, Error> {
    let output = run(true)?;
    let Some(missing) = missing_crate(&output) else {
        return Ok(output);
    };
    let output = run(false)?;
    // With the crates, cargo succeeds or reports what the compiler says.
    let is_compiled = output.status.success() || !output.stdout.is_empty();
    match is_compiled {
        true => Ok(output),
        false => Err(Error::new(format!(
            "the copy needs crates that are not on this machine, and they cannot be downloaded: {missing}\n  \
             help: run `cargo fetch --locked` once with network access"
        ))),
    }
}

/// The first line of cargo's message that it needs the network.
fn missing_crate(output: &Output) -> Option<String> {
    let message = String::from_utf8_lossy(&output.stderr);
    let is_missing = !output.status.success() && message.contains("--offline");
    let first = message.lines().next().unwrap_or_default();
    is_missing.then(|| first.trim_start_matches("error: ").to_owned())
}

/// A line of `--message-format json`.
#[derive(Deserialize)]
struct Message {
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    message: String,
    code: Option<Code>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
}

/// The errors of the compiler. Without any, an error with the output of cargo.
fn broken(copy: &Path, wrappers: &Wrappers, output: &Output) -> Result<Vec<Broken>, Error> {
    let found = errors(copy, wrappers, &String::from_utf8_lossy(&output.stdout));
    if found.is_empty() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Err(Error::new(format!("cargo failed:\n{}", message.trim_end())));
    }
    Ok(found.into_iter().collect())
}

fn errors(copy: &Path, wrappers: &Wrappers, text: &str) -> BTreeSet<Broken> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let message = serde_json::from_str::<Message>(line).ok();
        let Some(diagnostic) = message.and_then(|message| message.message) else {
            continue;
        };
        // "aborting due to 3 previous errors" has no place.
        let mut spans = diagnostic.spans.iter();
        if let Some(span) = spans.find(|span| span.is_primary)
            && diagnostic.level == "error"
        {
            let source = fs::read_to_string(copy.join(&span.file_name)).unwrap_or_default();
            found.insert(located(wrappers, &diagnostic, span, &source));
        }
    }
    found
}

fn located(wrappers: &Wrappers, diagnostic: &Diagnostic, span: &Span, source: &str) -> Broken {
    let code = diagnostic.code.as_ref();
    let code = code.map(|code| format!(" ({})", code.code));
    let enclosing = enclosing(source, span.line_start);
    let methods = enclosing.as_ref().map(|(owner, name)| {
        let folder = Path::new(&span.file_name).parent();
        wrappers.methods_through(folder.unwrap_or(Path::new("")), owner, name)
    });
    Broken {
        place: format!("{}:{}", span.file_name, span.line_start),
        function: enclosing.map(|(owner, name)| match owner.is_empty() {
            true => name,
            false => format!("{owner}::{name}"),
        }),
        message: format!("{}{}", diagnostic.message, code.unwrap_or_default()),
        methods: methods.unwrap_or_default(),
    }
}

/// The type and the name of the function that contains a line of formatted source.
fn enclosing(source: &str, line: usize) -> Option<(String, String)> {
    let lines: Vec<&str> = source.lines().take(line).collect();
    let depth = indent(lines.last()?);
    let mut above = lines.iter().rev();
    let function = above.by_ref().find_map(|text| {
        let (before, after) = text.split_once("fn ")?;
        let mut words = before.split_whitespace();
        let is_head = words.all(|word| word.starts_with("pub") || HEADS.contains(&word));
        (is_head && indent(text) <= depth).then_some((indent(text), word(after)))
    });
    let (depth, name) = function?;
    // A function at the top level, whatever impl is above it.
    if depth == 0 {
        return Some((String::new(), name));
    }
    let owner = above.find_map(|text| text.strip_prefix("impl")).map(owner);
    Some((owner.unwrap_or_default(), name))
}

/// The words that can precede `fn`, besides a visibility.
const HEADS: [&str; 2] = ["async", "const"];

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The identifier at the start of a text.
fn word(text: &str) -> String {
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    text.chars().take_while(is_word).collect()
}

/// The type in `<T: Bound<U>> Name<T> {`, or the one after `for`.
fn owner(head: &str) -> String {
    let mut depth = 0;
    let end = head.find(|c| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        depth == 0 && c == ' '
    });
    let rest = &head[end.unwrap_or_default()..];
    let kind = rest.split_once(" for ").map_or(rest, |(_, kind)| kind);
    word(kind.trim_start())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;
    use std::process::{Command, Output};

    use super::{enclosing, errors, offline_first};
    use backendless_gen::spec::Wrappers;

    const MISSING: &str = "error: failed to download `openssl v0.10.73`\n\nCaused by:\n  \
        attempting to make an HTTP request, but --offline was specified\n";

    /// The output of a program that ran, with other texts.
    fn output(success: bool, stdout: &str, stderr: &str) -> Output {
        let argument = if success {
            "--version"
        } else {
            "--no-such-flag"
        };
        let mut output = Command::new(env!("CARGO")).arg(argument).output().unwrap();
        output.stdout = stdout.into();
        output.stderr = stderr.into();
        output
    }

    #[test]
    fn the_network_is_used_only_for_crates_that_are_missing() {
        let runs = Cell::new(0);
        let result = offline_first(|_| {
            runs.set(runs.get() + 1);
            Ok(output(false, "{}", "error: could not compile"))
        });
        assert!(!result.unwrap().status.success());
        assert_eq!(runs.get(), 1);
        let result = offline_first(|offline| {
            Ok(match offline {
                true => output(false, "", MISSING),
                false => output(true, "{}", ""),
            })
        });
        assert!(result.unwrap().status.success());
    }

    #[test]
    fn missing_crates_without_a_network_are_named_with_a_remedy() {
        let error = offline_first(|offline| {
            let message = if offline {
                MISSING
            } else {
                "error: no network"
            };
            Ok(output(false, "", message))
        });
        let expected = "the copy needs crates that are not on this machine, and they cannot be downloaded: \
            failed to download `openssl v0.10.73`\n  help: run `cargo fetch --locked` once with network access";
        assert_eq!(error.unwrap_err().to_string(), expected);
    }

    const SOURCE: &str = "\
impl<T: Into<Vec<T>> + Send> Find<T>
where
    T: Send,
{
    pub(crate) async fn fetch(
        &self,
    ) -> u8 {
        let rows = raw
            .find(1)
            .await;
    }
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self) {}
}

const LAST: u8 = 1;

fn alone() {
    broken();
}
";

    #[test]
    fn the_function_of_a_line_is_found_with_its_type() {
        let name = |line| {
            let (owner, name) = enclosing(SOURCE, line).unwrap();
            format!("{owner}::{name}")
        };
        assert_eq!(name(9), "Find::fetch");
        assert_eq!(name(15), "Kind::fmt");
        assert_eq!(name(21), "::alone");
        assert_eq!(enclosing(SOURCE, 2), None);
        assert_eq!(enclosing("", 1), None);
    }

    #[test]
    fn a_compiler_error_has_its_function_and_the_methods_it_affects() {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap()
            .join("backendless-gen/tests/spec_tools/checkout");
        let wrappers = Wrappers::read(&checkout).unwrap();
        let message = |level: &str, spans: &str| {
            format!(
                r#"{{"reason":"compiler-message","message":{{"level":"{level}","message":"it is wrong","code":{{"code":"E0061"}},"spans":[{spans}]}}}}"#
            )
        };
        let span = r#"{"file_name":"backendless/src/shop.rs","line_start":44,"is_primary":true}"#;
        let lines = [
            message("error", span),
            message("error", span),
            message("warning", span),
            message("error", ""),
            r#"{"reason":"build-finished","success":false}"#.to_owned(),
            "no JSON".to_owned(),
        ];
        let found = errors(&checkout, &wrappers, &lines.join("\n"));
        let [error] = found.iter().collect::<Vec<_>>()[..] else {
            panic!("one error has a place: {found:?}");
        };
        assert_eq!(error.place, "backendless/src/shop.rs:44");
        assert_eq!(error.function.as_deref(), Some("Items::first"));
        assert_eq!(error.message, "it is wrong (E0061)");
        let methods: Vec<&str> = error.methods.iter().map(String::as_str).collect();
        assert_eq!(methods, ["Items::first", "Shop::items"]);
    }
}
