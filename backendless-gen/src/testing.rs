//! Access to the inside of the generator for its own integration tests. Not part of the API.

use crate::error::Error;
use crate::generate::{raw, read};
use crate::render::{self, Header};
use crate::rules::RULES;
use crate::source::Source;
use crate::{mock, operations};

/// The names of the rules.
pub fn rules() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.id).collect()
}

/// The functions and types of a specification, and the places that each rule changed.
///
/// # Errors
///
/// If the specification is invalid or cannot be expressed.
#[expect(
    clippy::type_complexity,
    reason = "a pair of lists, used by one test only"
)]
pub fn bindings(source: &Source) -> Result<(syn::File, Vec<(&'static str, Vec<String>)>), Error> {
    let (model, document) = read(source)?;
    let (file, applied) = raw(&model, &document)?;
    let applied = applied.into_iter().map(|(rule, touched)| {
        let places = touched.iter().map(ToString::to_string);
        (rule.id, places.collect())
    });
    Ok((file, applied.collect()))
}

/// Generates all files, also with rules that change nothing, which [`generate`](crate::generate()) rejects.
///
/// # Errors
///
/// If the specification is invalid or cannot be expressed.
pub fn generate_with_unused_rules(source: &Source, lock: &str) -> Result<(), Error> {
    let (model, document) = read(source)?;
    let (raw, _) = raw(&model, &document)?;
    let header = Header::new(source, lock)?;
    for file in [raw, operations::generate(&model)?, mock::generate(&model)?] {
        render::file(&header, "", &file);
    }
    Ok(())
}
