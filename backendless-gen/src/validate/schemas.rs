//! Checks schemas.

use std::collections::{HashMap, HashSet};

use crate::Error;
use crate::document::{At, Data, Pointer};
use crate::rules::SEPARATOR;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The max number of schemas that are composed of one another.
const MAX_COMPOSITION: usize = 200;

/// Checks a schema and its subschemas.
pub(super) fn check(at: &At<'_>) -> Result<(), Error> {
    // A circular `$ref` is rejected with the compositions.
    if at.referenced("schemas")?.is_some() {
        return Ok(());
    }
    if at.node().mapping().is_none() {
        return Err(at.error(
            format!("a schema must be a mapping, not {}", at.node().summary()),
            "a schema",
        ));
    }
    check_references(at)?;
    check_type(at)?;
    check_exclusive_limits(at)?;
    check_lists(at)?;
    check_properties(at)?;
    for key in ["items", "additionalProperties", "not"] {
        if let Some(child) = at.child(key).filter(|child| child.node().bool().is_none()) {
            check(&child)?;
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for child in at.items_of(key) {
            check(&child)?;
        }
    }
    Ok(())
}

/// Rejects references whose target depends on the schema that refers to them.
fn check_references(at: &At<'_>) -> Result<(), Error> {
    for key in ["$dynamicRef", "$recursiveRef"] {
        if let Some(found) = at.child(key) {
            let problem = format!("`{key}` is not supported: its target depends on other schemas");
            return Err(found.error(
                problem,
                "a `$ref` to the schema that describes the value here",
            ));
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
    for name in at.items_of("required") {
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
    for (name, property) in properties.entries() {
        if name.contains(SEPARATOR) {
            let code = format!("U+{:04X}", u32::from(SEPARATOR));
            let problem = format!("the name of this property has the character {code}");
            return Err(property.error(problem, "a name without characters for private use"));
        }
        check(&property)?;
    }
    Ok(())
}

/// Rejects a component that is composed of itself, which would be infinite. It can contain itself as a property or an item.
pub(super) fn check_compositions(components: &[(&str, At<'_>)]) -> Result<(), Error> {
    let mut depths = HashMap::new();
    for (_, component) in components {
        composition_depth(component, &mut Vec::new(), &mut depths)?;
    }
    Ok(())
}

/// The number of schemas that are composed of one another, up to this one.
///
/// `depths` contains the schemas that are not composed of themselves, so that each schema is checked once.
fn composition_depth(
    at: &At<'_>,
    ancestors: &mut Vec<Pointer>,
    depths: &mut HashMap<Pointer, usize>,
) -> Result<usize, Error> {
    let mut resolved = at.clone();
    let mut aliases = HashSet::new();
    while !depths.contains_key(resolved.pointer()) {
        let Some(next) = resolved.referenced("schemas")? else {
            break;
        };
        if !aliases.insert(resolved.pointer().clone()) {
            // Circular, which is an error.
            return at.resolved("schemas").map(|_| 0);
        }
        resolved = next;
    }
    if ancestors.contains(resolved.pointer()) {
        return Err(at.error(
            "this schema is composed of itself",
            "a composition without itself",
        ));
    }
    let mut depth = depths.get(resolved.pointer()).copied().unwrap_or(0);
    if depth == 0 {
        ancestors.push(resolved.pointer().clone());
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in resolved.items_of(key) {
                let limit = ancestors.len() >= MAX_COMPOSITION;
                let below = if limit {
                    MAX_COMPOSITION
                } else {
                    composition_depth(&part, ancestors, depths)?
                };
                depth = depth.max(below);
            }
        }
        ancestors.pop();
        depth += 1;
        if depth > MAX_COMPOSITION {
            let problem = format!("a composition of more than {MAX_COMPOSITION} nested schemas");
            return Err(resolved.error(problem, "a composition of fewer schemas"));
        }
        depths.insert(resolved.pointer().clone(), depth);
    }
    depths.extend(aliases.into_iter().map(|alias| (alias, depth)));
    Ok(depth)
}
