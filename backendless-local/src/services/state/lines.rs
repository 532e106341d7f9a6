//! Reads a file of rows line by line. Its length and its digest are known at its end, which is before anything changes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::manifest::{Entry, MAX_LINE, MAX_ROWS, check_line, hex};
use crate::text::shorten;

/// The JSON values of a file, one in each line.
pub(super) struct Lines<'e> {
    entry: &'e Entry,
    input: BufReader<Hashing>,
    number: usize,
    /// The last one, with the character at its end.
    line: Vec<u8>,
}

impl<'e> Lines<'e> {
    pub(super) fn new(file: File, entry: &'e Entry) -> Lines<'e> {
        const BUFFER: usize = 64 * 1024;
        let input = Hashing {
            file: file.take(MAX_ROWS + 1),
            digest: Sha256::new(),
            bytes: 0,
        };
        Lines {
            entry,
            input: BufReader::with_capacity(BUFFER, input),
            number: 0,
            line: Vec::new(),
        }
    }

    pub(super) fn next_value<T: DeserializeOwned>(&mut self) -> Option<Result<T, String>> {
        self.line.clear();
        // A longer line is not read to its end.
        let mut input = (&mut self.input).take(MAX_LINE as u64 + 1);
        match input.read_until(b'\n', &mut self.line) {
            Ok(0) => return None,
            Ok(_) => self.number += 1,
            Err(error) => return Some(Err(self.failed(&error))),
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        if let Err(problem) = check_line(line) {
            return Some(Err(self.problem(&problem)));
        }
        let value = serde_json::from_slice(line);
        Some(value.map_err(|error| self.problem(&format!("invalid JSON: {error}"))))
    }

    /// Returns a message that names the line of the last value.
    pub(super) fn problem(&self, problem: &str) -> String {
        let path = shorten(&self.entry.path);
        format!("line {} of '{path}': {problem}", self.number)
    }

    fn failed(&self, error: &io::Error) -> String {
        let path = shorten(&self.entry.path);
        format!("cannot read the file '{path}': {error}")
    }

    /// Reads the rest of the file, and checks that it is that of the manifest.
    pub(super) fn finish(mut self) -> Result<(), String> {
        io::copy(&mut self.input, &mut io::sink()).map_err(|error| self.failed(&error))?;
        let Hashing { digest, bytes, .. } = self.input.into_inner();
        if bytes > MAX_ROWS {
            let path = shorten(&self.entry.path);
            return Err(format!("the file '{path}' is longer than {MAX_ROWS} bytes"));
        }
        self.entry.check(bytes, &hex(&digest.finalize()))
    }
}

/// A file whose bytes are limited, counted and hashed.
struct Hashing {
    file: Take<File>,
    digest: Sha256,
    bytes: u64,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}
