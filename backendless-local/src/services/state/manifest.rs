//! The manifest of an export: the version of the format, and the length and the digest of each file.

use serde::{Deserialize, Serialize};

use crate::json_size::{MAX_CONTAINERS, containers, depth};
use crate::text::shorten;

/// The name of the file.
pub(super) const MANIFEST: &str = "manifest.json";

/// The version of the format that this server writes and reads. Users keep exports, so a server imports those of every earlier
/// build with this version:
///
/// - A new file may be missing, and a new column has a form that accepts a missing value.
/// - Any other change, such as another name or form of a column, needs a new version, and code that reads this one.
///
/// `tests/wire/formats` has an export of each version, and a test imports it.
pub(super) const VERSION: u32 = 1;

/// Maximum number of files of an export.
pub(crate) const MAX_FILES: usize = 1_000_000;

/// Maximum length of a manifest, in bytes: that of all these files.
pub(super) const MAX_MANIFEST: u64 = 256 * 1024 * 1024;

/// Maximum length of a line, in bytes, and of its objects and arrays. A row can be larger than a request, because several
/// requests may have written it.
pub(super) const MAX_LINE: usize = 16 * 1024 * 1024;
const MAX_LINE_CONTAINERS: usize = 4 * MAX_CONTAINERS;

/// Maximum depth of the objects and arrays of a line, that of `serde_json`.
const MAX_LINE_DEPTH: usize = 127;

/// Rejects a line that no import accepts.
pub(super) fn check_line(line: &[u8]) -> Result<(), String> {
    if line.len() > MAX_LINE || containers(line) > MAX_LINE_CONTAINERS {
        return Err(format!(
            "it is longer than {MAX_LINE} bytes, or has more than {MAX_LINE_CONTAINERS} objects and arrays"
        ));
    }
    match depth(line) > MAX_LINE_DEPTH {
        true => Err(format!(
            "its objects and arrays are nested more than {MAX_LINE_DEPTH} levels deep"
        )),
        false => Ok(()),
    }
}

/// Maximum length of a file of rows, in bytes. The contents of files have no maximum.
pub(super) const MAX_ROWS: u64 = 2 * 1024 * 1024 * 1024;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Manifest {
    /// The version of the format.
    pub(super) version: u32,
    /// The version of the server that wrote it.
    pub(super) server: String,
    /// The time of the server's clock, in milliseconds since 1970.
    pub(super) exported_at: i64,
    pub(super) files: Vec<Entry>,
}

/// A file of an export. Without length and digest, which a person who edits a file removes, they are not checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Relative to the folder, with `/` between the segments.
    pub(super) path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
}

impl Entry {
    /// Rejects a file that is not the one that was exported.
    pub(super) fn check(&self, bytes: u64, sha256: &str) -> Result<(), String> {
        let has_length = self.bytes.is_none_or(|expected| expected == bytes);
        let has_digest = self
            .sha256
            .as_ref()
            .is_none_or(|expected| expected == sha256);
        match has_length && has_digest {
            true => Ok(()),
            false => Err(format!(
                "the file '{}' has changed since the export: restore it, or remove its 'bytes' and 'sha256' from \
                 {MANIFEST} if the change is intended",
                shorten(&self.path)
            )),
        }
    }
}

/// Returns bytes as hexadecimal digits in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)]);
    digits.collect()
}

/// Returns the bytes of hexadecimal digits in lower case.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    bytes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_deep_as_the_parser_reads() {
        for (depth, is_read) in [(MAX_LINE_DEPTH, true), (MAX_LINE_DEPTH + 1, false)] {
            let line = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let parsed = serde_json::from_str::<serde_json::Value>(&line);
            assert_eq!(parsed.is_ok(), is_read, "{depth}");
            assert_eq!(check_line(line.as_bytes()).is_ok(), is_read, "{depth}");
        }
    }

    #[test]
    fn bytes_survive_hexadecimal_digits() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hex(&hex(&bytes)), Some(bytes));
        assert_eq!(hex(&[0x0f, 0xa0]), "0fa0");
        for invalid in ["0", "0g", "0F", "é"] {
            assert_eq!(from_hex(invalid), None, "{invalid}");
        }
    }
}
