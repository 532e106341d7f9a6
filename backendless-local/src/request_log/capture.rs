//! The beginning of a body and its size.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Number of bytes of a body that are kept.
pub(crate) const MAX_BODY_BYTES: usize = 16 * 1024;

/// The beginning of a body that may still be received or sent. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capture(Arc<Mutex<Captured>>);

#[derive(Debug, Default)]
struct Captured {
    size: u64,
    start: Vec<u8>,
    /// Whether only the size is recorded.
    is_opaque: bool,
    /// Whether more of the body may follow.
    is_open: bool,
}

impl Capture {
    /// A capture that records only the size of a body.
    pub(crate) fn opaque() -> Capture {
        Capture(Arc::new(Mutex::new(Captured {
            is_opaque: true,
            ..Captured::default()
        })))
    }

    /// Marks the body as one that is received or sent from now on.
    pub(crate) fn open(&self) {
        self.captured().is_open = true;
    }

    /// Marks the body as complete, or as one of which nothing follows.
    pub(crate) fn close(&self) {
        self.captured().is_open = false;
    }

    pub(crate) fn is_open(&self) -> bool {
        self.captured().is_open
    }

    /// Records the next bytes of the body.
    pub(crate) fn record(&self, bytes: &[u8]) {
        let mut captured = self.captured();
        captured.size += bytes.len() as u64;
        if !captured.is_opaque {
            let free = MAX_BODY_BYTES - captured.start.len();
            captured.start.extend(bytes.iter().take(free));
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.captured().size
    }

    /// Whether the body is longer than the part that was kept.
    pub(crate) fn is_truncated(&self) -> bool {
        let captured = self.captured();
        !captured.is_opaque && captured.size > captured.start.len() as u64
    }

    /// Returns the beginning of the body; `None` if it is empty or not text.
    pub(crate) fn text(&self) -> Option<String> {
        let captured = self.captured();
        let start = captured.start.as_slice();
        let text = match std::str::from_utf8(start) {
            Ok(text) => text,
            // A character was cut off.
            Err(error) if error.error_len().is_none() => {
                std::str::from_utf8(&start[..error.valid_up_to()]).ok()?
            }
            Err(_) => return None,
        };
        let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        (!text.is_empty() && !text.contains(is_control)).then(|| text.to_owned())
    }

    fn captured(&self) -> MutexGuard<'_, Captured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_long_body_is_kept() {
        let capture = Capture::default();
        capture.record(b"x");
        capture.record("ü".repeat(MAX_BODY_BYTES).as_bytes());
        assert_eq!(capture.size(), 2 * MAX_BODY_BYTES as u64 + 1);
        assert!(capture.is_truncated());
        // The last character would be cut off.
        assert_eq!(
            capture.text().map(|text| text.len()),
            Some(MAX_BODY_BYTES - 1)
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_not_shown() {
        for bytes in [&b""[..], b"\xff\xfe", b"\x89PNG\r\n", b"a\0b"] {
            let capture = Capture::default();
            capture.record(bytes);
            assert_eq!(capture.text(), None, "{bytes:?}");
            assert_eq!(capture.size(), bytes.len() as u64);
        }
        let form = Capture::opaque();
        form.record(b"text");
        assert_eq!(
            (form.text(), form.size(), form.is_truncated()),
            (None, 4, false)
        );
    }
}
