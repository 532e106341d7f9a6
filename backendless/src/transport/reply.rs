//! Successful responses, and their decoding.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;

use super::account::LoginResponse;
use super::context::RequestContext;
use super::error_response::{self, ReportedFailure};
use super::http::Response;
use super::{disclosure, trace};
use crate::prepared::{Describe, JsonOrText, Reader, media_type};
use crate::{Error, ErrorKind, Result, decode, secret};

/// Maximum length in bytes of a body that is decoded by the task of the request, which takes about a millisecond.
const MAX_INLINE_LENGTH: usize = 256 * 1024;

const OTHER_FORMAT: &str = "its content type declares neither JSON nor text";

/// Successful response, read completely.
pub(crate) struct Reply {
    pub(super) context: Box<RequestContext>,
    /// Boxed, because a response is large.
    pub(super) head: Box<Response>,
    pub(super) body: Bytes,
}

/// Format of a body, as its content type declares it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Format {
    Json,
    Text,
    /// Another one, such as that of an image.
    Other,
    /// The response does not declare one.
    Unknown,
}

impl Format {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        let media_type = value.and_then(|value| value.split(|&byte| byte == b';').next());
        let media_type = media_type.unwrap_or_default().trim_ascii();
        let starts_with = |prefix: &[u8]| {
            let start = media_type.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if media_type::is_json(media_type) {
            Self::Json
        } else if starts_with(b"text/") {
            Self::Text
        } else if media_type.is_empty() {
            Self::Unknown
        } else {
            Self::Other
        }
    }
}

impl Reply {
    /// Returns the number of attempts that the request took.
    pub(crate) fn attempts(&self) -> u32 {
        self.context.attempts
    }

    /// Returns the HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.head.status().as_u16()
    }

    /// Returns the format that the content type declares. Most readers need it only for an error.
    fn format(&self) -> Format {
        Format::of(self.head.headers())
    }

    /// Returns whether the body is decoded on another thread, because its decoding would block the other tasks of the
    /// runtime.
    pub(crate) fn is_long(&self) -> bool {
        self.body.len() > MAX_INLINE_LENGTH
    }

    /// Runs `decode` on another thread and within the total timeout: decoding cannot be interrupted.
    pub(crate) async fn decode_in_background<R: Send + 'static>(
        self,
        decode: impl FnOnce(Self) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let deadline = self.context.total_deadline();
        let text = format!("the response was not decoded within {deadline}");
        let expired = self.context.error(ErrorKind::Timeout, text);
        let expired = self.context.transient(expired);
        let span = self.context.span.clone();
        let decoding = tokio::task::spawn_blocking(move || decode(self));
        match deadline.run(decoding).await {
            Some(Ok(result)) => result,
            // The decoder of the caller's type panicked: propagate it, as without another thread.
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Some(Err(_)) => Err(Error::internal("the runtime was shut down")),
            None => {
                trace::failed(&span, &expired);
                Err(expired)
            }
        }
    }

    /// Decodes the body. An empty body is decoded as `null`.
    pub(crate) fn read<R>(self, reader: Reader<R>) -> Result<R> {
        self.read_checked(reader, Ok)
    }

    /// Decodes the body and converts it. A failure that the body reports becomes an error.
    pub(crate) fn read_checked<Q, R>(
        mut self,
        reader: Reader<Q>,
        convert: impl FnOnce(Q) -> std::result::Result<R, ReportedFailure>,
    ) -> Result<R> {
        let decoded = self.read_body(reader)?;
        convert(decoded).map_err(|failure| {
            let error = error_response::reported(&self.context, self.head.status(), failure);
            self.context.fail(error)
        })
    }

    /// Adds the token in the response to a login to the secrets that are searched for in messages, whatever the caller
    /// decodes: a request to any path may ignore it.
    fn remember_token(&self) {
        if let Ok(login) = serde_json::from_slice::<LoginResponse>(&self.body) {
            let recent = &self.context.shared.recent_secrets;
            recent.add(login.into_token().expose_secret());
        }
    }

    fn read_body<R>(&mut self, reader: Reader<R>) -> Result<R> {
        if self.context.is_login() {
            self.remember_token();
        }
        let result = match reader {
            Reader::Body(read) => return Ok(read(std::mem::take(&mut self.body))),
            Reader::Json(read, describe) => self.text().map(json).and_then(|json| {
                read(json)
                    .map_err(|error| self.does_not_match::<R>(json.as_bytes(), &error, describe))
            }),
            Reader::Text(read, describe) => {
                let result = read(&self.body);
                result.map_err(|error| self.does_not_match::<R>(&self.body, &error, describe))
            }
            Reader::JsonOrText(read) => self.read_json_or_text(&read),
        };
        if self.context.is_login() {
            // The response to a login contains the token.
            secret::wipe(std::mem::take(&mut self.body));
        }
        result
    }

    /// Decodes the body as the content type declares it. A body that is declared as text is decoded as JSON only if
    /// `R` cannot be a string, and a body without a known format is decoded as text only if it is not JSON.
    fn read_json_or_text<R>(&self, read: &JsonOrText<R>) -> Result<R> {
        let body = self.text()?;
        if self.format() == Format::Text
            && !body.is_empty()
            && let Some(value) = (read.text)(body)
        {
            return Ok(value);
        }
        let json = json(body);
        let error = match (read.json)(json) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let is_text = match self.format() {
            Format::Json => false,
            Format::Text => body.is_empty(),
            Format::Other | Format::Unknown => !body.is_empty() && !error.is_data(),
        };
        match is_text.then(|| (read.text)(body)).flatten() {
            Some(value) => Ok(value),
            None => Err(self.does_not_match::<R>(json.as_bytes(), &error, read.describe)),
        }
    }

    /// Returns the body as text. All of it is checked, also what the type of the result ignores: JSON is UTF-8 (RFC 8259,
    /// section 8.1).
    fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|error| {
            let position = Position::after(&self.body[..error.valid_up_to()]);
            self.decode_error(match self.format() {
                Format::Text => {
                    format!("the content type of the response declares text, but the body is not valid UTF-8 at {position}")
                }
                Format::Json | Format::Unknown => {
                    format!("the response is not valid JSON: invalid UTF-8 at {position}")
                }
                Format::Other => format!(
                    "the response is not valid JSON: invalid UTF-8 at {position}; {OTHER_FORMAT}"
                ),
            })
        })
    }

    fn does_not_match<R>(
        &self,
        body: &[u8],
        error: &serde_json::Error,
        describe: Describe,
    ) -> Error {
        let text = describe(body, error);
        // The path contains keys of the response, and errors of the caller's types may quote values.
        let context = &self.context;
        let is_login = context.is_login();
        // Not of a request to any path, which has its password in a body of the caller.
        let is_password_known = context.secret.is_some() || !context.has_password;
        let checked = if is_login && is_password_known && !decode::has_value(&text) {
            disclosure::check_for_secrets(&context.secrets(), &text)
        } else if is_login && !context.has_password {
            Err(disclosure::Withheld::Token)
        } else {
            disclosure::check(&context.secrets(), &text)
        };
        let text = match checked {
            Err(withheld) if error.is_data() => {
                let position = decode::describe_position::<R>(error);
                format!("{position} (its description is withheld, because {withheld})")
            }
            _ if self.format() == Format::Text && !error.is_data() => {
                format!("{text}; its content type declares text")
            }
            _ if self.format() == Format::Other && !error.is_data() => {
                format!("{text}; {OTHER_FORMAT}")
            }
            _ => text,
        };
        self.decode_error(text)
    }

    fn decode_error(&self, text: String) -> Error {
        let error = self
            .context
            .error(ErrorKind::Decode, text)
            .with_status(self.head.status().as_u16())
            .final_because("the response would be the same");
        self.context.fail(error)
    }
}

/// Returns a body as JSON: an empty one is decoded as `null`.
fn json(body: &str) -> &str {
    match body.trim_ascii() {
        "" => "null",
        _ => body,
    }
}

/// Position of a byte in a text, counted from 1, as in the errors of serde_json.
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    /// Returns the position that follows `text`.
    fn after(text: &[u8]) -> Self {
        let mut lines = text.split(|&byte| byte == b'\n');
        Self {
            line: lines.clone().count(),
            column: lines.next_back().map_or(0, <[u8]>::len) + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_type_declares_the_format() {
        for (value, format) in [
            ("application/json", Format::Json),
            ("Application/JSON; charset=utf-8", Format::Json),
            ("application/problem+json", Format::Json),
            ("text/json", Format::Json),
            ("text/plain", Format::Text),
            (" TEXT/plain ;charset=utf-8", Format::Text),
            ("text/html", Format::Text),
            ("application/octet-stream", Format::Other),
            ("json", Format::Other),
            ("", Format::Unknown),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            assert_eq!(Format::of(&headers), format, "{value}");
        }
        assert_eq!(Format::of(&HeaderMap::new()), Format::Unknown);
    }
}
