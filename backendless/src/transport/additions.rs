//! What a caller adds to a request beside the parameters of its operation: headers and query parameters.

use std::collections::BTreeSet;
use std::fmt;

use http::header::{HeaderName, HeaderValue};
use serde::Serialize;

use super::token_header::secret_header;
use crate::prepared::{Parts, Query};

/// Headers that only the client sets, with the place where a caller sets their value, if there is one.
///
/// They are part of the connection and the framing (RFC 9110, section 7.6.1), of the session, or of the content, which the
/// client encodes or decodes. `application-id` and `secret-key` contained the secrets of an application in earlier versions
/// of the API.
const NOT_SETTABLE: [(&str, &str); 21] = [
    ("accept-encoding", ""),
    ("application-id", ""),
    ("connection", ""),
    ("content-encoding", ""),
    ("content-length", ""),
    ("content-type", ""),
    ("expect", ""),
    ("host", ": see `ClientBuilder::api_url`"),
    ("http2-settings", ""),
    ("keep-alive", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ": see `ClientBuilder::proxy`"),
    ("proxy-connection", ""),
    ("referer", ""),
    ("secret-key", ""),
    ("te", ""),
    ("trailer", ""),
    ("transfer-encoding", ""),
    ("upgrade", ""),
    ("user-agent", ": see `ClientBuilder::user_agent`"),
    ("user-token", ": see `Client::with_user_token`"),
];

/// Maximum number of headers that a caller adds to a request: most servers accept about 100 of them.
const MAX_HEADERS: usize = 100;

/// Maximum number of bytes of the names and values of these headers. No common server accepts more.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// Headers and query parameters that a caller adds to a request.
#[derive(Clone, Default)]
pub(crate) struct Additions {
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Query,
    /// Description of the first header or parameter that cannot be sent.
    problem: Option<String>,
}

impl Additions {
    /// Adds a header. No text contains its value, which may be a secret.
    pub(super) fn header(&mut self, name: &str, value: &str) {
        match self
            .check_size(name, value)
            .and_then(|()| parse(name, value))
        {
            Ok(header) => self.headers.push(header),
            Err(problem) => self.reject(problem),
        }
    }

    /// Checks that another header is within the limits.
    fn check_size(&self, name: &str, value: &str) -> Result<(), String> {
        if self.headers.len() == MAX_HEADERS {
            return Err(format!("more than {MAX_HEADERS} headers are added"));
        }
        let lengths = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        match lengths.sum::<usize>() + name.len() + value.len() > MAX_HEADER_BYTES {
            true => Err(format!(
                "the added headers have more than {MAX_HEADER_BYTES} bytes"
            )),
            false => Ok(()),
        }
    }

    /// Adds a query parameter, or several of the same name for a list.
    pub(super) fn query<V: Serialize + ?Sized>(&mut self, name: &str, value: &V) {
        let appended = match name {
            "" => Err("a query parameter has an empty name".to_owned()),
            name => self.query.append(name, value).map_err(|problem| {
                let name = shown(name);
                format!("query parameter {name}: {problem}")
            }),
        };
        if let Err(problem) = appended {
            self.reject(problem);
        }
    }

    fn reject(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// Returns the headers, or a description of what cannot be sent.
    pub(super) fn checked_headers(&self) -> Result<&[(HeaderName, HeaderValue)], String> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(&self.headers),
        }
    }

    /// Adds the headers and parameters to a request. The error is a description of what the operation sets itself.
    pub(super) fn add_to(&self, parts: &mut Parts) -> Result<(), String> {
        let headers = self.checked_headers()?;
        self.check_headers(&parts.headers)?;
        parts.headers.extend_from_slice(headers);
        parts.query = self.merged_query(parts.query.take())?;
        Ok(())
    }

    /// Checks that no added header is one of the request's `own` headers.
    pub(super) fn check_headers(&self, own: &[(HeaderName, HeaderValue)]) -> Result<(), String> {
        let is_own = |name: &HeaderName| own.iter().any(|(own, _)| own == name);
        let mut names = self.headers.iter().map(|(name, _)| name);
        match names.find(|name| is_own(name)) {
            Some(name) => Err(format!(
                "header {:?} is set by the operation itself",
                name.as_str()
            )),
            None => Ok(()),
        }
    }

    /// Returns the `own` query of a request with the added parameters.
    pub(super) fn merged_query(&self, own: Option<String>) -> Result<Option<String>, String> {
        let Some(added) = self.query.as_deref() else {
            return Ok(own);
        };
        let Some(own) = own else {
            return Ok(Some(added.to_owned()));
        };
        let names = |query| form_urlencoded::parse(str::as_bytes(query)).map(|(name, _)| name);
        let own_names: BTreeSet<_> = names(own.as_str()).collect();
        match names(added).find(|name| own_names.contains(name)) {
            Some(name) => Err(format!(
                "query parameter {} is set by the operation itself",
                shown(&name)
            )),
            None => Ok(Some([&own, "&", added].concat())),
        }
    }
}

/// Returns a name of the caller for a message, cut to a sensible length.
fn shown(name: &str) -> String {
    const MAX_LENGTH: usize = 100;
    match name.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{:?}...", &name[..end]),
        None => format!("{name:?}"),
    }
}

/// Parses a header, or returns a description of the problem, which does not contain the value.
fn parse(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let shown = shown(name);
    let Ok(parsed) = name.parse::<HeaderName>() else {
        return Err(format!("header {shown} is not a valid header name"));
    };
    let mut not_settable = NOT_SETTABLE.iter();
    if let Some((_, remedy)) = not_settable.find(|(name, _)| parsed.as_str() == *name) {
        return Err(format!(
            "header {shown} is set by the client itself{remedy}"
        ));
    }
    match secret_header(value) {
        Some(value) => Ok((parsed, value)),
        None => Err(format!(
            "header {shown}: the value contains a character that a header cannot contain, or spaces around it"
        )),
    }
}

/// Prints the names of the headers: their values may be secrets, and the query is the caller's data.
impl fmt::Debug for Additions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        f.debug_struct("Additions")
            .field("headers", &names.collect::<Vec<_>>())
            .field("problem", &self.problem)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(add: impl FnOnce(&mut Additions)) -> String {
        let mut additions = Additions::default();
        add(&mut additions);
        additions.checked_headers().unwrap_err()
    }

    #[test]
    fn headers_of_the_client_are_rejected_in_any_case_of_letters() {
        for (name, remedy) in NOT_SETTABLE {
            let name = name.to_uppercase();
            let text = problem(|additions| additions.header(&name, "SECRET"));
            assert_eq!(
                text,
                format!("header {name:?} is set by the client itself{remedy}")
            );
        }
    }

    #[test]
    fn invalid_headers_are_described_without_their_value() {
        for (name, value) in [
            ("x y", "SECRET"),
            ("", "SECRET"),
            ("x", "SECRET\n"),
            ("x", " SECRET"),
        ] {
            let text = problem(|additions| additions.header(name, value));
            assert!(text.starts_with(&format!("header {name:?}")), "{text}");
            assert!(!text.contains("SECRET"), "{text}");
        }
    }

    #[test]
    fn headers_are_limited_in_number_and_bytes() {
        let add_max_headers = |additions: &mut Additions| {
            (0..MAX_HEADERS).for_each(|_| additions.header("x", ""));
        };
        let add_max_bytes = |additions: &mut Additions| {
            additions.header("x-half", &"x".repeat(MAX_HEADER_BYTES / 2 - 6));
            additions.header("x-rest", &"x".repeat(MAX_HEADER_BYTES / 2 - 6));
        };
        let mut additions = Additions::default();
        add_max_headers(&mut additions);
        assert_eq!(additions.checked_headers().unwrap().len(), MAX_HEADERS);
        let mut additions = Additions::default();
        add_max_bytes(&mut additions);
        assert_eq!(additions.checked_headers().unwrap().len(), 2);
        let text = problem(|additions| {
            add_max_headers(additions);
            additions.header("x", "");
        });
        assert_eq!(text, "more than 100 headers are added");
        let text = problem(|additions| {
            add_max_bytes(additions);
            additions.header("x", "");
        });
        assert_eq!(text, "the added headers have more than 65536 bytes");
    }

    #[test]
    fn the_first_problem_is_reported() {
        let text = problem(|additions| {
            additions.query("ok", &1);
            additions.query("", &1);
            additions.header("host", "x");
        });
        assert_eq!(text, "a query parameter has an empty name");
    }

    #[test]
    fn parameters_are_added_unless_the_request_has_them() {
        let mut additions = Additions::default();
        additions.query("a b", "c&d");
        additions.query("ids", &vec![1, 2]);
        additions.query("none", &None::<u8>);
        let added = "a+b=c%26d&ids=1&ids=2".to_owned();
        assert_eq!(additions.merged_query(None), Ok(Some(added.clone())));
        let merged = additions.merged_query(Some("x=1".to_owned()));
        assert_eq!(merged, Ok(Some(format!("x=1&{added}"))));
        let text = additions.merged_query(Some("x=1&a%20b=2".to_owned()));
        assert_eq!(
            text.unwrap_err(),
            "query parameter \"a b\" is set by the operation itself"
        );
        let none = Additions::default();
        assert_eq!(
            none.merged_query(Some("x=1".to_owned())),
            Ok(Some("x=1".to_owned()))
        );
    }
}
