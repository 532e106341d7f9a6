//! Checks parameters.

use super::schemas;
use crate::Error;
use crate::document::At;
use crate::parameters;

const PLACES: &str = "`in: query`, `header` or `path`";

/// Checks the parameters of a path item or of an operation.
pub(super) fn check_all(owner: &At<'_>) -> Result<(), Error> {
    parameters::list(owner).iter().try_for_each(check)
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
        "cookie" => return check_cookie(&at, name),
        _ => {
            let problem = format!("the `in` of the parameter `{name}` is missing or unknown");
            let found = at.child("in").unwrap_or(at.clone());
            return Err(found.error(problem, PLACES));
        }
    }
    check_style(&at, name, place)?;
    check_content(&at, name)?;
    match parameters::schema_of(&at) {
        (_, Some(schema)) => schemas::check(&schema),
        (Some(_), None) => Ok(()),
        (None, None) => Err(at.error(
            format!("the parameter `{name}` has no schema"),
            "a `schema`",
        )),
    }
}

/// Accepts optional cookies, which are not sent.
fn check_cookie(at: &At<'_>, name: &str) -> Result<(), Error> {
    if at.bool("required") != Some(true) {
        return Ok(());
    }
    let problem = format!("the parameter `{name}` is a required cookie; the SDK sends no cookies");
    let place = at.child("in").unwrap_or(at.clone());
    Err(place.error(problem, &format!("{PLACES}, or an optional cookie")))
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

/// Checks that the request builder has the style.
fn check_style(at: &At<'_>, name: &str, place: &str) -> Result<(), Error> {
    let supported: &[&str] = match place {
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        _ => &["simple"],
    };
    let Some(style) = at.child("style") else {
        return Ok(());
    };
    if style
        .node()
        .str()
        .is_some_and(|style| supported.contains(&style))
    {
        return Ok(());
    }
    let problem = format!(
        "the style {} of the parameter `{name}` is not supported for `in: {place}`",
        style.node().summary()
    );
    let supported: Vec<String> = supported.iter().map(|style| format!("`{style}`")).collect();
    Err(style.error(problem, &format!("{}, or no `style`", supported.join(", "))))
}

/// Checks that `content` has one media type, and no `schema` beside it.
fn check_content(at: &At<'_>, name: &str) -> Result<(), Error> {
    let Some(content) = at.child("content") else {
        return Ok(());
    };
    if content.entries().len() == 1 && at.child("schema").is_none() {
        return Ok(());
    }
    let problem = format!("the `content` of the parameter `{name}` is not its only type");
    Err(content.error(problem, "one media type, and no `schema` beside `content`"))
}
