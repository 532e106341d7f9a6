//! Combines a node of the document with a value that an overlay adds.

use super::Failure;
use crate::document::{At, Data, Document, Node, Pointer};

/// Checks that `value` can be added at `pointer`, and that the document has no part of it already.
pub(super) fn check(document: &Document, pointer: &Pointer, value: &At<'_>) -> Result<(), Failure> {
    let Some(target) = document.at(pointer) else {
        return Ok(());
    };
    let added = match (&target.node().data, &value.node().data) {
        // An item that is not itself a list is appended.
        (Data::Sequence(_), Data::Sequence(_)) | (Data::Mapping(_), Data::Mapping(_)) => {
            additions(&target, value)?
        }
        (Data::Sequence(_), _) => addition(&target, value)?,
        (Data::Mapping(_), _) => {
            let problem = format!("{} cannot be merged with a mapping", value.node().summary());
            let error = value.error(problem, "a mapping: the target is one");
            return Err(Failure::Invalid(error));
        }
        _ => return Err(present(&target, value)),
    };
    match added {
        0 => {
            let error = value.error("this action adds nothing", "a value to add");
            Err(Failure::Invalid(error))
        }
        _ => Ok(()),
    }
}

/// How many values `value` adds to `target`, both mappings or both lists.
fn additions(target: &At<'_>, value: &At<'_>) -> Result<usize, Failure> {
    let mut added = 0;
    for item in value.items() {
        added += addition(target, &item)?;
    }
    for (key, child) in value.entries() {
        let Some(existing) = target.child(key) else {
            added += 1;
            continue;
        };
        added += match (&existing.node().data, &child.node().data) {
            (Data::Mapping(_), Data::Mapping(_)) | (Data::Sequence(_), Data::Sequence(_)) => {
                additions(&existing, &child)?
            }
            _ => return Err(present(&existing, &child)),
        };
    }
    Ok(added)
}

/// One addition, if the list `target` does not have an equal item.
fn addition(target: &At<'_>, item: &At<'_>) -> Result<usize, Failure> {
    let mut items = target.items().into_iter();
    match items.find(|existing| existing.node() == item.node()) {
        Some(existing) => Err(present(&existing, item)),
        None => Ok(1),
    }
}

/// The document has the value, or another in its place.
fn present(existing: &At<'_>, value: &At<'_>) -> Failure {
    let problem = format!(
        "the document already has a value for {} at {}",
        existing.pointer(),
        existing.place()
    );
    let help = "an overlay without this value; to replace the document's, an action with `remove: true` before this one";
    Failure::Outdated(value.error(problem, help))
}

/// Adds a value that [`check`] accepted.
pub(super) fn add(target: &mut Node, value: &Node) {
    match (&mut target.data, &value.data) {
        (Data::Mapping(entries), Data::Mapping(added)) => {
            for (key, child) in added {
                match entries.get_mut(key) {
                    Some(existing) => add(existing, child),
                    None => {
                        entries.insert(key.clone(), child.clone());
                    }
                }
            }
        }
        (Data::Sequence(items), Data::Sequence(added)) => items.extend(added.iter().cloned()),
        (Data::Sequence(items), _) => items.push(value.clone()),
        _ => {}
    }
}
