//! Access for the tests of the generator to its stages. Not part of the API.
//!
//! [`bindings`] is the code of one specification, and [`Slices`] a specification reduced to some of its operations.

mod slice;

pub use slice::Slices;

use crate::document::Document;
use crate::error::Error;
use crate::generate::{GeneratedFile, merged_document, model, raw, read};
use crate::render::{self, Header};
use crate::rules::RULES;
use crate::source::Source;
use crate::stack::with_large_stack;
use crate::{mock, operations};

/// Generated functions and types of one specification.
#[derive(Debug)]
pub struct Bindings {
    /// The code, before it is formatted.
    pub code: syn::File,
    /// The ids of the rules, each with the places that it changed.
    pub changes: Vec<(&'static str, Vec<String>)>,
    /// What is generated in another way than the document expresses it.
    pub notes: Vec<String>,
}

/// Generates the functions and types only, and accepts rules that change nothing.
///
/// # Errors
///
/// See [`generate`](crate::generate).
pub fn bindings(source: &Source) -> Result<Bindings, Error> {
    let (model, document) = read(source)?;
    let (code, applied) = raw(&model, &document)?;
    let changes = applied.iter().map(|(rule, places)| {
        let places = places.iter().map(ToString::to_string);
        (rule.id, places.collect())
    });
    Ok(Bindings {
        code,
        changes: changes.collect(),
        notes: document.notes().to_vec(),
    })
}

/// Returns the ids of all rules.
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

/// Generates and formats all files, and accepts rules and extensions that the specification does not need.
///
/// # Errors
///
/// See [`generate`](crate::generate).
pub fn generate_leniently(source: &Source, lock: &str) -> Result<Vec<GeneratedFile>, Error> {
    with_large_stack(|| files(&merged_document(source)?, &Header::new(source, lock)?))
}

fn files(document: &Document, header: &Header) -> Result<Vec<GeneratedFile>, Error> {
    let (model, document) = model(document)?;
    let (raw, _) = raw(&model, &document)?;
    let files = [
        ("raw.rs", raw),
        ("operations.rs", operations::generate(&model)?),
        ("mock.rs", mock::generate(&model)?),
    ];
    let files = files.map(|(name, file)| GeneratedFile {
        name,
        text: render::file(header, "", &file),
    });
    Ok(files.into())
}
