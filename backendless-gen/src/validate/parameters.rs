//! Checks parameters.

use super::schemas;
use crate::Error;
use crate::document::At;

/// Checks the parameters of a path item or of an operation.
pub(super) fn check_all(owner: &At<'_>) -> Result<(), Error> {
    for parameter in owner
        .child("parameters")
        .map(|at| at.items())
        .unwrap_or_default()
    {
        check(&parameter)?;
    }
    Ok(())
}

/// Checks one parameter, which may be a `$ref`.
pub(super) fn check(parameter: &At<'_>) -> Result<(), Error> {
    let at = parameter.resolved("parameters")?;
    let Some(name) = at.str("name").filter(|name| !name.is_empty()) else {
        return Err(at.error("this parameter has no name", "`name` and `in`"));
    };
    let place = at.str("in").unwrap_or_default();
    match place {
        "path" => check_required(&at, name)?,
        "header" => check_header_name(&at, name)?,
        "query" => {}
        "cookie" => {
            let problem =
                format!("the parameter `{name}` is a cookie, which progenitor does not support");
            return Err(at
                .child("in")
                .unwrap_or(at.clone())
                .error(problem, "`in: query`, `header` or `path`"));
        }
        _ => {
            let problem = format!("the `in` of the parameter `{name}` is missing or unknown");
            return Err(at
                .child("in")
                .unwrap_or(at.clone())
                .error(problem, "`in: query`, `header` or `path`"));
        }
    }
    check_style(&at, name, place)?;
    if let Some(content) = at.child("content") {
        let problem =
            format!("the parameter `{name}` has `content`, which progenitor does not support");
        return Err(content.error(problem, "a `schema`"));
    }
    match at.child("schema") {
        Some(schema) => schemas::check(&schema),
        None => Err(at.error(
            format!("the parameter `{name}` has no schema"),
            "a `schema`",
        )),
    }
}

fn check_required(at: &At<'_>, name: &str) -> Result<(), Error> {
    if at.bool("required") == Some(true) {
        return Ok(());
    }
    Err(at.error(
        format!("the path parameter `{name}` is not required"),
        "`required: true`",
    ))
}

fn check_header_name(at: &At<'_>, name: &str) -> Result<(), Error> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.chars().all(is_token) {
        return Ok(());
    }
    Err(at.error(
        format!("`{name}` is not a valid header name"),
        "letters, digits and -",
    ))
}

/// Checks the style: progenitor supports one style per `in`.
fn check_style(at: &At<'_>, name: &str, place: &str) -> Result<(), Error> {
    let supported = if place == "query" { "form" } else { "simple" };
    let Some(style) = at
        .child("style")
        .filter(|style| style.node().str() != Some(supported))
    else {
        return check_explode(at, name, place);
    };
    let problem = format!(
        "progenitor does not support the style {} of the parameter `{name}`",
        style.node().summary()
    );
    Err(style.error(problem, &format!("`style: {supported}`, or no `style`")))
}

/// Rejects `explode: false` on lists, which requires one comma-separated value: progenitor repeats the name for each item.
fn check_explode(at: &At<'_>, name: &str, place: &str) -> Result<(), Error> {
    let is_list = match at.child("schema") {
        Some(schema) => schema.resolved("schemas")?.str("type") == Some("array"),
        None => false,
    };
    match at.child("explode") {
        Some(explode) if place == "query" && is_list && explode.node().bool() == Some(false) => {
            let problem =
                format!("progenitor cannot send the list `{name}` as one comma-separated value");
            Err(explode.error(problem, "`explode: true`, or a schema of type string"))
        }
        _ => Ok(()),
    }
}
