//! The length of the address of a request, which the HTTP stack limits.

use std::fmt;

use super::http::{HttpClient, MAX_ADDRESS_LENGTH};
use crate::prepared::Parts;

/// Describes which part of a request makes its address too long; `None` if the address is short enough.
///
/// The description contains lengths and the name of a parameter, and no part of the address.
pub(super) fn find_problem(http: &HttpClient, parts: &Parts) -> Option<String> {
    let query = parts.query.as_deref().unwrap_or_default();
    let address_length = http.address_length(&parts.path, parts.query.as_deref());
    let excess = address_length
        .checked_sub(MAX_ADDRESS_LENGTH)
        .filter(|excess| *excess > 0)?;
    let parameters = query.split('&').flat_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        [
            (Part::Name, name.len()),
            (Part::Parameter(name), value.len()),
        ]
    });
    // Of equal lengths, the last part is named.
    let all = parameters.chain([(Part::Path, parts.path.len())]);
    let (part, length) = all.max_by_key(|(_, length)| *length)?;
    // Without room for it, the parts together are too long.
    let room = length.saturating_sub(excess);
    Some(format!(
        "{part} is too long: it has {length} bytes when it is encoded, and at most {room} fit into the address of \
         the request{}",
        part.remedy()
    ))
}

/// Part of an address.
enum Part<'p> {
    Path,
    /// The name of a parameter of the caller.
    Name,
    /// The value of the parameter with this name, which is not longer than the value.
    Parameter(&'p str),
}

impl Part<'_> {
    fn is_clause(&self) -> bool {
        matches!(self, Self::Parameter("where" | "having"))
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::Path | Self::Name => "",
            _ if self.is_clause() => {
                "; use fewer values, for example in several requests with a part of the values each"
            }
            Self::Parameter(_) => "; use fewer or shorter values",
        }
    }
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path => f.write_str("the path"),
            Self::Name => f.write_str("the name of a query parameter"),
            Self::Parameter(name) if self.is_clause() => write!(f, "the {name} clause"),
            Self::Parameter(name) => write!(f, "the query parameter `{name}`"),
        }
    }
}
