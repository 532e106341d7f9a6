//! Descriptions of errors of the HTTP stack, in texts of this crate.
//!
//! The texts of the libraries may contain what a server sent: the debug data of an HTTP/2 GOAWAY frame, or the names in a
//! certificate. So the known errors are classified, and every other one is described in general terms.

#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
mod tls;

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::error::MAX_MESSAGE;
use crate::prepared::BoxError;

/// Cause of a failed exchange: the source of an [`Error`](crate::Error). Its own source is an error of the operating
/// system, if that is the cause.
#[derive(Debug)]
pub(in crate::transport) struct Cause {
    text: String,
    io: Option<io::Error>,
}

impl Cause {
    pub(super) fn of(error: &(dyn StdError + 'static)) -> Self {
        let io = chain(error).filter_map(|error| error.downcast_ref::<io::Error>());
        Self {
            text: describe(error),
            io: io
                .filter(|error| error.get_ref().is_none())
                .last()
                .map(copy),
        }
    }

    /// Describes why reqwest's client cannot be built.
    pub(super) fn of_builder(error: &reqwest::Error) -> Self {
        let text = error.source().and_then(|source| {
            let mut chain = chain(source);
            chain.find_map(|error| of_tls(error).or_else(|| of_setting(error)))
        });
        Self {
            text: text.unwrap_or_else(|| "a setting of `http` is invalid".to_owned()),
            io: None,
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.io.as_ref().map(|error| error as _)
    }
}

/// The same error without a text of its own.
fn copy(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => error.kind().into(),
    }
}

/// Returns `error` and its causes.
pub(super) fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

/// Returns the cause of `error`. The error inside an [`io::Error`] is not its source: `source` would skip one of the two.
fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => error.source(),
    }
}

/// Returns the text of the caller's stream, if its failure is the cause. The caller of this function checks it.
pub(super) fn content_error(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut chain = chain(error);
    chain.find_map(|error| Some(error.downcast_ref::<ContentError>()?.text().to_owned()))
}

/// Error of the caller's stream. It is found again in the error of the request.
#[derive(Debug)]
pub(super) struct ContentError(String);

impl ContentError {
    pub(super) fn new(error: &BoxError) -> Self {
        let mut innermost: &(dyn StdError + 'static) = &**error;
        while let Some(source) = innermost.source() {
            innermost = source;
        }
        // An error contains no more of it.
        Self(innermost.to_string().chars().take(MAX_MESSAGE).collect())
    }

    fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the content of the request failed")
    }
}

impl StdError for ContentError {}

/// Describes `error` by its innermost causes that are known.
fn describe(error: &(dyn StdError + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut fallback = None;
    for error in chain(error) {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            match error.get_ref() {
                Some(_) => fallback = Some(copy(error).to_string()),
                None => texts.push(copy(error).to_string()),
            }
        } else if let Some(text) = known(error) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        texts.extend(fallback);
    }
    match texts.is_empty() {
        true => "the HTTP client failed".to_owned(),
        false => texts.join(": "),
    }
}

/// Describes an error that is not an [`io::Error`], if its type is known.
fn known(error: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return of_reqwest(error).map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        // A fixed text for each of its kinds, which does not include its cause.
        return Some(error.to_string());
    }
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        return of_h2(error);
    }
    if error.is::<ContentError>() {
        return Some("the content of the request failed".to_owned());
    }
    of_tls(error).or_else(|| of_private_type(error).map(str::to_owned))
}

fn of_reqwest(error: &reqwest::Error) -> Option<&'static str> {
    if error.is_builder() {
        return Some("the URL or a header is not valid, or too long");
    }
    // The text of the resolver does not add the host name, but is in the language of the system.
    error
        .is_dns()
        .then_some("the host name could not be resolved")
}

/// Without the debug data of a GOAWAY frame.
fn of_h2(error: &h2::Error) -> Option<String> {
    let event = match (error.is_go_away(), error.is_reset(), error.is_remote()) {
        (true, _, true) => "the server closed the HTTP/2 connection (GOAWAY)",
        (true, _, false) => "the HTTP/2 connection failed",
        (_, true, true) => "the server reset the HTTP/2 stream (RST_STREAM)",
        (_, true, false) => "the HTTP/2 stream failed",
        _ => "HTTP/2 failed",
    };
    // The fixed text of a known code.
    error
        .reason()
        .map(|reason| format!("{event}: {}", reason.description()))
}

/// Describes errors whose types the libraries do not export: by their texts, as far as these are known.
fn of_private_type(error: &(dyn StdError + 'static)) -> Option<&'static str> {
    const TEXTS: [&str; 11] = [
        // The caller of `ClientBuilder::http` allowed https only.
        "URL scheme is not allowed",
        "operation timed out",
        "tcp bind local error",
        "tcp open error",
        "tcp set_nonblocking error",
        "tunnel error: missing destination host",
        "tunnel error: proxy authorization required",
        "tunnel error: proxy response headers too long",
        "tunnel error: unexpected end of file",
        "tunnel error: unsuccessful",
        "tunnel error: failed to create underlying connection",
    ];
    let text = error.to_string();
    TEXTS.into_iter().find(|known| *known == text)
}

/// Describes an invalid setting of the client, by the texts of reqwest, none of which contains a value.
fn of_setting(error: &(dyn StdError + 'static)) -> Option<String> {
    const TEXTS: [&str; 11] = [
        "CRLs only allowed with tls_certs_only()",
        "Unknown TLS backend passed to `use_preconfigured_tls`",
        "disabling rustls hostname verification only allowed with tls_certs_only()",
        "empty supported tls versions",
        "incompatible TLS identity type",
        "invalid TLS verification settings",
        "invalid TLS versions",
        "invalid certificate encoding",
        "invalid crl encoding",
        "invalid maximum TLS version for backend",
        "invalid minimum TLS version for backend",
    ];
    if error.is::<http::Error>() {
        return Some(
            "the value of `user_agent` contains a character that a header cannot contain"
                .to_owned(),
        );
    }
    let text = error.to_string();
    let known = TEXTS.into_iter().find(|known| *known == text);
    known.map(str::to_owned)
}

/// Describes an error of the TLS library.
pub(super) fn of_tls(error: &(dyn StdError + 'static)) -> Option<String> {
    #[cfg(feature = "rustls-no-provider")]
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls::of_rustls(error));
    }
    #[cfg(feature = "native-tls")]
    if let Some(error) = error.downcast_ref::<native_tls::Error>() {
        return Some(tls::of_native(error));
    }
    let _ = error;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Foreign(Option<Box<dyn StdError + Send + Sync>>);

    impl fmt::Display for Foreign {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("SECRET")
        }
    }

    impl StdError for Foreign {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.0.as_ref().map(|error| &**error as _)
        }
    }

    fn text(error: impl StdError + 'static) -> String {
        let cause = Cause::of(&error);
        let source = cause.source().map(ToString::to_string);
        let text = format!("{cause}");
        assert!(!format!("{cause:?} {cause:#?} {source:?}").contains("SECRET"));
        text
    }

    #[test]
    fn texts_of_unknown_errors_are_not_repeated() {
        assert_eq!(text(Foreign(None)), "the HTTP client failed");
        let custom = io::Error::new(io::ErrorKind::InvalidData, "SECRET");
        assert_eq!(text(custom), "invalid data");
        let inner = io::Error::other(Foreign(None));
        assert_eq!(text(Foreign(Some(inner.into()))), "other error");
        let reason = h2::Error::from(h2::Reason::ENHANCE_YOUR_CALM);
        assert_eq!(
            text(Foreign(Some(reason.into()))),
            "HTTP/2 failed: detected excessive load generating behavior"
        );
    }

    #[test]
    fn error_of_the_operating_system_is_the_source() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let cause = Cause::of(&Foreign(Some(io::Error::other(refused).into())));
        assert_eq!(cause.to_string(), "connection refused");
        let source = cause
            .source()
            .and_then(|error| error.downcast_ref::<io::Error>());
        assert_eq!(
            source.map(io::Error::kind),
            Some(io::ErrorKind::ConnectionRefused)
        );
    }
}
