//! Where a specification comes from.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Error;
use crate::source::{SPECIFICATION, Source};

/// The file `argument`, where a `.patch` is a change of the specification in the checkout at `root`; if there is no such
/// file, the specification in the revision `argument`.
///
/// # Errors
///
/// When it is neither.
pub fn find(root: &Path, argument: &str) -> Result<Source, Error> {
    let path = Path::new(argument);
    if !path.is_file() {
        return of_revision(root, argument);
    }
    if path.extension().is_none_or(|end| end != "patch") {
        return Ok(Source::new(argument, read(path)?));
    }
    let file = path.file_name().unwrap_or_default().display();
    let text = patched(&Source::working_copy(root)?.text, path)?;
    Ok(Source::new(format!("{SPECIFICATION} with {file}"), text))
}

fn of_revision(root: &Path, revision: &str) -> Result<Source, Error> {
    let name = format!("{revision}:{SPECIFICATION}");
    let refused = |why: &str| {
        Error::new(format!(
            "`{revision}` is no specification: there is no such file, and git says: {why}\n  \
             valid: a path, or a revision such as HEAD~3 or a tag"
        ))
    };
    // Else git would read it as an option.
    if revision.starts_with('-') {
        return Err(refused("a revision does not begin with a dash"));
    }
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["show", &name])
        .output()
        .map_err(|error| refused(&error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(refused(said.lines().next().unwrap_or("nothing")));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| refused("it is not UTF-8"))?;
    Ok(Source::new(name, text))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| failed(path, &error.to_string()))
}

fn failed(path: &Path, why: &str) -> Error {
    Error::new(format!("cannot read {}: {why}", path.display()))
}

/// The specification with a patch applied, in a folder that is of no repository.
fn patched(specification: &str, patch: &Path) -> Result<String, Error> {
    let apply = || -> std::io::Result<String> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join(SPECIFICATION);
        fs::write(&file, specification)?;
        let output = Command::new("git")
            .arg("apply")
            .arg(patch.canonicalize()?)
            .current_dir(folder.path())
            .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
            .env_remove("GIT_DIR")
            .output()?;
        match output.status.success() {
            true => fs::read_to_string(&file),
            false => Err(std::io::Error::other(String::from_utf8_lossy(
                &output.stderr,
            ))),
        }
    };
    apply().map_err(|error| failed(patch, &error.to_string()))
}
