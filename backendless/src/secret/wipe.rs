//! Memory that is overwritten before it is freed.
//!
//! This covers the buffers of this crate. Copies of the HTTP stack, of the allocator while a buffer grows elsewhere, and
//! of the operating system are outside its control.

use std::io;

use bytes::{Bytes, BytesMut};
use secrecy::SecretString;
use serde::Serialize;
use zeroize::{Zeroize, Zeroizing};

/// Moves `text` to memory that is wiped when it is dropped, and wipes `text`.
///
/// The conversion of `secrecy` would shrink the string instead, which may leave a copy in the freed part.
pub(crate) fn secret_string(mut text: String) -> SecretString {
    let secret = SecretString::from(Box::<str>::from(text.as_str()));
    text.zeroize();
    secret
}

/// Converts `bytes` to bytes that are wiped when the last clone is dropped.
pub(crate) fn wiped_bytes(bytes: Zeroizing<Vec<u8>>) -> Bytes {
    Bytes::from_owner(Owner(bytes))
}

struct Owner(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Serializes `body` as JSON. No part of it remains in a buffer that was outgrown.
pub(crate) fn to_json(body: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut buffer = WipingBuffer::default();
    serde_json::to_writer(&mut buffer, body)?;
    Ok(buffer.bytes)
}

/// Wipes a received body, unless the HTTP stack still refers to it.
pub(crate) fn wipe(body: Bytes) {
    if let Ok(body) = body.try_into_mut() {
        wipe_mut(body);
    }
}

fn wipe_mut(mut body: BytesMut) {
    body.as_mut().zeroize();
}

/// Buffer that wipes the memory it outgrows.
#[derive(Default)]
struct WipingBuffer {
    bytes: Zeroizing<Vec<u8>>,
}

impl WipingBuffer {
    /// Makes room for `additional` bytes. `Vec::reserve` would free the previous memory with its content.
    #[cold]
    fn grow(&mut self, additional: usize) {
        const MIN_CAPACITY: usize = 512;
        let required = self.bytes.len().saturating_add(additional);
        let capacity = required
            .max(self.bytes.capacity().saturating_mul(2))
            .max(MIN_CAPACITY);
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(&self.bytes);
        self.bytes = larger;
    }
}

impl io::Write for WipingBuffer {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow(bytes.len());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn secret_string_has_the_text() {
        let mut text = String::with_capacity(100);
        text.push_str("s3cret");
        assert_eq!(secret_string(text).expose_secret(), "s3cret");
    }

    #[test]
    fn json_of_any_length_is_complete() {
        for length in [0, 1, 500, 511, 512, 513, 5_000, 100_000] {
            let body = serde_json::json!({"password": "p".repeat(length), "n": [1, 2]});
            assert_eq!(*to_json(&body).unwrap(), serde_json::to_vec(&body).unwrap());
        }
    }

    #[test]
    fn clones_of_wiped_bytes_share_their_memory() {
        let bytes = wiped_bytes(Zeroizing::new(b"s3cret".to_vec()));
        let clone = bytes.clone();
        assert_eq!(bytes.as_ptr(), clone.as_ptr());
        assert_eq!(clone, "s3cret");
    }
}
