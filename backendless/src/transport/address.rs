//! The length of the address of a request, which the HTTP stack limits.

use super::http::{HttpClient, MAX_ADDRESS_LENGTH};
use crate::prepared::Parts;

/// Describes which part of a request makes its address too long; `None` if the address is short enough.
///
/// The description contains lengths and the name of a parameter, and no part of the address.
pub(super) fn find_problem(http: &HttpClient, parts: &Parts) -> Option<String> {
    let query = parts.query.as_deref().unwrap_or_default();
    let length = http.address_length(&parts.path, parts.query.as_deref());
    let excess = length
        .checked_sub(MAX_ADDRESS_LENGTH)
        .filter(|excess| *excess > 0)?;
    let longest = query.split('&').max_by_key(|pair| pair.len());
    let longest = longest.filter(|pair| pair.len() > parts.path.len());
    let (name, length) = match longest {
        Some(pair) => {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (describe(name), value.len())
        }
        None => ("the path".to_owned(), parts.path.len()),
    };
    // Without room for it, the parts together are too long.
    let room = length.saturating_sub(excess);
    Some(format!(
        "{name} is too long: it has {length} bytes when it is encoded, and at most {room} fit into the address of \
         the request{}",
        remedy(&name)
    ))
}

/// Describes the query parameter with this name, which is a name of the OpenAPI document.
fn describe(parameter: &str) -> String {
    match parameter {
        "where" => "the where clause".to_owned(),
        "having" => "the having clause".to_owned(),
        name => format!("the query parameter `{name}`"),
    }
}

fn remedy(name: &str) -> &'static str {
    if name.ends_with("clause") {
        "; use fewer values, for example in several requests with a part of the values each"
    } else if name == "the path" {
        ""
    } else {
        "; use fewer or shorter values"
    }
}
