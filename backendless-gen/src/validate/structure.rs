//! Checks that the document has the structure of OpenAPI 3.0.

use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::Error;
use crate::document::{At, Document};
use crate::inline;

const HELP: &str = "what https://spec.openapis.org/oas/v3.0.4.html allows at this place";

/// Parses the document into the type that progenitor takes as input.
pub(crate) fn structure(document: &Document) -> Result<openapiv3::OpenAPI, Error> {
    read(&document.root()).map_err(|error| check_parts(document).err().unwrap_or(error))
}

fn read<T: DeserializeOwned>(at: &At<'_>) -> Result<T, Error> {
    let text =
        serde_json::to_string(at.node()).map_err(|error| at.error(error.to_string(), HELP))?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut nearest = at.clone();
        for segment in error.path() {
            let key = match segment {
                Segment::Seq { index } => index.to_string(),
                Segment::Map { key } => key.clone(),
                Segment::Enum { .. } | Segment::Unknown => break,
            };
            match nearest.child(&key) {
                Some(child) => nearest = child,
                None => break,
            }
        }
        let problem = error.into_inner().to_string();
        // The line and column are those of the serialized text above, not of the document.
        let problem = problem
            .rsplit_once(" at line ")
            .map_or(problem.as_str(), |(problem, _)| problem);
        nearest.error(problem, HELP)
    })
}

/// Parses each part separately, the smallest parts first.
///
/// Where openapiv3 tries several variants, its error has no place. The error of a part has the place of that part.
fn check_parts(document: &Document) -> Result<(), Error> {
    for item in inline::path_items(document) {
        parameters(&item)?;
        for (_, operation) in inline::operations(&item) {
            parameters(&operation)?;
            if let Some(body) = operation.child("requestBody") {
                part::<openapiv3::RequestBody>(&body)?;
            }
            for (_, response) in operation.entries_of("responses") {
                part::<openapiv3::Response>(&response)?;
            }
            part::<openapiv3::Operation>(&operation)?;
        }
        part::<openapiv3::PathItem>(&item)?;
    }
    let section = |name| document.components(name);
    section("schemas")
        .iter()
        .try_for_each(|(_, at)| part::<openapiv3::Schema>(at))?;
    section("responses")
        .iter()
        .try_for_each(|(_, at)| part::<openapiv3::Response>(at))?;
    section("parameters")
        .iter()
        .try_for_each(|(_, at)| part::<openapiv3::Parameter>(at))?;
    section("requestBodies")
        .iter()
        .try_for_each(|(_, at)| part::<openapiv3::RequestBody>(at))
}

/// Checks that a schema has the structure of OpenAPI 3.0.
pub(super) fn schema(at: &At<'_>) -> Result<(), Error> {
    part::<openapiv3::Schema>(at)
}

fn parameters(owner: &At<'_>) -> Result<(), Error> {
    let parameters = owner.items_of("parameters");
    parameters.iter().try_for_each(part::<openapiv3::Parameter>)
}

fn part<T: DeserializeOwned>(at: &At<'_>) -> Result<(), Error> {
    match at.child("$ref") {
        Some(_) => Ok(()),
        None => read::<T>(at).map(|_| ()),
    }
}
