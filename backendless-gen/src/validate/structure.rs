//! Whether the document has the structure of an OpenAPI 3.0 document.

use serde_path_to_error::Segment;

use crate::Error;
use crate::document::{Document, Pointer};

/// Reads the document as progenitor will see it.
pub(crate) fn structure(document: &Document) -> Result<openapiv3::OpenAPI, Error> {
    let text =
        serde_json::to_string(document.node()).map_err(|error| Error::new(error.to_string()))?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = Pointer::default();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => pointer.push(index.to_string()),
                Segment::Map { key } => pointer.push(key.clone()),
                Segment::Enum { .. } | Segment::Unknown => break,
            }
        }
        let what = error.into_inner().to_string();
        // The line and column are those of the text made above, which nobody has seen.
        let what = what
            .rsplit_once(" at line ")
            .map_or(what.as_str(), |(what, _)| what);
        let valid = "what https://spec.openapis.org/oas/v3.0.4.html allows at this place";
        document.error_near(&pointer, what.to_owned(), valid)
    })
}
