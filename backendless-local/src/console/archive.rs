//! The files of an export as one file: a tar archive with the long names of GNU tar, which `tar` packs and unpacks, too.
//!
//! An archive may come from anywhere. Only regular files are unpacked, below the folder, each path once; the import checks
//! what they contain.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use crate::services::state;

/// Headers have this length, and contents are padded to a multiple of it.
const BLOCK: usize = 512;

/// Length of the field of the name in a header.
const NAME: usize = 100;

/// The largest size that the eleven octal digits of a header can state.
const MAX_SIZE: u64 = 0o777_7777_7777;

/// Maximum length of a long name and of other data that extends a header.
const MAX_EXTENSION: u64 = 64 * 1024;

/// What an archive may have at most.
#[derive(Clone, Copy)]
struct Max {
    entries: usize,
    /// The folders of its files: each takes two bytes of a path, and thousands on the disk.
    folders: usize,
}

const MAX: Max = Max {
    // An export has folders and other data beside its files.
    entries: 2 * state::MAX_FILES,
    folders: 50_000,
};

/// Maximum length of a path, in bytes, and of its segments.
const MAX_PATH: usize = 4_096;
const _: () = assert!(
    state::MAX_PATH < MAX_PATH,
    "the archive of an export can be imported"
);
const MAX_SEGMENTS: usize = 140;

/// The types of entries.
const FILE: u8 = b'0';
const OLD_FILE: u8 = 0;
const DIRECTORY: u8 = b'5';
const LONG_NAME: u8 = b'L';
const PAX: u8 = b'x';
const GLOBAL_PAX: u8 = b'g';

/// Writes the files of a folder, by name, with their paths from the folder.
pub(super) fn pack(folder: &Path, archive: &mut impl Write) -> io::Result<()> {
    pack_below(folder, "", archive)?;
    archive.write_all(&[0; 2 * BLOCK])?;
    archive.flush()
}

fn pack_below(folder: &Path, prefix: &str, archive: &mut impl Write) -> io::Result<()> {
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.file_name().into_string();
        names.push(name.map_err(|_| io::Error::other("the name of a file is not text"))?);
    }
    names.sort_unstable();
    for name in names {
        let (path, name) = (folder.join(&name), format!("{prefix}{name}"));
        if path.is_dir() {
            pack_below(&path, &format!("{name}/"), archive)?;
        } else {
            pack_file(&path, &name, archive)?;
        }
    }
    Ok(())
}

fn pack_file(path: &Path, name: &str, archive: &mut impl Write) -> io::Result<()> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if name.len() > NAME {
        let long = [name.as_bytes(), b"\0"].concat();
        archive.write_all(&header(b"././@LongLink", long.len() as u64, LONG_NAME)?)?;
        archive.write_all(&long)?;
        archive.write_all(&padding(long.len() as u64))?;
    }
    let start = &name.as_bytes()[..name.len().min(NAME)];
    archive.write_all(&header(start, size, FILE)?)?;
    if io::copy(&mut file, archive)? != size {
        return Err(io::Error::other("a file changed while it was packed"));
    }
    archive.write_all(&padding(size))
}

/// Returns the zeros after a content.
fn padding(size: u64) -> Vec<u8> {
    vec![0; (BLOCK - (size % BLOCK as u64) as usize) % BLOCK]
}

fn header(name: &[u8], size: u64, kind: u8) -> io::Result<[u8; BLOCK]> {
    if size > MAX_SIZE {
        return Err(io::Error::other("a file is larger than 8 GiB"));
    }
    let mut header = [0; BLOCK];
    let mut set = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    set(0, name);
    set(100, b"0000600\0");
    set(108, b"0000000\0");
    set(116, b"0000000\0");
    set(124, format!("{size:011o}\0").as_bytes());
    set(136, b"00000000000\0");
    set(156, &[kind]);
    set(257, b"ustar  \0");
    let sum = format!("{:06o}\0 ", checksum(&header));
    header[148..156].copy_from_slice(sum.as_bytes());
    Ok(header)
}

/// Returns the sum of the bytes, of which those of the sum itself count as spaces.
fn checksum(header: &[u8; BLOCK]) -> u64 {
    let bytes = header.iter().enumerate();
    let counted = bytes.map(|(at, byte)| match (148..156).contains(&at) {
        true => u64::from(b' '),
        false => u64::from(*byte),
    });
    counted.sum()
}

/// Unpacks an archive to an empty folder.
pub(super) fn unpack(archive: &mut impl Read, folder: &Path) -> Result<(), String> {
    unpack_at_most(MAX, archive, folder)
}

fn unpack_at_most(max: Max, archive: &mut impl Read, folder: &Path) -> Result<(), String> {
    let (mut name, mut entries, mut folders) = (None, 0, 0);
    while let Some(header) = read_header(archive)? {
        entries += 1;
        if entries > max.entries {
            return Err(format!("it has more than {} entries", max.entries));
        }
        let size = octal(&header[124..136]).ok_or("the size of a file is invalid")?;
        match header[156] {
            FILE | OLD_FILE => {
                let name = name.take().unwrap_or_else(|| header_name(&header));
                let path = safe_path(&name)?;
                create_folders(folder, &path, &mut folders, max.folders)
                    .and_then(|()| unpack_file(archive, &folder.join(&path), size))
                    .map_err(|error| format!("cannot unpack a file: {error}"))?;
            }
            LONG_NAME => {
                let mut long = extension_data(archive, size)?;
                long.retain(|byte| *byte != 0);
                name = Some(long);
            }
            PAX => name = pax_path(&extension_data(archive, size)?)?.or(name),
            GLOBAL_PAX => drop(extension_data(archive, size)?),
            DIRECTORY => name = None,
            _ => return Err("it contains a link or another special file".to_owned()),
        }
    }
    Ok(())
}

/// Returns the next header; `None` at the end of the archive.
fn read_header(archive: &mut impl Read) -> Result<Option<[u8; BLOCK]>, String> {
    let mut header = [0; BLOCK];
    archive.read_exact(&mut header).map_err(|_| {
        "it is incomplete, or no tar archive: choose a file that Export of this page saved"
            .to_owned()
    })?;
    if header.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    match octal(&header[148..156]) {
        Some(sum) if sum == checksum(&header) => Ok(Some(header)),
        _ => Err(
            "it is no tar archive, or damaged: choose a file that Export of this page saved"
                .to_owned(),
        ),
    }
}

/// Reads a number in octal digits, which end with a space or a zero byte.
fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(field).ok()?;
    let digits = digits.trim_matches(|c| c == ' ' || c == '\0');
    u64::from_str_radix(digits, 8).ok()
}

/// Returns the name in a header. In the format ustar its beginning is in a field of its own.
fn header_name(header: &[u8; BLOCK]) -> Vec<u8> {
    let text = |field: &[u8]| -> Vec<u8> {
        let bytes = field.iter().copied();
        bytes.take_while(|byte| *byte != 0).collect()
    };
    let (name, prefix) = (text(&header[..NAME]), text(&header[345..500]));
    match &header[257..263] == b"ustar\0" && !prefix.is_empty() {
        true => [prefix.as_slice(), b"/", &name].concat(),
        false => name,
    }
}

/// Reads the data that extends the next header.
fn extension_data(archive: &mut impl Read, size: u64) -> Result<Vec<u8>, String> {
    if size > MAX_EXTENSION {
        return Err("the name of a file is too long".to_owned());
    }
    let mut content = Vec::new();
    let padded = size + padding(size).len() as u64;
    let read = archive.take(padded).read_to_end(&mut content);
    if read.ok() != usize::try_from(padded).ok() {
        return Err("it is incomplete: choose a file that Export of this page saved".to_owned());
    }
    content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    Ok(content)
}

/// Returns the path in the records `LENGTH NAME=VALUE` of the format pax.
fn pax_path(records: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let invalid = || "the properties of a file are invalid".to_owned();
    let (mut rest, mut path) = (records, None);
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ');
        let space = space.ok_or_else(invalid)?;
        let length = std::str::from_utf8(&rest[..space]).ok();
        let length: usize = length
            .and_then(|text| text.parse().ok())
            .ok_or_else(invalid)?;
        let record = rest.get(space + 1..length).ok_or_else(invalid)?;
        let record = record.strip_suffix(b"\n").ok_or_else(invalid)?;
        if let Some(value) = record.strip_prefix(b"path=") {
            path = Some(value.to_vec());
        } else if record.starts_with(b"size=") || record.starts_with(b"GNU.sparse") {
            return Err("it contains a sparse file, or one of more than 8 GiB".to_owned());
        }
        rest = &rest[length..];
    }
    Ok(path)
}

/// Returns the path of a file below the folder.
fn safe_path(name: &[u8]) -> Result<PathBuf, String> {
    let path = std::str::from_utf8(name).map(Path::new);
    let mut safe = PathBuf::new();
    for component in path.into_iter().flat_map(Path::components) {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => safe.push(part),
            _ => return Err("the path of a file leads out of it".to_owned()),
        }
    }
    if name.len() > MAX_PATH || safe.components().count() > MAX_SEGMENTS {
        return Err("the path of a file is too long".to_owned());
    }
    match safe.as_os_str().is_empty() || name.ends_with(b"/") {
        true => Err("the path of a file is empty or not text".to_owned()),
        false => Ok(safe),
    }
}

/// Creates the missing folders of a file below `folder`, and adds their number to `count`.
fn create_folders(folder: &Path, path: &Path, count: &mut usize, max: usize) -> io::Result<()> {
    let mut folder = folder.to_owned();
    for name in path.parent().into_iter().flat_map(Path::components) {
        folder.push(name);
        if folder.is_dir() {
            continue;
        }
        *count += 1;
        if *count > max {
            let problem = format!(
                "it has more than {max} folders: unpack it with tar, and use `backendless-local import`"
            );
            return Err(io::Error::other(problem));
        }
        fs::create_dir(&folder)?;
    }
    Ok(())
}

fn unpack_file(archive: &mut impl Read, path: &Path, size: u64) -> io::Result<()> {
    // Each path once: an existing file is an error.
    let mut file = File::create_new(path)?;
    let padding = padding(size).len() as u64;
    let copied = io::copy(&mut archive.take(size), &mut file)?;
    let skipped = io::copy(&mut archive.take(padding), &mut io::sink())?;
    match (copied, skipped) == (size, padding) {
        true => Ok(()),
        false => Err(io::Error::other("the archive is incomplete")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&[u8], &[u8], u8)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content, kind) in entries {
            bytes.extend(header(name, content.len() as u64, *kind).unwrap());
            bytes.extend_from_slice(content);
            bytes.extend(padding(content.len() as u64));
        }
        bytes.extend([0; 2 * BLOCK]);
        bytes
    }

    fn unpacked(bytes: &[u8]) -> (tempfile::TempDir, Result<(), String>) {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).unwrap();
        let result = unpack(&mut &*bytes, &inside);
        (folder, result)
    }

    #[test]
    fn packed_files_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("files/{}/ü.txt", "d".repeat(120));
        let files = [
            ("manifest.json", vec![b'x'; 512]),
            ("rows/1.jsonl", Vec::new()),
            (&*long, vec![b'y'; 513]),
        ];
        for (name, content) in &files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let mut bytes = Vec::new();
        pack(folder.path(), &mut bytes).unwrap();
        assert_eq!(bytes.len() % BLOCK, 0);
        let (copy, result) = unpacked(&bytes);
        assert_eq!(result, Ok(()));
        for (name, content) in &files {
            let read = fs::read(copy.path().join("inside").join(name)).unwrap();
            assert_eq!(&read, content, "{name}");
        }
    }

    #[test]
    fn the_formats_of_other_programs_are_unpacked() {
        let mut prefixed = header(b"b.txt", 1, FILE).unwrap();
        prefixed[257..265].copy_from_slice(b"ustar\x0000");
        prefixed[345..348].copy_from_slice(b"dir");
        let sum = format!("{:06o}\0 ", checksum(&prefixed));
        prefixed[148..156].copy_from_slice(sum.as_bytes());
        let mut bytes = archive(&[
            (b"./", b"", DIRECTORY),
            (b"pax", b"19 path=a/long.txt\n", PAX),
            (b"short", b"1", FILE),
            (b"./c.txt", b"3", OLD_FILE),
        ]);
        bytes.truncate(bytes.len() - 2 * BLOCK);
        bytes.extend(prefixed);
        bytes.extend(b"2");
        bytes.extend(padding(1));
        bytes.extend([0; 2 * BLOCK]);
        let (copy, result) = unpacked(&bytes);
        assert_eq!(result, Ok(()));
        for (name, content) in [("a/long.txt", "1"), ("c.txt", "3"), ("dir/b.txt", "2")] {
            let read = fs::read_to_string(copy.path().join("inside").join(name)).unwrap();
            assert_eq!(read, content, "{name}");
        }
    }

    #[test]
    fn nothing_is_written_outside_of_the_folder() {
        let mut damaged = archive(&[(b"a", b"1", FILE)]);
        damaged[0] = b'b';
        let named =
            |path: String| archive(&[(b"n", path.as_bytes(), LONG_NAME), (b"b", b"1", FILE)]);
        let deep = named(format!("{}c", "d/".repeat(MAX_SEGMENTS)));
        let long = named("d".repeat(MAX_PATH + 1));
        for (bytes, expected) in [
            (archive(&[(b"../a", b"1", FILE)]), "leads out"),
            (archive(&[(b"x/../../a", b"1", FILE)]), "leads out"),
            (archive(&[(b"/tmp/a", b"1", FILE)]), "leads out"),
            (
                archive(&[(b"n", b"../a\0", LONG_NAME), (b"b", b"1", FILE)]),
                "leads out",
            ),
            (
                archive(&[(b"n", b"13 path=../a\n", PAX), (b"b", b"1", FILE)]),
                "leads out",
            ),
            (archive(&[(b"a", b"", b'2')]), "a link"),
            (archive(&[(b"a", b"", b'1')]), "a link"),
            (archive(&[(b"", b"1", FILE)]), "empty"),
            (archive(&[(b"a/", b"1", FILE)]), "empty"),
            (archive(&[(b"\xff", b"1", FILE)]), "empty"),
            (
                archive(&[(b"a", b"1", FILE), (b"./a", b"2", FILE)]),
                "cannot unpack",
            ),
            (
                archive(&[(b"a", b"1", FILE), (b"a/b", b"2", FILE)]),
                "cannot unpack",
            ),
            (
                archive(&[(b"n", b"99 path=a\n", PAX)]),
                "properties of a file",
            ),
            (archive(&[(b"a", b"1", FILE)])[..600].to_vec(), "incomplete"),
            (damaged, "damaged"),
            (b"{}".to_vec(), "no tar archive"),
            (deep, "too long"),
            (long, "too long"),
        ] {
            let (folder, result) = unpacked(&bytes);
            let message = result.unwrap_err();
            assert!(message.contains(expected), "{message}: {expected}");
            let outside = fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(outside, 1, "{expected}");
        }
    }

    #[test]
    fn the_number_of_entries_is_limited() {
        let entries: [(&[u8], &[u8], u8); 3] = [
            (b"d/", b"", DIRECTORY),
            (b"a", b"1", FILE),
            (b"b", b"2", FILE),
        ];
        let bytes = archive(&entries);
        let unpacked = |entries| {
            let folder = tempfile::tempdir().unwrap();
            let max = Max { entries, ..MAX };
            unpack_at_most(max, &mut &*bytes, folder.path())
        };
        assert_eq!(unpacked(3), Ok(()));
        assert_eq!(unpacked(2), Err("it has more than 2 entries".to_owned()));
    }

    #[test]
    fn the_number_of_folders_is_limited() {
        let names = [b"a/b/1", b"a/b/2", b"a/c/1", b"d/b/1"];
        let entries = names.map(|name| (name.as_slice(), b"x".as_slice(), FILE));
        let bytes = archive(&entries);
        let unpacked = |folders| {
            let folder = tempfile::tempdir().unwrap();
            let max = Max { folders, ..MAX };
            unpack_at_most(max, &mut &*bytes, folder.path())
        };
        assert_eq!(unpacked(5), Ok(()));
        let message = unpacked(4).unwrap_err();
        assert!(message.contains("more than 4 folders"), "{message}");
    }
}
