//! `cargo xtask readme`: runs the README's first example as a new user does.
//!
//! Both crates are packed, the README's `cargo add` lines are run in a new package, and its first Rust
//! block becomes `src/main.rs`. The only difference is that `backendless` and `backendless-local` are added by
//! the path of the packed crate, because the registry may not have this version yet.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::show;
use crate::tool::cargo;

const PACKAGES: [&str; 2] = ["backendless-local", "backendless"];

/// The commands and the code that a user copies from the README, in this order.
#[derive(Debug, PartialEq, Eq)]
struct FirstSteps<'r> {
    /// The arguments of each `cargo add` before the example.
    add: Vec<Vec<&'r str>>,
    example: String,
}

/// Runs the example, and fails if it does not compile or does not exit with 0.
pub(crate) fn run(root: &Path) -> ExitCode {
    match run_first_steps(root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_first_steps(root: &Path) -> io::Result<()> {
    let readme = fs::read_to_string(root.join("README.md"))?;
    let steps = first_steps(&readme).map_err(io::Error::other)?;
    let packages = pack_and_unpack(root)?;
    // Outside the workspace, so that cargo does not search this workspace for the package.
    let folder = tempfile::tempdir()?;
    let app = App {
        folder: folder.path().join("app"),
        target: root.join("target"),
    };
    app.create()?;
    for line in &steps.add {
        show(&format!("cargo add {}\n", line.join(" ")));
        for arguments in cargo_add_commands(line, &packages) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            app.cargo_offline_or_online(&[&["add", "--quiet"], arguments.as_slice()].concat())?;
        }
    }
    fs::write(app.folder.join("src/main.rs"), &steps.example)?;
    // The versions that the workspace is tested with; cargo removes unused packages from it.
    fs::copy(root.join("Cargo.lock"), app.folder.join("Cargo.lock"))?;
    app.cargo_offline_or_online(&["fetch", "--quiet"])?;
    run_command(&mut app.cargo(&["run", "--quiet", "--offline"]))?;
    show("the README's first example runs in a new package\n");
    Ok(())
}

/// Reads the README up to the end of its first Rust block.
fn first_steps(readme: &str) -> Result<FirstSteps<'_>, &'static str> {
    let mut add = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```rust") {
            let example: Vec<&str> = lines.take_while(|line| !line.starts_with("```")).collect();
            if add.is_empty() {
                return Err("README.md has no line `cargo add ..` before its first example");
            }
            let example = example.join("\n") + "\n";
            return Ok(FirstSteps { add, example });
        }
        let command = line.trim_start_matches("$ ");
        if let Some(arguments) = command.strip_prefix("cargo add ") {
            let arguments = arguments.split('#').next().unwrap_or_default();
            add.push(arguments.split_whitespace().collect());
        }
    }
    Err("README.md has no Rust block")
}

/// Splits the arguments of a `cargo add` into one command for each package that was packed, which is added
/// by its path, and one for the others.
fn cargo_add_commands(line: &[&str], packages: &[(&str, PathBuf)]) -> Vec<Vec<String>> {
    let mut names = Vec::new();
    let mut features = Vec::new();
    let mut flags = Vec::new();
    let mut words = line.iter();
    while let Some(word) = words.next() {
        match *word {
            "--features" | "-F" => {
                features.extend(words.next().into_iter().flat_map(|list| list.split(',')))
            }
            flag if flag.starts_with('-') => flags.push(flag.to_owned()),
            name => names.push(name),
        }
    }
    let command = |names: &[&str], first: Vec<String>| {
        // `tokio/full` is a feature of `tokio`; one without a package is for the only name of the line.
        let wanted = features.iter().filter(|feature| {
            let package = feature.split_once('/').map(|(package, _)| package);
            package.is_none_or(|package| names.contains(&package))
        });
        let wanted = wanted.flat_map(|feature| ["--features".to_owned(), (*feature).to_owned()]);
        first
            .into_iter()
            .chain(flags.clone())
            .chain(wanted)
            .collect()
    };
    let mut commands: Vec<Vec<String>> = Vec::new();
    for (name, folder) in packages {
        if names.contains(name) {
            let path = vec!["--path".to_owned(), folder.display().to_string()];
            commands.push(command(&[name], path));
        }
    }
    names.retain(|name| !PACKAGES.contains(name));
    if !names.is_empty() {
        let first = names.iter().map(|name| (*name).to_owned()).collect();
        commands.push(command(&names, first));
    }
    commands
}

/// Packs both crates, unpacks the archives and returns their folders.
fn pack_and_unpack(root: &Path) -> io::Result<Vec<(&'static str, PathBuf)>> {
    let mut package = Command::new(cargo());
    package.current_dir(root).args(["package", "--quiet"]);
    package.args(["--no-verify", "--allow-dirty", "--locked"]);
    for name in PACKAGES {
        package.args(["-p", name]);
    }
    run_command(&mut package)?;
    let into = root.join("target/readme");
    if into.exists() {
        fs::remove_dir_all(&into)?;
    }
    fs::create_dir_all(&into)?;
    let version = env!("CARGO_PKG_VERSION");
    let mut folders = Vec::new();
    for name in PACKAGES {
        let archive = root.join(format!("target/package/{name}-{version}.crate"));
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(archive).current_dir(&into);
        run_command(&mut tar)?;
        folders.push((name, into.join(format!("{name}-{version}"))));
    }
    Ok(folders)
}

/// A user's new package.
struct App {
    folder: PathBuf,
    /// The target folder of the workspace, in which most dependencies are already compiled.
    target: PathBuf,
}

impl App {
    fn create(&self) -> io::Result<()> {
        let mut new = Command::new(cargo());
        new.args(["new", "--quiet", "--vcs", "none"])
            .arg(&self.folder);
        run_command(&mut new)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            // The workspace's setting; another one would compile the dependencies again.
            .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
            // The example calls a server on this machine.
            .env("NO_PROXY", "127.0.0.1,localhost")
            .env("no_proxy", "127.0.0.1,localhost");
        command
    }

    /// Runs cargo offline, and again online if that fails: the registry is needed only for crates that
    /// were never downloaded.
    fn cargo_offline_or_online(&self, arguments: &[&str]) -> io::Result<()> {
        let mut offline = self.cargo(arguments);
        offline.env("CARGO_NET_OFFLINE", "true");
        if offline.output()?.status.success() {
            return Ok(());
        }
        run_command(&mut self.cargo(arguments))
    }
}

/// Runs a command. An exit status other than 0 is an error.
fn run_command(command: &mut Command) -> io::Result<()> {
    if command.status()?.success() {
        return Ok(());
    }
    let program = Path::new(command.get_program()).file_stem();
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    Err(io::Error::other(format!(
        "`{} {}` failed",
        program.unwrap_or_default().to_string_lossy(),
        arguments.join(" ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn install_lines_and_the_first_rust_block_are_found() {
        let readme = "# a\n```console\n$ cargo add a b --features b/c\ncargo add d  # for e\n```\n\
             ```rust\nfn main() {\n}\n```\n```console\n$ cargo add f\n```\n```rust\nlater\n```\n";
        assert_eq!(
            first_steps(readme),
            Ok(FirstSteps {
                add: vec![vec!["a", "b", "--features", "b/c"], vec!["d"]],
                example: "fn main() {\n}\n".to_owned(),
            })
        );
    }

    #[test]
    fn packed_crates_are_added_by_path_with_their_features() {
        let packages = [("backendless", PathBuf::from("packed"))];
        let joined = |line: &[&str]| -> Vec<String> {
            let commands = cargo_add_commands(line, &packages);
            commands.iter().map(|command| command.join(" ")).collect()
        };
        let line = "backendless serde tokio --features backendless/gzip,serde/derive -F tokio/full";
        let line: Vec<&str> = line.split(' ').collect();
        assert_eq!(
            joined(&line),
            [
                "--path packed --features backendless/gzip",
                "serde tokio --features serde/derive --features tokio/full"
            ]
        );
        assert_eq!(
            joined(&["--dev", "backendless", "-F", "mock"]),
            ["--path packed --dev --features mock"]
        );
    }

    #[test]
    fn readme_without_example_or_install_line_is_an_error() {
        assert!(first_steps("$ cargo add a\n").is_err());
        assert!(first_steps("```rust\n```\n").is_err());
    }

    #[test]
    fn the_readme_has_first_steps() {
        let steps = first_steps(include_str!("../../README.md")).unwrap();
        assert!(steps.example.contains("fn main()"), "{}", steps.example);
    }

    #[test]
    fn readme_names_the_rust_version_of_the_manifest() {
        let readme = include_str!("../../README.md");
        let workspace = include_str!("../../Cargo.toml");
        let version = workspace
            .lines()
            .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'));
        let version = version.expect("the workspace has a rust-version");
        assert!(readme.contains(&format!("\nRust {version} or newer.")));
        let manifest = include_str!("../../backendless/Cargo.toml");
        assert!(manifest.contains("\nrust-version.workspace = true"));
    }
}
