//! Writes the files of an export: in a folder beside the target, which takes its place at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::{Entry, MANIFEST, MAX_FILES, MAX_MANIFEST, Manifest, VERSION, hex};
use super::target::{self, MARKER};
use crate::store::folder::Folder;

/// A folder that is being written.
pub(super) struct Writer {
    target: PathBuf,
    partial: PathBuf,
    root: Folder,
    /// The folders in it, by path.
    folders: BTreeMap<String, Folder>,
    files: Vec<Entry>,
    /// The paths in lower case, because some file systems ignore the case.
    taken: BTreeSet<String>,
    /// [`Folder::exchange`].
    exchange: fn(&Path, &Path) -> io::Result<bool>,
}

impl Writer {
    /// Creates the folder beside the target, in place of one that a killed export has left.
    pub(super) fn new(target: &Path) -> io::Result<Writer> {
        let target = std::path::absolute(target)?;
        let (Some(parent), Some(partial)) = (target.parent(), target::partial(&target)) else {
            return Err(io::Error::other(
                "its path has no name at the end; choose a folder with a name, such as ./state",
            ));
        };
        target::check(&target)?;
        std::fs::create_dir_all(parent)?;
        let root = Folder::open_or_create(&partial)?;
        if !root.claim(&partial)? {
            return Err(io::Error::other(
                "another export to it is running; wait for its end, or choose another folder",
            ));
        }
        claim_leftover(&root, &partial)?;
        Ok(Writer {
            target,
            partial,
            root,
            folders: BTreeMap::new(),
            files: Vec::new(),
            taken: BTreeSet::new(),
            exchange: Folder::exchange,
        })
    }

    /// Whether no file or folder of this path exists, with any case.
    pub(super) fn is_free(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        let below = format!("{path}/");
        let next = self.taken.range(below.clone()..).next();
        let above = path.match_indices('/').map(|(end, _)| &path[..end]);
        !self.taken.contains(&path)
            && !next.is_some_and(|next| next.starts_with(&below))
            && above.into_iter().all(|folder| !self.taken.contains(folder))
    }

    /// Writes a file of at most `max` bytes. `path` has `/` between its segments, and the caller has checked them.
    pub(super) fn write<E: From<io::Error>>(
        &mut self,
        path: &str,
        max: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.files.len() >= MAX_FILES {
            let problem = format!(
                "the state has more than {MAX_FILES} files, which no import accepts; delete some"
            );
            return Err(io::Error::other(problem).into());
        }
        let (folder, name) = match path.rsplit_once('/') {
            Some((folder, name)) => (self.folder(folder)?, name),
            None => (&self.root, path),
        };
        let mut output = Hashed {
            output: BufWriter::new(folder.create_new(name)?),
            digest: Sha256::new(),
            bytes: 0,
            path,
            max,
        };
        write(&mut output)?;
        let file = output.output.into_inner();
        file.map_err(io::IntoInnerError::into_error)?.sync_all()?;
        self.taken.insert(path.to_lowercase());
        self.files.push(Entry {
            path: path.to_owned(),
            bytes: Some(output.bytes),
            sha256: Some(hex(&output.digest.finalize())),
        });
        Ok(())
    }

    fn folder(&mut self, path: &str) -> io::Result<&Folder> {
        if !self.folders.contains_key(path) {
            let created = match path.rsplit_once('/') {
                Some((parent, name)) => self.folder(parent)?.open_or_create_folder(name)?,
                None => self.root.open_or_create_folder(path)?,
            };
            self.folders.insert(path.to_owned(), created);
        }
        self.folders
            .get(path)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Writes the manifest and puts the folder in the place of the target.
    pub(super) fn finish(mut self, exported_at: i64) -> io::Result<()> {
        let manifest = Manifest {
            version: VERSION,
            server: env!("CARGO_PKG_VERSION").to_owned(),
            exported_at,
            files: std::mem::take(&mut self.files),
        };
        self.write(MANIFEST, MAX_MANIFEST, |output| {
            serde_json::to_writer_pretty(&mut *output, &manifest)?;
            output.write_all(b"\n")
        })?;
        for folder in self.folders.values() {
            folder.sync()?;
        }
        self.root.sync()?;
        // From here on, the manifest marks the folder.
        self.root.remove_file(MARKER)?;
        self.put_in_place()?;
        match self.target.parent() {
            Some(parent) if cfg!(unix) => std::fs::File::open(parent)?.sync_all(),
            _ => Ok(()),
        }
    }

    fn put_in_place(&self) -> io::Result<()> {
        let previous = target::previous(&self.target).unwrap_or_default();
        if !self.target.try_exists()? {
            std::fs::rename(&self.partial, &self.target)?;
            // The earlier export, if a process was killed between the renames below.
            return match exists(&previous)? && target::is_leftover(&previous)? {
                true => remove_export(&previous),
                false => Ok(()),
            };
        }
        target::check(&self.target)?;
        if (self.exchange)(&self.partial, &self.target)? {
            // It has the earlier export now, or nothing.
            return remove_earlier(&self.partial);
        }
        if exists(&previous)? {
            check_leftover(&previous)?;
            remove_export(&previous)?;
        }
        // If the process ends between these, an import finds the earlier export.
        std::fs::rename(&self.target, &previous)?;
        std::fs::rename(&self.partial, &self.target)?;
        remove_earlier(&previous)
    }
}

/// Removes the export that was replaced, unless another program has added a file since the target was checked.
fn remove_earlier(path: &Path) -> io::Result<()> {
    match target::is_leftover(path)? {
        true => remove_export(path),
        false => Err(io::Error::other(format!(
            "the export is complete, but its folder got other files while it was written, which are in {} now; move them",
            path.display()
        ))),
    }
}

fn exists(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Empties a folder that a killed export has left, and makes it private. Rejects a folder that another user, or no export, has
/// created.
fn claim_leftover(root: &Folder, path: &Path) -> io::Result<()> {
    let name = path.display();
    if !root.is_own()? {
        return Err(io::Error::other(format!(
            "the folder {name}, in which it would be written, is that of another user; choose another folder"
        )));
    }
    check_leftover(path)?;
    root.make_private()?;
    empty(root, path)
}

/// Rejects a folder beside the target that has something else than an export, or a part of one.
fn check_leftover(path: &Path) -> io::Result<()> {
    match target::is_leftover(path)? {
        true => Ok(()),
        false => Err(io::Error::other(format!(
            "the folder {}, which an export uses, has other files; move them, or choose another folder",
            path.display()
        ))),
    }
}

/// Removes what is in a folder, which is marked meanwhile and afterwards.
fn empty(root: &Folder, path: &Path) -> io::Result<()> {
    if !root.contains(MARKER)? {
        root.create_new(MARKER)?;
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() != MARKER {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes the folder of an export.
fn remove_export(path: &Path) -> io::Result<()> {
    empty(&Folder::open_or_create(path)?, path)?;
    remove(path)
}

/// Removes a file or a folder, or a link, but not what it points to. Succeeds if there is none.
fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// A file whose bytes are limited, counted and hashed.
struct Hashed<'p> {
    output: BufWriter<std::fs::File>,
    digest: Sha256,
    bytes: u64,
    /// The path in the export.
    path: &'p str,
    /// An import accepts no more bytes.
    max: u64,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.max - self.bytes {
            return Err(io::Error::other(format!(
                "its file '{}' would be longer than {} bytes, which no import accepts; delete rows or files",
                self.path, self.max
            )));
        }
        let written = self.output.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes an export with one file, where folders can, or cannot, be exchanged.
    fn export(target: &Path, content: &str, can_exchange: bool) {
        let mut writer = Writer::new(target).unwrap();
        if !can_exchange {
            writer.exchange = |_, _| Ok(false);
        }
        let written = writer.write("files/a", 10, |output| output.write_all(content.as_bytes()));
        written.unwrap();
        writer.finish(0).unwrap();
    }

    fn content(export: &Path) -> String {
        std::fs::read_to_string(export.join("files/a")).unwrap()
    }

    fn entries(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn export_is_replaced_where_folders_cannot_be_exchanged() {
        let temporary = tempfile::tempdir().unwrap();
        let target = temporary.path().join("state");
        export(&target, "first", false);
        export(&target, "second", false);
        assert_eq!(
            (content(&target).as_str(), entries(temporary.path())),
            ("second", 1)
        );
    }

    #[test]
    fn earlier_export_is_found_until_another_one_is_complete() {
        for can_exchange in [true, false] {
            let temporary = tempfile::tempdir().unwrap();
            let target = temporary.path().join("state");
            assert_eq!(target::locate(&target), None);
            export(&target, "first", can_exchange);
            // A process that was killed between the two renames.
            let previous = target::previous(&target).unwrap();
            std::fs::rename(&target, &previous).unwrap();
            assert_eq!(target::locate(&target), Some(previous.clone()));
            let writer = Writer::new(&target).unwrap();
            assert_eq!(target::locate(&target), Some(previous));
            drop(writer);
            export(&target, "second", can_exchange);
            assert_eq!(target::locate(&target), Some(target.clone()));
            assert_eq!(
                (content(&target).as_str(), entries(temporary.path())),
                ("second", 1)
            );
        }
    }

    #[test]
    fn folder_of_another_program_beside_the_target_is_kept() {
        let temporary = tempfile::tempdir().unwrap();
        let target = temporary.path().join("state");
        export(&target, "first", false);
        let previous = target::previous(&target).unwrap();
        std::fs::create_dir(&previous).unwrap();
        std::fs::write(previous.join("work.txt"), "precious").unwrap();
        let mut writer = Writer::new(&target).unwrap();
        writer.exchange = |_, _| Ok(false);
        let error = writer.finish(0).unwrap_err().to_string();
        assert!(error.contains("has other files; move them"), "{error}");
        assert!(previous.join("work.txt").exists());
        assert_eq!(content(&target), "first");
    }

    #[test]
    fn file_that_is_added_while_an_export_is_put_in_place_is_kept() {
        fn add_file(target: &Path) {
            std::fs::write(target.join("work.txt"), "precious").unwrap();
        }
        let exchanges: [fn(&Path, &Path) -> io::Result<bool>; 2] = [
            |partial, target| {
                add_file(target);
                Folder::exchange(partial, target)
            },
            |_, target| {
                add_file(target);
                Ok(false)
            },
        ];
        for exchange in exchanges {
            let temporary = tempfile::tempdir().unwrap();
            let target = temporary.path().join("state");
            export(&target, "first", true);
            let mut writer = Writer::new(&target).unwrap();
            writer.exchange = exchange;
            let error = writer.finish(0).unwrap_err().to_string();
            let (_, place) = error.split_once("which are in ").unwrap();
            let place = Path::new(place.strip_suffix(" now; move them").unwrap());
            assert!(place.join("work.txt").exists(), "{error}");
            assert_eq!(content(place), "first");
            assert!(target.join(MANIFEST).exists() && !target.join("files").exists());
        }
    }

    #[test]
    fn file_that_no_import_accepts_is_rejected() {
        let temporary = tempfile::tempdir().unwrap();
        let mut writer = Writer::new(&temporary.path().join("state")).unwrap();
        let written = writer.write("files/a", 4, |output| output.write_all(b"milk"));
        written.unwrap();
        let rejected = writer.write("files/b", 4, |output| {
            output.write_all(b"mil")?;
            output.write_all(b"ks")
        });
        let error = rejected.unwrap_err().to_string();
        let expected = "its file 'files/b' would be longer than 4 bytes";
        assert!(error.contains(expected), "{error}");
    }
}
