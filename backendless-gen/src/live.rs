//! Extensions for names and paths that the live service expects instead of the document's.
//!
//! The generated functions select by profile.

use crate::Error;
use crate::document::At;
use crate::template::Template;

/// On a query parameter: its name in requests to the live service.
const NAME: &str = "x-live-name";
/// On an operation: its path at the live service.
const PATH: &str = "x-live-path";

/// The name of a parameter in requests to the live service, if it differs.
pub(crate) fn name(operation: &At<'_>, parameter: &At<'_>) -> Result<Option<String>, Error> {
    const HELP: &str = "a name that no other query parameter of the operation has";
    let Some(at) = parameter.child(NAME) else {
        return Ok(None);
    };
    if parameter.str("in") != Some("query") {
        let problem = format!("`{NAME}` on a parameter that is not a query parameter");
        return Err(at.error(
            problem,
            "`in: query`, or the parameter without this extension",
        ));
    }
    let Some(name) = at.node().str().filter(|name| !name.trim().is_empty()) else {
        return Err(at.error(format!("`{NAME}` is not a non-empty string"), HELP));
    };
    let taken = operation
        .items_of("parameters")
        .into_iter()
        .filter(|other| other.pointer() != parameter.pointer())
        .filter(|other| other.str("in") == Some("query"))
        .any(|other| other.str(NAME).or_else(|| other.str("name")) == Some(name));
    if taken {
        let problem = format!("two query parameters have the name `{name}` at the live service");
        return Err(at.error(problem, HELP));
    }
    Ok(Some(name.to_owned()))
}

/// The path of an operation at the live service, if it differs. It has the parameters of `path`.
pub(crate) fn template(operation: &At<'_>, path: &Template) -> Result<Option<Template>, Error> {
    let Some(at) = operation.child(PATH) else {
        return Ok(None);
    };
    let help = format!("a path with the parameters of `{path}`");
    let Some(text) = at.node().str() else {
        return Err(at.error(format!("`{PATH}` is not a string"), &help));
    };
    let live = Template::parse(text).map_err(|problem| at.error(problem, &help))?;
    let sorted = |template: &Template| {
        let mut names: Vec<String> = template.parameters().map(str::to_owned).collect();
        names.sort();
        names
    };
    if sorted(&live) != sorted(path) {
        let problem = format!("the path `{live}` does not have the parameters of `{path}`");
        return Err(at.error(problem, &help));
    }
    Ok(Some(live))
}
