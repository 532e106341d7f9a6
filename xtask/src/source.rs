//! Specifications by the arguments of commands: files, patches and git revisions.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use backendless_gen::{Error, OVERLAYS, Overlay, SPECIFICATION, Source, is_overlay, overlays};

/// The specification that `argument` names.
///
/// - A file: this document with the overlays of the checkout at `root`.
/// - A file that ends in `.patch`: the document and the overlays of the checkout, with the patch applied.
/// - Anything else is a git revision: its document and its overlays.
///
/// # Errors
///
/// If the argument names none of these, or a patch does not apply.
pub(crate) fn find(root: &Path, argument: &str) -> Result<Source, Error> {
    let path = Path::new(argument);
    if !path.is_file() {
        return of_revision(root, argument);
    }
    if path.extension().is_some_and(|end| end == "patch") {
        return patched(root, path).map_err(|error| failed(path, &error.to_string()));
    }
    let text = fs::read_to_string(path).map_err(|error| failed(path, &error.to_string()))?;
    Ok(Source::new(argument, text).with_overlays(overlays(root)?))
}

fn failed(path: &Path, reason: &str) -> Error {
    Error::new(format!("cannot read {}: {reason}", path.display()))
}

fn of_revision(root: &Path, revision: &str) -> Result<Source, Error> {
    let invalid = |reason: &str| {
        Error::new(format!(
            "`{revision}` is not a specification: there is no such file, and git reports: {reason}\n  \
             help: the path of a document or a patch, or a revision such as HEAD~3 or a tag"
        ))
    };
    // git would parse it as an option.
    if revision.starts_with('-') {
        return Err(invalid("a revision does not begin with a dash"));
    }
    let git = |arguments: &[&str]| -> Result<String, Error> {
        let output = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(arguments)
            .output()
            .map_err(|error| invalid(&error.to_string()))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(invalid(message.lines().next().unwrap_or("no message")));
        }
        String::from_utf8(output.stdout).map_err(|_| invalid("it is not UTF-8"))
    };
    let name = format!("{revision}:{SPECIFICATION}");
    let text = git(&["show", &name])?;
    let files = git(&[
        "ls-tree",
        "--full-tree",
        "--name-only",
        "-rz",
        revision,
        OVERLAYS,
    ])?;
    let mut overlays = Vec::new();
    for path in files.split('\0').filter(|path| is_overlay(path)) {
        let name = format!("{revision}:{path}");
        let text = git(&["show", &name])?;
        overlays.push(Overlay { name, text });
    }
    Ok(Source::new(name, text).with_overlays(overlays))
}

/// The specification of the checkout with a patch applied. Done in a folder outside any repository.
fn patched(root: &Path, patch: &Path) -> Result<Source, io::Error> {
    let read = |root: &Path| {
        Source::working_copy(root).map_err(|error| io::Error::other(error.to_string()))
    };
    let before = read(root)?;
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join(OVERLAYS))?;
    fs::write(folder.path().join(SPECIFICATION), &before.text)?;
    for overlay in &before.overlays {
        fs::write(folder.path().join(&overlay.name), &overlay.text)?;
    }
    let apply = |arguments: &[&str]| {
        Command::new("git")
            .arg("apply")
            .args(arguments)
            .arg(patch.canonicalize()?)
            .current_dir(folder.path())
            .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
            .env_remove("GIT_DIR")
            .output()
    };
    let output = apply(&[])?;
    if !output.status.success() {
        let is_contained = apply(&["--check", "--reverse"])?.status.success();
        return Err(io::Error::other(rejection(&output.stderr, is_contained)));
    }
    let file = patch.file_name().unwrap_or_default().display();
    let mut after = read(folder.path())?;
    after.name = format!("{SPECIFICATION} with {file}");
    for overlay in &mut after.overlays {
        if !before.overlays.contains(overlay) {
            overlay.name = format!("{} with {file}", overlay.name);
        }
    }
    Ok(after)
}

/// Why a patch does not apply, and what to do.
fn rejection(message: &[u8], is_contained: bool) -> String {
    if is_contained {
        return "the checkout already contains this change\n  help: remove the patch".to_owned();
    }
    let message = String::from_utf8_lossy(message);
    let failed = message
        .lines()
        .filter_map(|line| line.strip_prefix("error: patch failed: "));
    let places: Vec<&str> = failed.collect();
    match places.is_empty() {
        true => message.trim_end().to_owned(),
        false => format!(
            "the lines that it changes are not those of the checkout, at {}\n  \
             help: make the change in the checkout, and write it with `git diff`",
            places.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use backendless_gen::{Overlay, Source};

    use super::find;

    const DOCUMENT: &str = "openapi: 3.0.1\n";

    fn git(folder: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(folder).args(arguments);
        for name in [
            "GIT_AUTHOR_NAME",
            "GIT_COMMITTER_NAME",
            "GIT_AUTHOR_EMAIL",
            "GIT_COMMITTER_EMAIL",
        ] {
            git.env(name, "test");
        }
        assert!(git.output().unwrap().status.success());
    }

    fn overlay(name: &str, text: &str) -> Overlay {
        Overlay {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_argument_that_is_neither_file_nor_revision_is_rejected_with_what_would_be_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for argument in ["no-such-thing", "--output=x"] {
            let error = find(root, argument).unwrap_err().to_string();
            let start = format!(
                "`{argument}` is not a specification: there is no such file, and git reports: "
            );
            assert!(error.starts_with(&start), "{error}");
            assert!(
                error.contains("\n  help: the path of a document or a patch, or a revision"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_revision_has_its_own_document_and_overlays() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "--quiet"]);
        fs::create_dir(root.join("overlays")).unwrap();
        fs::write(root.join("openapi.yaml"), DOCUMENT).unwrap();
        fs::write(root.join("overlays/b.yaml"), "b").unwrap();
        fs::write(root.join("overlays/a.yaml"), "a").unwrap();
        git(root, &["add", "."]);
        git(root, &["commit", "--quiet", "-m", "old"]);
        fs::write(root.join("openapi.yaml"), "changed").unwrap();
        fs::remove_file(root.join("overlays/b.yaml")).unwrap();
        let expected = Source::new("HEAD:openapi.yaml", DOCUMENT).with_overlays([
            overlay("HEAD:overlays/a.yaml", "a"),
            overlay("HEAD:overlays/b.yaml", "b"),
        ]);
        assert_eq!(find(root, "HEAD").unwrap(), expected);
        let expected =
            Source::new("openapi.yaml", "changed").with_overlays([overlay("overlays/a.yaml", "a")]);
        assert_eq!(Source::working_copy(root).unwrap(), expected);
    }

    #[test]
    fn a_file_is_combined_with_the_overlays_of_the_checkout() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("overlays")).unwrap();
        fs::write(folder.path().join("overlays/a.yaml"), "a").unwrap();
        let file = folder.path().join("new.yaml");
        fs::write(&file, DOCUMENT).unwrap();
        let name = file.to_str().unwrap();
        let expected = Source::new(name, DOCUMENT).with_overlays([overlay("overlays/a.yaml", "a")]);
        assert_eq!(find(folder.path(), name).unwrap(), expected);
    }

    #[test]
    fn a_patch_can_change_the_document_and_an_overlay() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("overlays")).unwrap();
        fs::write(root.join("openapi.yaml"), DOCUMENT).unwrap();
        fs::write(root.join("overlays/a.yaml"), "old\n").unwrap();
        fs::write(root.join("overlays/b.yaml"), "b\n").unwrap();
        let patch = "--- a/overlays/a.yaml\n+++ b/overlays/a.yaml\n@@ -1 +1 @@\n-old\n+new\n";
        let file = root.join("x.patch");
        fs::write(&file, patch).unwrap();
        let expected = Source::new("openapi.yaml with x.patch", DOCUMENT).with_overlays([
            overlay("overlays/a.yaml with x.patch", "new\n"),
            overlay("overlays/b.yaml", "b\n"),
        ]);
        assert_eq!(find(root, file.to_str().unwrap()).unwrap(), expected);
    }

    /// A checkout with a document of three lines, and a patch of its second line.
    fn patch(second: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("openapi: 3.0.1\n{second}\npaths: {{}}\n");
        fs::write(folder.path().join("openapi.yaml"), text).unwrap();
        let patch = folder.path().join("kept.patch");
        let text = "--- a/openapi.yaml\n+++ b/openapi.yaml\n@@ -1,3 +1,3 @@\n openapi: 3.0.1\n-x: 1\n+x: 2\n paths: {}\n";
        fs::write(&patch, text).unwrap();
        let name = patch.to_str().unwrap().to_owned();
        (folder, name)
    }

    #[test]
    fn a_patch_that_does_not_apply_is_reported_with_its_place_and_a_remedy() {
        let (folder, name) = patch("x: 1");
        let text = find(folder.path(), &name).unwrap().text;
        assert_eq!(text, "openapi: 3.0.1\nx: 2\npaths: {}\n");
        let (folder, name) = patch("x: 3");
        let error = find(folder.path(), &name).unwrap_err().to_string();
        let reason =
            "the lines that it changes are not those of the checkout, at openapi.yaml:1\n  help: ";
        assert!(error.contains(reason), "{error}");
        let (folder, name) = patch("x: 2");
        let error = find(folder.path(), &name).unwrap_err().to_string();
        let reason = "the checkout already contains this change\n  help: remove the patch";
        assert!(error.contains(reason), "{error}");
    }
}
