//! Rejects types that contain one another more often than rustc can follow.
//!
//! rustc gives up at 128 levels, when it computes the layout of a type and what is dropped with it. Structs with an optional
//! field of the next one in a row compile up to 61, with a field or a list of the next one up to 121 (measured with Rust
//! 1.95). A program adds levels of its own, such as the future that contains the value.

use std::collections::{HashMap, HashSet};

use syn::{Fields, GenericArgument, Item, PathArguments, Type};

use super::duplicates::place;
use crate::Error;
use crate::document::Document;

/// The max number of levels. A type is one more level than the one that contains it, and two in an `Option`.
const MAX_LEVELS: usize = 96;

/// The types that each type contains, with the levels in between.
type Contents = HashMap<String, Vec<(String, usize)>>;

pub(super) fn check(document: &Document, items: &[Item]) -> Result<(), Error> {
    let contents: Contents = items.iter().filter_map(contents_of).collect();
    for item in items {
        let Some((start, _)) = contents_of(item) else {
            continue;
        };
        if let Some(name) = too_deep(&start, &contents) {
            let problem = format!(
                "the type `{name}` is more than {MAX_LEVELS} levels inside of `{start}`, which rustc rejects"
            );
            let help = "fewer schemas that contain one another in a row, or a schema without `type` and properties, which \
                        is any JSON value, in place of one of them; an optional property is two levels";
            return Err(document.error_near(&place(document, name), problem, help));
        }
    }
    Ok(())
}

/// The first type that is too many levels inside of `start`. Visits the types in the order of rustc: the last part first,
/// and each type once, below the first one that has it as a part.
fn too_deep<'c>(start: &'c str, contents: &'c Contents) -> Option<&'c str> {
    let mut seen = HashSet::from([start]);
    let mut open = vec![(start, 0)];
    while let Some((name, level)) = open.pop() {
        for (part, levels) in contents.get(name).into_iter().flatten() {
            if contents.contains_key(part) && seen.insert(part) {
                if level + levels > MAX_LEVELS {
                    return Some(part);
                }
                open.push((part, level + levels));
            }
        }
    }
    None
}

fn contents_of(item: &Item) -> Option<(String, Vec<(String, usize)>)> {
    let mut found = Vec::new();
    let mut of_fields = |fields: &Fields| {
        for field in fields {
            collect(&field.ty, 0, true, &mut found);
        }
    };
    let name = match item {
        Item::Struct(item) => {
            of_fields(&item.fields);
            &item.ident
        }
        Item::Enum(item) => {
            item.variants.iter().for_each(|one| of_fields(&one.fields));
            &item.ident
        }
        Item::Type(item) => {
            collect(&item.ty, 0, true, &mut found);
            &item.ident
        }
        _ => return None,
    };
    Some((name.to_string(), found))
}

/// Collects the names in a type, each with its levels: one for each type around it, and one for itself unless it is in a
/// list or a box, which is where the layout of a type ends.
fn collect(ty: &Type, around: usize, by_value: bool, found: &mut Vec<(String, usize)>) {
    let Type::Path(path) = ty else {
        return;
    };
    let Some(last) = path.path.segments.last() else {
        return;
    };
    found.push((last.ident.to_string(), around + usize::from(by_value)));
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return;
    };
    let by_value = by_value && last.ident == "Option";
    for argument in &arguments.args {
        if let GenericArgument::Type(ty) = argument {
            collect(ty, around + 1, by_value, found);
        }
    }
}
