//! Converts what a document can express in several ways to the one that the later stages read.
//!
//! [`version`] converts OpenAPI 3.1 to 3.0, [`references`] gives each target of a `$ref` a name among the components,
//! [`operation_ids`] names the operations that have no name, [`servers`] reports other servers, [`multipart`] parts of forms
//! that cannot be sent, [`media_types`] drops media types beside others that can be generated, and [`unused`] schemas for
//! which no code is generated. Whatever is changed or dropped for the user is a note of the document.

mod media_types;
mod multipart;
mod operation_ids;
mod references;
mod schema;
mod servers;
mod unused;
mod version;

use crate::Error;
use crate::document::Document;
use crate::validate;

/// Returns the document in the form that the later stages read, which is OpenAPI 3.0.
///
/// # Errors
///
/// If the version is not supported, or a reference cannot be resolved.
pub(crate) fn normalize(document: &Document) -> Result<Document, Error> {
    validate::version(&document.root())?;
    let mut document = document.clone();
    version::convert(&mut document);
    references::resolve(&mut document)?;
    media_types::drop_unusable(&mut document);
    operation_ids::derive(&mut document);
    servers::report(&mut document);
    multipart::report(&mut document);
    unused::drop_invalid(&mut document);
    Ok(document)
}
