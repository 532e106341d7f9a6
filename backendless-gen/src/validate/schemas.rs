//! Checks schemas.

use std::collections::HashMap;

use heck::ToPascalCase;

use crate::Error;
use crate::document::{At, Data, Pointer};
use crate::names;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Checks a schema and its subschemas.
pub(super) fn check(at: &At<'_>) -> Result<(), Error> {
    if at.child("$ref").is_some() {
        return at.resolved("schemas").map(|_| ());
    }
    if at.node().mapping().is_none() {
        return Err(at.error(
            format!("a schema must be a mapping, not {}", at.node().summary()),
            "a schema",
        ));
    }
    check_type(at)?;
    check_exclusive_limits(at)?;
    check_lists(at)?;
    check_properties(at)?;
    check_composition(at, &mut Vec::new())?;
    for key in ["items", "additionalProperties", "not"] {
        if let Some(child) = at.child(key).filter(|child| child.node().bool().is_none()) {
            check(&child)?;
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for child in at.child(key).map(|list| list.items()).unwrap_or_default() {
            check(&child)?;
        }
    }
    Ok(())
}

fn check_type(at: &At<'_>) -> Result<(), Error> {
    match at.child("type") {
        Some(kind) if !kind.node().str().is_some_and(|name| TYPES.contains(&name)) => {
            let problem = format!("{} is not a type of OpenAPI 3.0", kind.node().summary());
            Err(kind.error(problem, &format!("one of {}", TYPES.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Checks exclusive limits, which are booleans beside the limit in OpenAPI 3.0.
fn check_exclusive_limits(at: &At<'_>) -> Result<(), Error> {
    for (exclusive, limit) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        let Some(found) = at.child(exclusive) else {
            continue;
        };
        if found.node().bool().is_none() || at.child(limit).is_none() {
            let problem = format!("`{exclusive}` must be a boolean and needs a `{limit}`");
            return Err(found.error(problem, &format!("`true` or `false`, beside a `{limit}`")));
        }
    }
    Ok(())
}

/// Checks that the keywords whose value is a list have at least one entry.
fn check_lists(at: &At<'_>) -> Result<(), Error> {
    for key in ["allOf", "anyOf", "oneOf", "enum", "required"] {
        let Some(list) = at.child(key) else {
            continue;
        };
        if list.items().is_empty() {
            let problem = format!(
                "`{key}` is {}, not a list with at least one entry",
                list.node().summary()
            );
            return Err(list.error(problem, "a list of at least one entry"));
        }
    }
    for name in at
        .child("required")
        .map(|list| list.items())
        .unwrap_or_default()
    {
        if name.node().str().is_none() {
            return Err(name.error("the name of a required property must be a string", "a name"));
        }
    }
    Ok(())
}

fn check_properties(at: &At<'_>) -> Result<(), Error> {
    let Some(properties) = at.child("properties") else {
        return Ok(());
    };
    if !matches!(properties.node().data, Data::Mapping(_)) {
        let problem = format!(
            "`properties` must be a mapping, not {}",
            properties.node().summary()
        );
        return Err(properties.error(problem, "a mapping from names to schemas"));
    }
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (name, property) in properties.entries() {
        if let Some(first) = seen.insert(names::function(name), name) {
            let problem =
                format!("the properties `{first}` and `{name}` have the same name in Rust");
            return Err(property.error(
                problem,
                "names that differ in more than case and punctuation",
            ));
        }
        check(&property)?;
    }
    Ok(())
}

/// Rejects a schema that is composed of itself, which would be infinite. It can contain itself as a property or an item.
fn check_composition(at: &At<'_>, ancestors: &mut Vec<Pointer>) -> Result<(), Error> {
    let resolved = at.resolved("schemas")?;
    if ancestors.contains(resolved.pointer()) {
        return Err(at.error(
            "this schema is composed of itself",
            "a composition without itself",
        ));
    }
    ancestors.push(resolved.pointer().clone());
    for key in ["allOf", "anyOf", "oneOf"] {
        for part in resolved
            .child(key)
            .map(|list| list.items())
            .unwrap_or_default()
        {
            check_composition(&part, ancestors)?;
        }
    }
    ancestors.pop();
    Ok(())
}

/// Checks that the types of the components have distinct names.
pub(super) fn check_names(components: &[(&str, At<'_>)]) -> Result<(), Error> {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (name, at) in components {
        if let Some(first) = seen.insert(name.to_pascal_case(), name) {
            let problem = format!("the schemas `{first}` and `{name}` have the same name in Rust");
            return Err(at.error(
                problem,
                "names that differ in more than case and punctuation",
            ));
        }
    }
    Ok(())
}
