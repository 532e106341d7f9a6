//! The search for secrets in a text of the service.

use zeroize::Zeroizing;

use super::decoding::{Escapes, decode_binary, spelled_out, unescape};
use super::fingerprint::{Fingerprints, RecentSecrets};

/// How often the escapes of a text are decoded: JSON in a string of JSON has two layers, and its URL a third.
const MAX_LAYERS: usize = 4;
/// How often binary encodings are decoded, such as base64 in base64.
const MAX_BINARY_LAYERS: usize = 2;
/// Maximum number of steps. A text that takes more is treated like one that contains a secret.
const MAX_STEPS: usize = 4_000_000;

/// Search for the secrets that a request may reveal.
///
/// It takes a time that is proportional to the length of the text, has a limit, and does not depend on the number or the
/// length of the secrets.
pub(crate) struct Search {
    fingerprints: Fingerprints,
    /// The number of characters that were compared or decoded.
    steps: usize,
}

impl Search {
    /// Creates a search for `secrets` and the secrets that were used recently.
    pub(crate) fn new<'s>(
        secrets: impl IntoIterator<Item = &'s str>,
        recent: &RecentSecrets,
    ) -> Self {
        let mut fingerprints = Fingerprints::default();
        recent.add_to(&mut fingerprints);
        for secret in secrets {
            fingerprints.add(secret);
            // A secret that contains escapes itself is also changed when the text is decoded.
            let mut form = Zeroizing::new(secret.to_owned());
            for _ in 0..MAX_LAYERS {
                let Some(decoded) = unescape(&form, Escapes::All) else {
                    break;
                };
                form = Zeroizing::new(decoded);
                fingerprints.add(&form);
            }
        }
        Self {
            fingerprints,
            steps: 0,
        }
    }

    /// Returns whether `text` contains a secret or a significant part of one, plain or encoded.
    pub(crate) fn finds_secret_in(&mut self, text: &str) -> bool {
        !self.fingerprints.is_empty()
            && (self.finds_in(text, MAX_BINARY_LAYERS) || self.compare(&spelled_out(text)))
    }

    fn finds_in(&mut self, text: &str, binary_layers: usize) -> bool {
        if self.compare(text) {
            return true;
        }
        // Each kind of escape alone: a secret may contain what looks like an escape of another kind.
        for escapes in [
            Escapes::Percent,
            Escapes::Backslash,
            Escapes::Entity,
            Escapes::QuotedPrintable,
        ] {
            if self.finds_in_layers(text, escapes, 2).0 {
                return true;
            }
        }
        let (is_found, innermost) = self.finds_in_layers(text, Escapes::All, MAX_LAYERS);
        is_found
            || binary_layers > 0
                && (self.finds_in_binary(text, binary_layers)
                    || innermost.is_some_and(|text| self.finds_in_binary(&text, binary_layers)))
    }

    /// Searches the text after each decoding of its escapes; returns the last one as well.
    fn finds_in_layers(
        &mut self,
        text: &str,
        escapes: Escapes,
        max_layers: usize,
    ) -> (bool, Option<String>) {
        let mut layer = None;
        for _ in 0..max_layers {
            let outer = layer.as_deref().unwrap_or(text);
            self.steps += outer.len();
            let Some(inner) = unescape(outer, escapes) else {
                break;
            };
            if self.compare(&inner) {
                return (true, None);
            }
            layer = Some(inner);
        }
        (false, layer)
    }

    fn finds_in_binary(&mut self, text: &str, layers: usize) -> bool {
        self.steps += text.len();
        let Some(decoded) = decode_binary(text) else {
            return false;
        };
        // In UTF-16, every other byte of most texts is zero.
        self.finds_in(&decoded, layers - 1) || self.compare(&decoded.replace('\0', ""))
    }

    fn compare(&mut self, text: &str) -> bool {
        self.fingerprints.is_in(text, &mut self.steps) || self.steps > MAX_STEPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "p+ \"ü/%\n😀&Tr0ub4dor";

    fn search(secret: &str) -> Search {
        Search::new([secret], &RecentSecrets::default())
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    fn json(text: &str) -> String {
        serde_json::Value::from(text).to_string()
    }

    /// Escapes every character of `text`.
    fn unicode(text: &str) -> String {
        text.encode_utf16()
            .map(|unit| format!("\\u{unit:04X}"))
            .collect()
    }

    fn entities(text: &str) -> String {
        text.chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect()
    }

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02X}")).collect()
    }

    #[test]
    fn secret_is_found_in_combinations_of_encodings() {
        type Encode = fn(&str) -> String;
        let encodings: [Encode; 6] = [str::to_owned, percent, json, unicode, entities, hex];
        for secret in [SECRET, "a%41b\\u0041c&amp;d-e+1", "C:\\new\\table-07"] {
            for inner in encodings {
                for outer in encodings {
                    let text = format!("no <{}> here", outer(&inner(secret)));
                    assert!(search(secret).finds_secret_in(&text), "{text}");
                }
            }
        }
    }

    #[test]
    fn ordinary_text_is_not_found() {
        for text in [
            "",
            "Invalid login or password",
            "Table not found by name 'Todo'. Make sure the client class referenced in the API call has the same literal name",
            "Not existing user token - 5C8A1B7D-2F6E-4C39-9E1A-7D0B3F5A6C2E",
            "AAAAAAAAAAAAAAAAAAAAAAAA 00000000000000000000 %41%42%43",
        ] {
            assert!(!search(SECRET).finds_secret_in(text), "{text}");
        }
    }

    /// Without timing: the number of steps is proportional to the length of the text, whatever text and secret are.
    #[test]
    fn steps_are_proportional_to_the_text() {
        let mixed = "ab1-cd2.".repeat(2_000);
        for secret in [SECRET, &mixed, &"a".repeat(16_000)] {
            for pattern in [
                "a", "ab1-cd2", "%", "%25", "\\", "\\\\", "\\u005c", "&amp;", "41", "QUFB", "65,",
                "x ",
            ] {
                let steps = |length: usize| {
                    let text: String = pattern.chars().cycle().take(length).collect();
                    let mut search = search(secret);
                    search.finds_secret_in(&text);
                    search.steps
                };
                let (short, long) = (steps(500), steps(5_000));
                assert!(long <= short * 11, "{pattern:?}: {short}, {long}");
            }
        }
    }

    #[test]
    fn text_that_takes_too_many_steps_is_rejected() {
        let mut search = search(SECRET);
        assert!(search.finds_secret_in(&"QUFB".repeat(100_000)));
        assert!(search.steps < 2 * MAX_STEPS, "{}", search.steps);
    }
}
