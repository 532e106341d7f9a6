//! The folder of an export: what an export may replace, and where the earlier export is if its replacement was cut off.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::archive::read_manifest;
use super::manifest::MANIFEST;
use crate::error::Error;
use crate::store::folder::Folder;
use crate::text::{shorten, shorten_message};

/// Marks a folder as that of an export that is not complete. It is the first file in it, and the last one to be removed.
pub(super) const MARKER: &str = ".backendless-local-export";

/// Rejects a folder that an export would not replace.
pub(crate) fn check_replaceable(target: &Path) -> Result<(), Error> {
    check(target)
        .map_err(|error| Error::with_cause(format!("cannot export to {}", target.display()), error))
}

/// Rejects a target that exists, unless it is an empty folder, or an export and nothing else.
pub(super) fn check(target: &Path) -> io::Result<()> {
    let why = match target.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if !found.is_dir() => Some("it is not a folder".to_owned()),
        Ok(_) if is_empty(target)? => None,
        Ok(_) => foreign_content(target)?,
    };
    match why {
        None => Ok(()),
        Some(why) => Err(io::Error::other(format!(
            "it exists and is not an export: {why}; choose another folder, or a new one"
        ))),
    }
}

/// Whether the content of a folder is what an export has left that was cut off: nothing, a part, or a complete export.
pub(super) fn is_leftover(folder: &Path) -> io::Result<bool> {
    let is_folder = folder.symlink_metadata()?.is_dir();
    let is_marked = || is_file(&folder.join(MARKER));
    Ok(is_folder && (is_marked() || is_empty(folder)? || foreign_content(folder)?.is_none()))
}

/// Returns the folder that has the export of this one: itself if it exists, or the earlier export beside it if a process was
/// killed while it replaced that one. `None` if there is neither.
pub(super) fn locate(folder: &Path) -> Option<PathBuf> {
    match folder.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Opening it reports what is wrong with it.
        _ => return Some(folder.to_owned()),
    }
    let previous = previous(folder)?;
    // A marked one was being removed, after another export had taken its place.
    let is_export = is_file(&previous.join(MANIFEST)) && !is_file(&previous.join(MARKER));
    is_export.then_some(previous)
}

/// Returns where the earlier export is while another one takes its place, on systems that cannot exchange folders.
pub(super) fn previous(target: &Path) -> Option<PathBuf> {
    sibling(target, ".previous")
}

/// Returns the folder in which an export is written.
pub(super) fn partial(target: &Path) -> Option<PathBuf> {
    sibling(target, ".partial")
}

fn sibling(target: &Path, suffix: &str) -> Option<PathBuf> {
    let mut name = OsString::from(".");
    name.push(target.file_name()?);
    name.push(suffix);
    Some(target.with_file_name(name))
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(std::fs::read_dir(folder)?.next().is_none())
}

/// Whether this is a file, and not a link to one.
fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file())
}

/// Returns why a folder has another content than an export: it has no valid manifest, or something that the manifest does not
/// list. Other programs have files called `manifest.json`, too.
fn foreign_content(folder: &Path) -> io::Result<Option<String>> {
    if !is_file(&folder.join(MANIFEST)) {
        return Ok(Some(format!("it has no {MANIFEST}")));
    }
    let manifest = match read_manifest(&Folder::open_or_create(folder)?) {
        Ok(manifest) => manifest,
        Err(problem) => return Ok(Some(shorten_message(&problem))),
    };
    let mut listed: HashSet<String> = manifest.files.into_iter().map(|file| file.path).collect();
    listed.insert(MANIFEST.to_owned());
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let path = format!("{prefix}{}", name.to_string_lossy());
            let is_listed = || name.to_str().is_some() && listed.contains(&path);
            if kind.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else if !kind.is_file() || !is_listed() {
                let path = shorten(&path);
                return Ok(Some(format!("{MANIFEST} does not list its file '{path}'")));
            }
        }
    }
    Ok(None)
}
