//! Masks secrets in recorded requests: by the name of a property, a header or a parameter, and by value.

mod names;
#[cfg(test)]
mod tests;
mod text;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::de::IgnoredAny;

use super::{Exchange, Message, RecordedMessage};
use names::is_clause;
pub(super) use names::is_sensitive;
use text::Found;

/// What is shown in place of a secret.
const MASK: &str = "***";

/// A value that a client sent as a secret is masked elsewhere only if it has at least this many bytes.
const MIN_SECRET_BYTES: usize = 4;

/// How often a secret may be encoded in a URL.
const MAX_ENCODINGS: usize = 3;

/// The characters that are encoded in a parameter that was masked.
const PARAMETER: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%').add(b'&').add(b'+');

/// The app id and the keys of the application.
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    pub(super) fn new(mut secrets: Vec<String>) -> Secrets {
        secrets.retain(|secret| !secret.is_empty());
        Secrets(secrets)
    }
}

/// Masks the secrets of one exchange: those of the application, and those of the request and of its response, wherever they
/// are. All of them are collected before anything is masked, so that a caller can mask the parts in any order.
pub(super) struct Masker<'e> {
    secrets: &'e Secrets,
    exchange: &'e Exchange,
    collected: Collected,
    /// Finds all collected secrets in one pass: a body may have a thousand of them.
    search: OnceCell<Option<AhoCorasick>>,
    path: String,
    parameters: Option<String>,
    request_body: Option<String>,
    response_body: Option<String>,
}

impl<'e> Masker<'e> {
    pub(super) fn of(exchange: &'e Exchange, secrets: &'e Secrets) -> Masker<'e> {
        let mut collected = Collected::default();
        let (request, response) = (&exchange.request, &exchange.response);
        collected.add_headers(request.headers.all());
        collected.add_headers(response.headers.all());
        let path = &*exchange.path;
        let (path, parameters) = match path.split_once('?') {
            Some((path, parameters)) => (path, Some(parameters)),
            None => (path, None),
        };
        Masker {
            secrets,
            exchange,
            path: collected.part(path, false),
            parameters: parameters.map(|parameters| collected.parameters(parameters)),
            request_body: collected.message_body(request),
            response_body: collected.message_body(response),
            collected,
            search: OnceCell::new(),
        }
    }

    /// Returns the path with the parameters.
    pub(super) fn path(&self) -> String {
        match &self.parameters {
            Some(parameters) => self.values(&format!("{}?{parameters}", self.path)),
            None => self.values(&self.path),
        }
    }

    pub(super) fn path_without_parameters(&self) -> String {
        self.values(&self.path)
    }

    pub(super) fn request(&self) -> RecordedMessage {
        self.message(&self.exchange.request, self.request_body.as_deref())
    }

    pub(super) fn response(&self) -> RecordedMessage {
        self.message(&self.exchange.response, self.response_body.as_deref())
    }

    pub(super) fn response_body(&self) -> Option<String> {
        let body = self.response_body.as_deref();
        body.map(|body| self.values(body))
    }

    fn message(&self, message: &Message, body: Option<&str>) -> RecordedMessage {
        RecordedMessage {
            headers: self.headers(message.headers.all()),
            body: body.map(|body| self.values(body)),
            body_bytes: message.body.size(),
            is_truncated: message.body.is_truncated(),
        }
    }

    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let masked = headers.iter().map(|(name, value)| {
            let value = match is_sensitive(name) {
                true => MASK.to_owned(),
                false => self.values(&masked_text(value)),
            };
            (name.clone(), value)
        });
        masked.collect()
    }

    /// Masks the secrets of the application and those that were collected.
    fn values(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets.0 {
            text = replace_word(&text, secret);
        }
        if self.collected.0.is_empty() {
            return text;
        }
        let search = self.search.get_or_init(|| self.collected.search());
        // Nothing is shown without the search, which fails only if the secrets had 2^31 bytes.
        let Some(search) = search else {
            return MASK.to_owned();
        };
        let mut masked = String::with_capacity(text.len());
        search.replace_all_with(&text, &mut masked, |_, _, masked| {
            masked.push_str(MASK);
            true
        });
        masked
    }
}

/// The secrets that a client sent or received, other than those of the application.
#[derive(Default)]
struct Collected(BTreeSet<String>);

impl Collected {
    /// Adds the values of sensitive headers.
    fn add_headers(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            if is_sensitive(name) {
                self.add(value);
            }
        }
    }

    fn add(&mut self, secret: &str) {
        let is_word = matches!(secret, "true" | "false" | "null");
        if secret.len() >= MIN_SECRET_BYTES && !is_word {
            self.0.insert(secret.to_owned());
        }
    }

    /// Returns the search for all of them. Of two that begin at the same place, the longer one is found.
    fn search(&self) -> Option<AhoCorasick> {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest);
        builder.build(&self.0).ok()
    }

    fn add_quoted(&mut self, text: &str, found: &[Found]) {
        let quoted = found.iter().filter(|found| found.is_quoted);
        quoted.for_each(|found| self.add(&text[found.range.clone()]));
    }

    fn message_body(&mut self, message: &Message) -> Option<String> {
        let mut headers = message.headers.all().iter();
        let media_type = headers.find(|(name, _)| name == "content-type");
        let media_type = media_type.map(|(_, value)| value.as_str());
        self.body(&message.body.text()?, media_type)
    }

    /// Adds the secrets of a body, which may be incomplete, and returns it without the values of sensitive names. Returns `None`
    /// if it is neither JSON, a form, nor of a type of text: where its secrets are is not known.
    fn body(&mut self, text: &str, media_type: Option<&str>) -> Option<String> {
        let media_type = media_type
            .unwrap_or_default()
            .trim_start()
            .to_ascii_lowercase();
        if is_json(text) {
            return Some(self.json(text));
        }
        if media_type.starts_with("application/x-www-form-urlencoded") {
            return Some(self.parameters(text));
        }
        if media_type.starts_with("text/") {
            let found = text::secrets(text);
            self.add_quoted(text, &found);
            return Some(masked_at(text, found));
        }
        None
    }

    /// Masks the secrets in the parameters of a URL or a form.
    fn parameters(&mut self, query: &str) -> String {
        let parameters = query.split('&').map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let decoded = percent_decode_str(name).decode_utf8_lossy();
            if is_sensitive(&decoded) {
                self.add(&decoded_parameter(value));
                return format!("{name}={MASK}");
            }
            let clause = is_clause(&decoded).then(|| self.clause_parameter(value));
            match clause.flatten() {
                Some(masked) => format!("{name}={masked}"),
                None => self.part(parameter, true),
            }
        });
        parameters.collect::<Vec<_>>().join("&")
    }

    /// Masks the secrets of a clause in a URL or a form; `None` if it has none.
    fn clause_parameter(&mut self, value: &str) -> Option<String> {
        // As the server reads it.
        let mut clause = decoded_parameter(value);
        let mut masked = self.clause(&clause);
        for _ in 0..MAX_ENCODINGS {
            let decoded = decoded_parameter(&clause);
            if decoded == clause {
                break;
            }
            clause = decoded;
            masked = self.clause(&clause).or(masked);
        }
        masked.map(|masked| utf8_percent_encode(&masked, PARAMETER).to_string())
    }

    /// Masks the secrets of a clause; `None` if it has none.
    fn clause(&mut self, clause: &str) -> Option<String> {
        let mut found = text::secrets_of_clause(clause);
        found.extend(text::secrets(clause));
        for found in &found {
            // As the server may quote it in a message.
            let text = clause[found.range.clone()].replace("''", "'");
            let json = serde_json::Value::from(&*text).to_string();
            self.add(&text);
            self.add(json.trim_matches('"'));
        }
        (!found.is_empty()).then(|| masked_at(clause, found))
    }

    /// Masks the secrets in a part of a URL, which may be encoded more than once. A part without secrets remains as it was sent.
    fn part(&mut self, part: &str, is_parameter: bool) -> String {
        let mut decoded = part.to_owned();
        for _ in 0..=MAX_ENCODINGS {
            let found = text::secrets(&decoded);
            if !found.is_empty() {
                self.add_quoted(&decoded, &found);
                return utf8_percent_encode(&masked_at(&decoded, found), PARAMETER).to_string();
            }
            decoded = match is_parameter {
                true => decoded_parameter(&decoded),
                false => percent_decode_str(&decoded)
                    .decode_utf8_lossy()
                    .into_owned(),
            };
        }
        part.to_owned()
    }

    /// Masks the values of sensitive properties, and the secrets in other strings.
    fn json(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let (mut at, mut copied, mut is_in_clause) = (0, 0, false);
        let bytes = text.as_bytes();
        while at < bytes.len() {
            if bytes[at] != b'"' {
                at += 1;
                continue;
            }
            let (begin, end) = (at, end_of_string(bytes, at));
            let string = unescaped(&text[begin..end]);
            let colon = skip_spaces(bytes, end);
            let is_name = bytes.get(colon) == Some(&b':');
            if !is_name || !is_sensitive(&string) {
                at = end;
                let shown = self.masked_string(&string, is_in_clause && !is_name);
                if is_name {
                    is_in_clause = is_clause(&string);
                }
                if let Some(shown) = shown {
                    masked.push_str(&text[copied..begin]);
                    masked.push_str(&shown);
                    copied = end;
                }
                continue;
            }
            let start = skip_spaces(bytes, colon + 1);
            at = end_of_value(bytes, start);
            let value = &text[start..at];
            if value != "null" {
                masked.push_str(&text[copied..start]);
                masked.push_str(&format!("\"{MASK}\""));
                copied = at;
                if !matches!(value, "true" | "false") {
                    self.add(&unescaped(value));
                    self.add(value.trim_matches('"'));
                }
            }
        }
        masked.push_str(&text[copied..]);
        masked
    }

    /// Returns the JSON of a string without its secrets; `None` if it has none.
    fn masked_string(&mut self, string: &str, is_clause: bool) -> Option<String> {
        let masked = match is_clause {
            true => self.clause(string)?,
            false => {
                let found = text::secrets(string);
                self.add_quoted(string, &found);
                (!found.is_empty()).then(|| masked_at(string, found))?
            }
        };
        Some(serde_json::Value::from(masked).to_string())
    }
}

/// Masks the secrets in a text.
fn masked_text(text: &str) -> String {
    masked_at(text, text::secrets(text))
}

/// Masks secrets of a text, which may overlap.
fn masked_at(text: &str, mut found: Vec<Found>) -> String {
    found.sort_by_key(|found| found.range.start);
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for Found { range, .. } in found {
        if range.start >= copied {
            masked.push_str(&text[copied..range.start]);
            masked.push_str(MASK);
        }
        copied = copied.max(range.end);
    }
    masked.push_str(&text[copied..]);
    masked
}

/// Returns the text of a parameter of a URL or a form.
fn decoded_parameter(value: &str) -> String {
    let spaced = value.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// Whether a text is JSON, or the beginning of it.
fn is_json(text: &str) -> bool {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) => true,
        Err(error) => error.is_eof(),
    }
}

/// Replaces a secret where it is not a part of a longer name: an application may be called `A`.
fn replace_word(text: &str, secret: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, _) in text.match_indices(secret) {
        let end = at + secret.len();
        let is_word = !text[..at].ends_with(is_inside) && !text[end..].starts_with(is_inside);
        if is_word {
            replaced.push_str(&text[copied..at]);
            replaced.push_str(MASK);
            copied = end;
        }
    }
    replaced.push_str(&text[copied..]);
    replaced
}

/// Returns the index after the string that begins at `start`, or the length of an incomplete one.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Returns the index after the value that begins at `start`.
fn end_of_value(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at = end_of_string(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn skip_spaces(bytes: &[u8], start: usize) -> usize {
    let spaces = bytes.get(start..).unwrap_or_default().iter();
    start + spaces.take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Returns the text of a JSON string, which may be incomplete; of another value, the value.
fn unescaped(literal: &str) -> String {
    /// Length of the longest part of an escape sequence that may be at the end.
    const MAX_ESCAPE: usize = 11;
    if let Ok(text) = serde_json::from_str(literal) {
        return text;
    }
    if literal.starts_with('"') {
        for cut in 0..=MAX_ESCAPE.min(literal.len() - 1) {
            let complete = literal.get(..literal.len() - cut);
            let complete = complete.map(|literal| format!("{literal}\""));
            if let Some(Ok(text)) = complete.map(|literal| serde_json::from_str(&literal)) {
                return text;
            }
        }
    }
    literal.to_owned()
}
