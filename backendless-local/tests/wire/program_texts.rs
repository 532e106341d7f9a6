//! What a new user reads: the output of the program as the READMEs show it, and errors of its commands.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

use crate::program::{Program, command, run, stdout};
use crate::support::Folder;

/// The lines that the program prints at its start, with the placeholders of the READMEs.
fn start_lines() -> Vec<String> {
    let options = ["--port", "0", "--app-id", "APP", "--api-key", "KEY"];
    let mut child = command(&options).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut lines: Vec<String> = output.lines().take(6).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let url = lines[3].split_once('=').unwrap().1.to_owned();
    let token = lines[4].split_once('=').unwrap().1.to_owned();
    for line in &mut lines {
        *line = line
            .replace(&url, "http://127.0.0.1:9080")
            .replace(&token, "<token>")
            .replace("/APP/KEY", "/<app-id>/<rest-api-key>")
            .replace("=APP", "=<app-id>")
            .replace("=KEY", "=<rest-api-key>");
    }
    lines
}

#[test]
fn readmes_show_what_the_program_prints() {
    let lines = start_lines();
    let plain = lines.join("\n");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&format!("\n{plain}\n")), "{plain}");
    // In this README, the lines are comments of a script.
    let commented = lines.join("\n# ");
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&format!("\n# {commented}\n")),
        "{commented}"
    );
}

/// The options of the help: `--port PORT`, and the default, which is empty if there is none.
fn options_of_the_help() -> BTreeMap<String, String> {
    let help = stdout(&run(&["--help"]));
    let (_, options) = help.split_once("Options:\n").unwrap();
    let (options, _) = options.split_once("\n\nExamples:").unwrap();
    let mut found = BTreeMap::new();
    // Each begins in a line of its own, which an option with a short form does not begin with.
    for option in format!("\n{options}").split("\n      --").skip(1) {
        let (option, _) = option.split_once("\n  -").unwrap_or((option, ""));
        let text = option.split_whitespace().collect::<Vec<_>>().join(" ");
        let bracketed = |start: &str| {
            let value = text.split_once(start)?.1;
            Some(value.split(']').next().unwrap().to_owned())
        };
        let flag = text.split(' ').next().unwrap();
        let value = text[flag.len()..].trim_start().strip_prefix('<');
        let value = value.map(|value| value.split('>').next().unwrap().to_owned());
        let value = bracketed("[possible values: ").or(value);
        let name = value.map_or(format!("--{flag}"), |value| format!("--{flag} {value}"));
        let default = bracketed("[default: ").unwrap_or_default();
        found.insert(name, default);
    }
    found
}

/// The options of the table in the README.
fn options_of_the_readme() -> BTreeMap<String, String> {
    let readme = include_str!("../../README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    let options = rows.map(|row| {
        let row = row.replace("\\|", "/").replace('`', "");
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let default = if cells[2] == "none" { "" } else { cells[2] };
        (cells[1].replace('/', "|"), default.to_owned())
    });
    options.collect()
}

#[test]
fn the_readme_has_the_options_of_the_help_with_their_defaults() {
    let options = options_of_the_help();
    assert!(options.contains_key("--port PORT") && options.contains_key("--reset"));
    assert_eq!(options_of_the_readme(), options);
}

#[test]
fn a_token_of_another_start_is_an_error_that_says_so() {
    let folder = Folder::new("program-other-token");
    let program = Program::start(&["--port", "0"]);
    let url = program.variable("BACKENDLESS_API_URL");
    for name in ["export", "import"] {
        let output = command(&[name, folder.0.to_str().unwrap()])
            .env("BACKENDLESS_API_URL", &url)
            .env("BACKENDLESS_LOCAL_TOKEN", "token-of-another-start")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = String::from_utf8(output.stderr).unwrap();
        let expected = format!(
            "backendless-local: cannot {name}: BACKENDLESS_LOCAL_TOKEN is not the token of the server at {url}: copy "
        );
        assert!(message.starts_with(&expected), "{message}");
        assert!(!message.contains("token-of-another-start"), "{message}");
        assert!(!folder.0.exists());
    }
}
