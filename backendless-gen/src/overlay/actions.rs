//! Reads an overlay document.

use crate::Error;
use crate::document::{At, Data, Document};

/// The only document that an overlay can extend, relative to the folder of the overlays.
const EXTENDS: &str = "../openapi.yaml";

/// One action of an overlay.
pub(super) struct Action<'d> {
    /// The JSONPath expression that selects the nodes to change.
    pub(super) target: At<'d>,
    /// The request of the operation that the action was written for: `PUT /counters/{counter-name}/reset`.
    pub(super) request: Option<&'d str>,
    pub(super) change: Change<'d>,
}

pub(super) enum Change<'d> {
    /// Merges this value into the targets.
    Update(At<'d>),
    /// Merges the node that this JSONPath expression selects into the targets.
    Copy(At<'d>),
    /// Removes the targets.
    Remove,
}

/// The actions of an overlay document, in their order.
pub(super) fn read(document: &Document) -> Result<Vec<Action<'_>>, Error> {
    let root = document.root();
    let keys = ["overlay", "info", "extends", "actions"];
    mapping(&root, "an overlay document", &keys)?;
    version(&root)?;
    let info = required(&root, "info", "`title` and `version`")?;
    mapping(&info, "`info`", &["title", "version", "description"])?;
    for key in ["title", "version"] {
        text(&info, key)?;
    }
    if let Some(extends) = root.child("extends")
        && extends.node().str() != Some(EXTENDS)
    {
        let problem = format!("this overlay extends {}", extends.node().summary());
        return Err(extends.error(problem, &format!("`extends: {EXTENDS}`, or no `extends`")));
    }
    let list = required(&root, "actions", "a list of actions")?;
    if list.items().is_empty() {
        return Err(list.error(
            "an overlay without actions",
            "a list of at least one action",
        ));
    }
    list.items().iter().map(action).collect()
}

fn version(root: &At<'_>) -> Result<(), Error> {
    const HELP: &str = "`overlay: 1.1.0`";
    let version = required(root, "overlay", HELP)?;
    match version.node().str() {
        Some(text) if text == "1.1" || text.starts_with("1.1.") => Ok(()),
        _ => {
            let problem = format!("Overlay {} is not supported", version.node().summary());
            Err(version.error(problem, HELP))
        }
    }
}

fn action<'d>(at: &At<'d>) -> Result<Action<'d>, Error> {
    const HELP: &str = "one of `update`, `copy` and `remove: true`";
    const KEYS: [&str; 7] = [
        "target",
        "x-request",
        "description",
        "update",
        "copy",
        "remove",
        "x-source",
    ];
    mapping(at, "an action", &KEYS)?;
    text(at, "target")?;
    text(at, "x-source")?;
    if at.child("x-request").is_some() {
        text(at, "x-request")?;
    }
    let remove = match at.child("remove") {
        None => false,
        Some(remove) => remove
            .node()
            .bool()
            .ok_or_else(|| remove.error("`remove` is true or false", HELP))?,
    };
    let change = match (at.child("update"), at.child("copy"), remove) {
        (Some(update), None, false) => Change::Update(update),
        (None, Some(copy), false) => Change::Copy(copy),
        (None, None, true) => Change::Remove,
        (None, None, false) => return Err(at.error("this action changes nothing", HELP)),
        _ => return Err(at.error("this action has several changes", HELP)),
    };
    Ok(Action {
        target: required(at, "target", "a JSONPath expression")?,
        request: at.str("x-request"),
        change,
    })
}

/// Checks that `at` is a mapping with no other keys than `known`.
fn mapping(at: &At<'_>, name: &str, known: &[&str]) -> Result<(), Error> {
    if !matches!(at.node().data, Data::Mapping(_)) {
        let problem = format!("{name} is a mapping, not {}", at.node().summary());
        return Err(at.error(problem, "a mapping"));
    }
    let mut entries = at.entries().into_iter();
    match entries.find(|(key, _)| !known.contains(key)) {
        Some((key, unknown)) => {
            let help = format!("one of {}", known.join(", "));
            Err(unknown.error(format!("unknown key `{key}` in {name}"), &help))
        }
        None => Ok(()),
    }
}

fn required<'d>(at: &At<'d>, key: &str, help: &str) -> Result<At<'d>, Error> {
    at.child(key)
        .ok_or_else(|| at.error(format!("`{key}` is missing"), help))
}

/// Checks that `key` is a string that is not empty.
fn text(at: &At<'_>, key: &str) -> Result<(), Error> {
    let help = match key {
        "x-source" => {
            "where the content of this action is known from: a page, a file, an observation"
        }
        "target" => "a JSONPath expression of RFC 9535",
        "x-request" => "a method and a path, such as PUT /counters/{counter-name}/reset",
        _ => "a string that is not empty",
    };
    let value = required(at, key, help)?;
    match value.node().str() {
        Some(text) if !text.trim().is_empty() => Ok(()),
        Some(_) => Err(value.error(format!("`{key}` is empty"), help)),
        None => Err(value.error(format!("`{key}` is {}", value.node().summary()), help)),
    }
}
