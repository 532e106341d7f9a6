//! JSONPath expressions.

use serde_json_path::{JsonPath, PathElement};

use super::Failure;
use crate::document::{At, Document, Pointer};

/// The nodes that the JSONPath expression in `expression` selects, each once.
pub(super) fn select(document: &Document, expression: &At<'_>) -> Result<Vec<Pointer>, Failure> {
    const HELP: &str =
        "a JSONPath expression of RFC 9535, such as $.paths.*[?@.operationId == 'findObjects']";
    let invalid = |problem: String| Failure::Invalid(expression.error(problem, HELP));
    let Some(text) = expression.node().str() else {
        return Err(invalid("a JSONPath expression is a string".to_owned()));
    };
    let path = JsonPath::parse(text)
        .map_err(|error| invalid(format!("invalid JSONPath expression `{text}`: {error}")))?;
    let value =
        serde_json::to_value(document.root().node()).map_err(|error| invalid(error.to_string()))?;
    let found = path.query_located(&value).dedup();
    let mut pointers: Vec<Pointer> = found
        .locations()
        .map(|location| {
            location
                .iter()
                .fold(Pointer::default(), |pointer, element| match element {
                    PathElement::Name(name) => pointer.join(name),
                    PathElement::Index(index) => pointer.join(&index.to_string()),
                })
        })
        .collect();
    pointers.sort();
    Ok(pointers)
}
