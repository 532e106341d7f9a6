//! A specification: the document and its overlays.

use std::fs;
use std::path::Path;

use crate::Error;
use crate::overlay::Overlay;

/// The document of a checkout.
pub const SPECIFICATION: &str = "openapi.yaml";
/// The folder of the overlays of a checkout.
pub const OVERLAYS: &str = "overlays";

/// The text of an OpenAPI document, its name in messages, and the overlays that are applied to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the document in messages.
    pub name: String,
    /// The text of the document.
    pub text: String,
    /// In the order in which they are applied.
    pub overlays: Vec<Overlay>,
}

impl Source {
    /// A document without overlays.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            overlays: Vec::new(),
        }
    }

    /// Adds overlays. They are applied in the order of their names.
    pub fn with_overlays(mut self, overlays: impl IntoIterator<Item = Overlay>) -> Self {
        self.overlays.extend(overlays);
        self.overlays
            .sort_by(|one, other| one.name.cmp(&other.name));
        self
    }

    /// The document and the overlays of the checkout at `root`.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub fn working_copy(root: &Path) -> Result<Self, Error> {
        let text = read(&root.join(SPECIFICATION))?;
        Ok(Self::new(SPECIFICATION, text).with_overlays(overlays(root)?))
    }
}

/// The overlays of the checkout at `root`: the `.yaml` files in its folder `overlays`, which may be missing.
///
/// # Errors
///
/// If the folder contains anything else, or a file cannot be read.
pub fn overlays(root: &Path) -> Result<Vec<Overlay>, Error> {
    let folder = root.join(OVERLAYS);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(&folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(&folder, &error))?;
        let path = entry.path();
        let name = format!("{OVERLAYS}/{}", entry.file_name().to_string_lossy());
        if !is_overlay(&name) {
            return Err(Error::new(format!(
                "{name} is not an overlay\n  help: only .yaml files belong in {OVERLAYS}/"
            )));
        }
        let text = read(&path)?;
        found.push(Overlay { name, text });
    }
    Ok(found)
}

/// Whether the path below the root of a checkout is that of an overlay.
pub fn is_overlay(path: &str) -> bool {
    let name = path
        .strip_prefix(OVERLAYS)
        .and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| name.ends_with(".yaml") && !name.contains('/'))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("cannot read {}: {error}", path.display()))
}
