//! Crates of generated code, compiled in a temporary workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use backendless_gen::GeneratedFile;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The target folder of the checkout, in which most dependencies are already compiled.
pub(crate) fn target() -> &'static Path {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().expect("the folder is in the target folder")
}

/// Runs cargo offline. Returns its output if it fails.
pub(crate) fn try_cargo(workspace: &Path, arguments: &[&str]) -> Result<(), String> {
    let result = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--quiet", "--offline"])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target())
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    match result.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{}{}",
            String::from_utf8_lossy(&result.stdout),
            String::from_utf8_lossy(&result.stderr)
        )),
    }
}

/// An empty folder for the crates. Its path is the same in each run, so that cargo reuses compiled dependencies.
pub(crate) fn fresh_workspace(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn write_manifest(folder: &Path, name: &str) {
    let manifest = include_str!("member.toml").replace("NAME", name);
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
}

/// Writes the manifest of the workspace, and the lock file of the checkout.
pub(crate) fn write_workspace_manifest(folder: &Path, members: &[&str]) {
    let members: Vec<String> = members.iter().map(|name| format!("\"{name}\"")).collect();
    let manifest = include_str!("workspace.toml").replace("MEMBERS", &members.join(", "));
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("Cargo.lock"), read("Cargo.lock")).unwrap();
}

/// Returns the text of `changed/lib.rs` without the function that only the committed document has.
pub(crate) fn sdk() -> &'static str {
    let text = include_str!("lib.rs");
    let (sdk, _) = text
        .split_once("\n/// A request borrows")
        .unwrap_or((text, ""));
    sdk
}

/// Writes the generated files and those that they use. `module` is the path of their module in the crate: `::name`.
pub(crate) fn write_sources(folder: &Path, files: &[GeneratedFile], module: &str) {
    let crate_path = format!("crate{module}::");
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text.replace("crate::", &crate_path)).unwrap();
    };
    fs::create_dir_all(folder.join("generated")).unwrap();
    for folder in ["encode", "mock", "operation", "prepared"].map(|name| folder.join(name)) {
        fs::create_dir_all(folder).unwrap();
    }
    for file in files {
        write(&format!("generated/{}", file.name), &file.text);
    }
    for handwritten in [
        "encode.rs",
        "encode/finite.rs",
        "operation.rs",
        "operation/route.rs",
        "prepared/form.rs",
        "prepared/problem.rs",
        "prepared/query.rs",
        "prepared/style.rs",
        "mock.rs",
        "mock/any_request.rs",
        "mock/condition.rs",
        "mock/handle.rs",
        "mock/matcher.rs",
        "mock/received.rs",
        "mock/route.rs",
    ] {
        let text = read(&format!("backendless/src/{handwritten}"));
        // The unit tests in these files need the rest of the SDK.
        write(handwritten, &text.replace("#[cfg(test)]", "#[cfg(any())]"));
    }
    write("prepared.rs", include_str!("prepared.rs"));
    write("secret.rs", include_str!("secret.rs"));
}
