//! Reads the files of an export. Every path is checked and every file is opened relative to its folder, so that none outside
//! of the export is read: no symbolic link is followed, and only regular files are read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lines::Lines;
use super::manifest::{Entry, MANIFEST, MAX_FILES, MAX_MANIFEST, Manifest, VERSION};
use crate::json_size::containers;
use crate::services::files::FilePath;
use crate::store::folder::Folder;
use crate::text::shorten;

/// An open export.
pub(super) struct Archive {
    root: Folder,
    /// In the order of the manifest.
    paths: Vec<String>,
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    /// Opens an export and checks its manifest.
    pub(super) fn open(path: &Path) -> Result<Archive, String> {
        // The folder may be chosen by a link; nothing in it may be one.
        let real = path.canonicalize();
        let real =
            real.map_err(|error| format!("cannot open it: {error}; pass the folder of an export"))?;
        if !real.is_dir() {
            return Err("it is not a folder; pass the folder of an export".to_owned());
        }
        let root = Folder::open_or_create(&real).map_err(|error| error.to_string())?;
        let manifest = read_manifest(&root)?;
        let mut archive = Archive {
            root,
            paths: Vec::new(),
            entries: BTreeMap::new(),
        };
        for entry in manifest.files {
            check_path(&entry.path)?;
            archive.paths.push(entry.path.clone());
            if let Some(twice) = archive.entries.insert(entry.path.clone(), entry) {
                let path = shorten(&twice.path).to_string();
                return Err(format!("{MANIFEST} lists the file '{path}' twice"));
            }
        }
        Ok(archive)
    }

    /// Returns the paths of all files, in the order of the manifest.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Opens a file of the manifest, below the folder that was opened at first.
    pub(super) fn file(&self, path: &str) -> Result<(File, &Entry), String> {
        let entry = self
            .entries
            .get(path)
            .ok_or_else(|| format!("{MANIFEST} does not list the file '{}'", shorten(path)))?;
        let file = open_below(&self.root, path)?;
        Ok((file, entry))
    }

    /// Reads a file of rows with `read`, and checks that it is that of the manifest.
    pub(super) fn read<T>(
        &self,
        path: &str,
        read: impl FnOnce(&mut Lines<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let (file, entry) = self.file(path)?;
        let mut lines = Lines::new(file, entry);
        let result = read(&mut lines);
        // Before the problem of a line, which may be invalid because the file has changed.
        lines.finish()?;
        result
    }
}

/// Reads the manifest of a folder.
pub(super) fn read_manifest(root: &Folder) -> Result<Manifest, String> {
    let mut bytes = Vec::new();
    let file = open_below(root, MANIFEST)?;
    let read = file.take(MAX_MANIFEST + 1).read_to_end(&mut bytes);
    match read {
        Err(error) => Err(format!("cannot read the file '{MANIFEST}': {error}")),
        Ok(read) if read as u64 > MAX_MANIFEST => Err(format!(
            "the file '{MANIFEST}' is longer than {MAX_MANIFEST} bytes"
        )),
        Ok(_) => parse_manifest(&bytes),
    }
}

/// The version alone: a later one may have other properties.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

fn parse_manifest(bytes: &[u8]) -> Result<Manifest, String> {
    serde_json::from_slice::<IgnoredAny>(bytes)
        .map_err(|error| format!("{MANIFEST} is not valid JSON: {error}"))?;
    match serde_json::from_slice::<Versioned>(bytes) {
        Ok(Versioned { version }) if version == u64::from(VERSION) => {}
        Ok(Versioned { version }) => {
            return Err(format!(
                "its format has version {version}, and this server reads version {VERSION}: use the version of the \
                 server that wrote it"
            ));
        }
        Err(_) => {
            return Err(format!(
                "its {MANIFEST} has no version, which that of an export has: it is that of another program"
            ));
        }
    }
    // An object for each file, that of the manifest, and the list.
    if containers(bytes) > MAX_FILES + 2 {
        return Err(format!("{MANIFEST} lists more than {MAX_FILES} files"));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("{MANIFEST} is invalid: {error}"))
}

/// Rejects a path that is not a relative path of segments as in the Files service: none is `.` or `..`.
fn check_path(path: &str) -> Result<(), String> {
    match FilePath::parse(path.to_owned()) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "{MANIFEST} has an invalid path: {}",
            error.message()
        )),
    }
}

fn open_below(root: &Folder, path: &str) -> Result<File, String> {
    let missing = || {
        let path = shorten(path);
        format!("the file '{path}' is missing, a symbolic link, or not a regular file")
    };
    let failed =
        |error: std::io::Error| format!("cannot read the file '{}': {error}", shorten(path));
    let mut segments: Vec<&str> = path.split('/').collect();
    let name = segments.pop().unwrap_or_default();
    let mut folder: Option<Folder> = None;
    for segment in segments {
        let parent = folder.as_ref().unwrap_or(root);
        folder = Some(
            parent
                .open_folder(segment)
                .map_err(failed)?
                .ok_or_else(missing)?,
        );
    }
    let parent = folder.as_ref().unwrap_or(root);
    parent.open_file(name).map_err(failed)?.ok_or_else(missing)
}
