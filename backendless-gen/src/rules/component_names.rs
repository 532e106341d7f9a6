//! Renames components whose types would have one name, such as `Code` and `code`.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::{OPEN_BODY, OPEN_VALUE, Rule, Touched, schemas, tree};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use crate::names;

pub(super) const RULE: Rule = Rule {
    id: "component-names",
    why: "typify generates two types of one name for components whose names differ in case or punctuation only; the one \
          whose name is that of its type keeps it, and the others get a number",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let renamed = renamed(document);
    if renamed.is_empty() {
        return Ok(Touched::new());
    }
    if let Some(root) = document.node_mut(&Pointer::default()) {
        rename_references(root, &renamed);
    }
    let section = document.node_mut(&Pointer::of(["components", "schemas"]));
    if let Some(entries) = section.and_then(Node::mapping_mut) {
        let old = std::mem::take(entries);
        let new: IndexMap<String, Node> = old
            .into_iter()
            .map(|(name, node)| (renamed.get(&name).cloned().unwrap_or(name), node))
            .collect();
        *entries = new;
    }
    Ok(renamed.values().map(|name| tree::component(name)).collect())
}

/// The new names of the components that do not keep theirs.
fn renamed(document: &Document) -> BTreeMap<String, String> {
    let components = document.components("schemas").into_iter();
    let names = components.map(|(name, _)| name);
    let reserved = [OPEN_BODY, OPEN_VALUE].map(str::to_owned).into();
    names::distinguished(names, reserved, names::schema_type, |name, number| {
        names::schema_type(&format!("{}{number}", names::schema_type(name)))
    })
}

/// Changes each `$ref` and each target of a discriminator at or below `node`.
fn rename_references(node: &mut Node, renamed: &BTreeMap<String, String>) {
    if node.get("discriminator").is_some() {
        rename_targets(node, renamed);
    }
    let new = schemas::component(node).and_then(|name| renamed.get(name));
    if let Some(new) = new {
        node.set("$ref", tree::reference(new).into());
    }
    for child in node.mapping_mut().into_iter().flatten() {
        rename_references(child.1, renamed);
    }
    for child in node.sequence_mut().into_iter().flatten() {
        rename_references(child, renamed);
    }
}

/// Changes the targets of a discriminator. A member that no value is mapped to is selected by its old name.
fn rename_targets(union: &mut Node, renamed: &BTreeMap<String, String>) {
    let members = ["oneOf", "anyOf"]
        .iter()
        .filter_map(|key| union.get(key)?.sequence())
        .flatten();
    let members: Vec<String> = members
        .filter_map(|member| schemas::component(member).map(str::to_owned))
        .filter(|name| renamed.contains_key(name))
        .collect();
    let Some(discriminator) = union.get_mut("discriminator") else {
        return;
    };
    let mapping = discriminator.get("mapping").and_then(Node::mapping);
    let mut targets: BTreeMap<String, String> = mapping
        .into_iter()
        .flatten()
        .filter_map(|(value, target)| Some((value.clone(), target.str()?.to_owned())))
        .collect();
    let name_of = |target: &str| target.rsplit('/').next().unwrap_or(target).to_owned();
    for member in members {
        if !targets.values().any(|target| name_of(target) == member) {
            targets.insert(member.clone(), member);
        }
    }
    for target in targets.values_mut() {
        if let Some(new) = renamed.get(&name_of(target)) {
            *target = tree::reference(new);
        }
    }
    if !targets.is_empty() {
        discriminator.set("mapping", serde_json::json!(targets));
    }
}
