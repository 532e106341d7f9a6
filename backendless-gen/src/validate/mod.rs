//! Rejects documents that the generator does not support. Each error contains the place and what would be valid there.
//!
//! progenitor and typify panic on many shapes, and generate code that does not compile for others. These shapes are
//! rejected here, where their place in the document is known.

mod extensions;
mod operations;
mod parameters;
mod schemas;
mod structure;

pub(crate) use extensions::consistency;
pub(crate) use operations::{model, route};
pub(crate) use structure::structure;

use crate::Error;
use crate::document::{At, Document};
use crate::inline;

/// Checks a normalized document, before shared parts are inlined.
pub(crate) fn document(document: &Document) -> Result<(), Error> {
    operations::identities(document)?;
    for item in inline::path_items(document) {
        parameters::check_all(&item)?;
        for (_, operation) in inline::operations(&item) {
            parameters::check_all(&operation)?;
            operation_parts(&operation)?;
        }
    }
    components(document)?;
    extensions::places(document)?;
    structure(document).map(|_| ())
}

/// Checks that the document is one of OpenAPI 3.0 or 3.1.
pub(crate) fn version(root: &At<'_>) -> Result<(), Error> {
    const HELP: &str = "an OpenAPI 3.0 or 3.1 document: `openapi: 3.0.x` or `openapi: 3.1.x`";
    if let Some(swagger) = root.child("swagger") {
        let problem = format!("Swagger {} is not supported", swagger.node().summary());
        let help = format!("{HELP}; `swagger2openapi` converts one of Swagger 2");
        return Err(swagger.error(problem, &help));
    }
    let Some(version) = root.child("openapi") else {
        return Err(root.error("`openapi` is missing", HELP));
    };
    match version.node().str() {
        Some(text) if text.starts_with("3.0.") || text.starts_with("3.1.") => Ok(()),
        _ => {
            let problem = format!("OpenAPI {} is not supported", version.node().summary());
            Err(version.error(problem, HELP))
        }
    }
}

/// Checks a shared schema.
pub(crate) fn schema(at: &At<'_>) -> Result<(), Error> {
    schemas::check(at)?;
    structure::schema(at)
}

/// Checks the request body and the responses of an operation.
fn operation_parts(operation: &At<'_>) -> Result<(), Error> {
    if let Some(body) = operation.child("requestBody") {
        content(&body.resolved("requestBodies")?)?;
    }
    for (status, response) in operation.entries_of("responses") {
        if status.starts_with("x-") {
            continue;
        }
        if !is_status(status) {
            let problem = format!("`{status}` is not a status code");
            return Err(response.error(
                problem,
                "a status code from 100 to 599, a range like 2XX, or default",
            ));
        }
        content(&response.resolved("responses")?)?;
    }
    Ok(())
}

fn is_status(text: &str) -> bool {
    let range = |rest: &str| rest == "XX" || rest.chars().all(|c| c.is_ascii_digit());
    text == "default"
        || (text.len() == 3 && text.starts_with(['1', '2', '3', '4', '5']) && range(&text[1..]))
}

/// Checks the media types of a body, and their schemas.
fn content(at: &At<'_>) -> Result<(), Error> {
    for (name, media_type) in at.entries_of("content") {
        let essence = name.split(';').next().unwrap_or_default().trim();
        if essence.split('/').filter(|part| !part.is_empty()).count() != 2 {
            let problem = format!("`{name}` is not a media type");
            return Err(media_type.error(problem, "a media type like application/json"));
        }
        if let Some(schema) = media_type.child("schema") {
            schemas::check(&schema)?;
        }
    }
    Ok(())
}

/// Checks the shared components, including unused ones.
fn components(document: &Document) -> Result<(), Error> {
    let section = |name| document.components(name);
    for (_, parameter) in section("parameters") {
        parameters::check(&parameter)?;
    }
    for name in ["requestBodies", "responses"] {
        for (_, body) in section(name) {
            content(&body.resolved(name)?)?;
        }
    }
    for (_, schema) in section("schemas") {
        schemas::check(&schema)?;
    }
    schemas::check_compositions(&section("schemas"))
}
