//! Merges the parts of `allOf` into one schema.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::tree::{self, Kind};
use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Data, Document, Node, Pointer};
use crate::model::Model;

pub(super) const RULE: Rule = Rule {
    id: "compositions",
    why: "typify merges the parts of `allOf` again at each place that uses them, which takes exponential time, and rejects or \
          drops parts that it cannot merge; they are merged once, and a contradiction becomes any JSON value",
    guard: true,
    apply,
};

/// The max number of merged properties in one document. More are a composition that grows exponentially.
const MAX_MERGED: usize = 1_000_000;

/// The max number of properties that are merged within one another. More are components that contain each other.
const MAX_NESTED: usize = 24;

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let mut composer = Composer::new(tree::components(document));
    for root in schemas::places(&schemas::roots(document)) {
        let schema = match tree::component_at(&root) {
            Some(name) => composer.component(name),
            None => document.at(&root).map(|at| {
                let mut schema = at.node().clone();
                composer.rewrite(&mut schema, &root);
                schema
            }),
        };
        if let (Some(schema), Some(node)) = (schema, document.node_mut(&root)) {
            *node = schema;
        }
    }
    Ok(composer.touched)
}

/// Merges schemas. Each component is merged once.
pub(super) struct Composer {
    originals: BTreeMap<String, Node>,
    merged: BTreeMap<String, Node>,
    /// The components that are being merged: one that is composed of itself ends there.
    active: BTreeSet<String>,
    /// The properties that are being merged, outermost first, each with the components that its two parts refer to.
    nested: Vec<[Option<String>; 2]>,
    budget: usize,
    touched: Touched,
}

impl Composer {
    pub(super) fn new(originals: BTreeMap<String, Node>) -> Self {
        Self {
            originals,
            merged: BTreeMap::new(),
            active: BTreeSet::new(),
            nested: Vec::new(),
            budget: MAX_MERGED,
            touched: Touched::new(),
        }
    }

    /// The component `name` after its compositions are merged.
    fn component(&mut self, name: &str) -> Option<Node> {
        if let Some(merged) = self.merged.get(name) {
            return Some(merged.clone());
        }
        if !self.active.insert(name.to_owned()) {
            return None;
        }
        let schema = self.originals.get(name).cloned().map(|mut schema| {
            self.rewrite(&mut schema, &tree::component(name));
            schema
        });
        self.active.remove(name);
        if let Some(schema) = &schema {
            self.merged.insert(name.to_owned(), schema.clone());
        }
        schema
    }

    /// Merges the compositions in `schema` and below it.
    fn rewrite(&mut self, schema: &mut Node, pointer: &Pointer) {
        tree::for_each_child(schema, pointer, |child, pointer| {
            self.rewrite(child, pointer);
        });
        if schema.get("allOf").is_some() && self.merge_parts(schema) {
            self.touched.insert(pointer.clone());
        }
    }

    /// Merges the parts of `allOf`. Returns whether the schema changed.
    fn merge_parts(&mut self, schema: &mut Node) -> bool {
        let parts = schema.get("allOf").and_then(Node::sequence);
        let mut parts = parts.map(<[Node]>::to_vec).unwrap_or_default();
        let mut own = schema.clone();
        own.remove("allOf");
        let count = parts.len();
        let documentation: Vec<Node> = parts
            .iter()
            .filter(|part| tree::kind(part) == Kind::Any && part.get("$ref").is_none())
            .cloned()
            .collect();
        parts.retain(|part| part.get("$ref").is_some() || tree::kind(part) != Kind::Any);
        if !is_documentation(&own) {
            let mut structure = own.clone();
            for key in schemas::DOCUMENTATION {
                structure.remove(key);
            }
            // `type: object` beside the parts repeats their type.
            if parts.is_empty() || schemas::structural(&structure) != ["type"] {
                parts.push(structure);
            }
        }
        for part in &documentation {
            adopt(&mut own, part);
        }
        if let [only] = parts.as_slice()
            && only.get("$ref").is_some()
        {
            // An alias, whose only difference is its documentation.
            let changed = count != 1;
            let only = only.clone();
            *schema = own;
            schema.set_list("allOf", vec![only]);
            return changed;
        }
        let merged = self.merge_all(parts);
        self.finish(schema, &own, merged);
        true
    }

    /// Replaces `schema` by the merged parts, with the documentation of `own`.
    fn finish(&mut self, schema: &mut Node, own: &Node, merged: Option<Node>) {
        let place = schema.place;
        match merged {
            Some(mut merged) => {
                merged.place = place;
                for key in schemas::DOCUMENTATION {
                    if let Some(value) = own.get(key) {
                        merged.insert(key, value.clone());
                    }
                }
                *schema = merged;
            }
            None => tree::open(schema),
        }
    }

    fn merge_all(&mut self, parts: Vec<Node>) -> Option<Node> {
        let mut parts = parts.into_iter();
        let mut merged = self.resolved(parts.next()?)?;
        for part in parts {
            let part = self.resolved(part)?;
            merged = self.merge(merged, part)?;
        }
        // A base schema lists its discriminator for the unions that contain it.
        merged.remove("discriminator");
        Some(merged)
    }

    /// The merged schema that a part refers to, or the part itself.
    pub(super) fn resolved(&mut self, mut schema: Node) -> Option<Node> {
        for _ in 0..=self.originals.len() {
            let Some(name) = schemas::alias(&schema) else {
                return Some(schema);
            };
            let name = name.to_owned();
            let nullable = schema.get("nullable").cloned();
            schema = self.component(&name)?;
            if let Some(nullable) = nullable {
                schema.insert("nullable", nullable);
            }
        }
        None
    }

    /// A schema of the values that both schemas allow. Nothing if they contradict each other, or cannot be merged.
    pub(super) fn merge(&mut self, one: Node, other: Node) -> Option<Node> {
        let nullable = [&one, &other]
            .iter()
            .all(|schema| schema.get("nullable").and_then(Node::bool) == Some(true));
        let mut merged = match (tree::kind(&one), tree::kind(&other)) {
            (Kind::Any, _) => other,
            (_, Kind::Any) => one,
            (Kind::Object, Kind::Object) => self.merge_objects(one, other)?,
            (Kind::Array, Kind::Array) => self.merge_arrays(one, &other)?,
            (Kind::Number, Kind::Integer) => other,
            (Kind::Integer, Kind::Number) => one,
            (Kind::Union | Kind::Other, _) | (_, Kind::Union | Kind::Other) if one != other => {
                return None;
            }
            (kind, same) if kind == same => merge_scalars(one, &other),
            _ => return None,
        };
        merged.remove("nullable");
        if nullable {
            merged.set("nullable", true.into());
        }
        Some(merged)
    }

    fn merge_objects(&mut self, mut one: Node, mut other: Node) -> Option<Node> {
        let properties = take_mapping(&mut other, "properties");
        let mut merged = take_mapping(&mut one, "properties");
        self.budget = self.budget.checked_sub(merged.len() + properties.len())?;
        for (name, property) in properties {
            let property = match merged.get(&name) {
                None => property,
                Some(first) if *first == property => continue,
                Some(first) => self.merge_properties(first.clone(), property),
            };
            merged.insert(name, property);
        }
        let mut required = schemas::required_names(&one);
        required.extend(schemas::required_names(&other));
        for schema in [&mut one, &mut other] {
            schema.remove("required");
        }
        for (key, value) in other.mapping().into_iter().flatten() {
            let replaces = key == "additionalProperties" && value.bool() != Some(false);
            if replaces || one.get(key).is_none() {
                one.insert(key, value.clone());
            }
        }
        if !merged.is_empty() {
            let place = one.place;
            let data = Data::Mapping(merged);
            one.insert("properties", Node { place, data });
        }
        one.set("type", "object".into());
        if !required.is_empty() {
            one.set("required", serde_json::json!(required));
        }
        Some(one)
    }

    /// The schema of a property that two parts declare: any JSON value if they contradict each other.
    fn merge_properties(&mut self, first: Node, second: Node) -> Node {
        let same_target =
            schemas::alias(&first).is_some() && schemas::alias(&first) == schemas::alias(&second);
        if same_target {
            return second;
        }
        let documented = second.clone();
        let parts = [&first, &second].map(|part| schemas::alias(part).map(str::to_owned));
        let merged = match (self.resolved(first.clone()), self.resolved(second)) {
            // An addition that only documents the property keeps the reference of the other part.
            (Some(_), Some(extra))
                if tree::kind(&extra) == Kind::Any && schemas::alias(&documented).is_none() =>
            {
                let mut node = first;
                if node.get("$ref").is_some() {
                    let mut wrapped = Node::new(node.place, serde_json::json!({}));
                    wrapped.set_list("allOf", vec![node]);
                    node = wrapped;
                }
                adopt(&mut node, &documented);
                return node;
            }
            (Some(first), Some(second)) => self.merge_nested(parts, first, second),
            _ => None,
        };
        merged.unwrap_or_else(|| {
            let mut node = documented;
            tree::open(&mut node);
            node
        })
    }

    /// Merges two parts of a property. Nothing if this merges the same components again: the merged type would contain
    /// itself, and has no name to refer to.
    fn merge_nested(
        &mut self,
        parts: [Option<String>; 2],
        first: Node,
        second: Node,
    ) -> Option<Node> {
        let is_repeated = parts.iter().all(Option::is_some) && self.nested.contains(&parts);
        if is_repeated || self.nested.len() >= MAX_NESTED {
            return None;
        }
        self.nested.push(parts);
        let merged = self.merge(first, second);
        self.nested.pop();
        merged
    }

    fn merge_arrays(&mut self, mut one: Node, other: &Node) -> Option<Node> {
        let items = match (one.get("items").cloned(), other.get("items").cloned()) {
            (Some(first), Some(second)) if first == second => first,
            (Some(first), Some(second)) => self.merge_properties(first, second),
            (Some(items), None) | (None, Some(items)) => items,
            (None, None) => return Some(one),
        };
        one.insert("items", items);
        Some(one)
    }
}

fn is_documentation(schema: &Node) -> bool {
    schemas::structural(schema).is_empty()
}

/// Adds the documentation of another schema where there is none.
fn adopt(schema: &mut Node, other: &Node) {
    for key in schemas::DOCUMENTATION {
        if let (None, Some(value)) = (schema.get(key), other.get(key)) {
            schema.insert(key, value.clone());
        }
    }
}

/// Two scalars of one type. An enum of one of them applies to both; of two, the values that both have.
fn merge_scalars(mut one: Node, other: &Node) -> Node {
    let values = |schema: &Node| {
        schema
            .get("enum")
            .and_then(Node::sequence)
            .map(<[Node]>::to_vec)
    };
    let merged = match (values(&one), values(other)) {
        (Some(mut first), Some(second)) => {
            first.retain(|value| second.contains(value));
            if first.is_empty() { None } else { Some(first) }
        }
        (first, second) => first.or(second),
    };
    one.remove("enum");
    if let Some(values) = merged {
        one.set_list("enum", values);
    }
    if one.get("format") != other.get("format") {
        let format = one.get("format").or(other.get("format")).cloned();
        let both = one.get("format").is_some() && other.get("format").is_some();
        one.remove("format");
        if let Some(format) = format.filter(|_| !both) {
            one.insert("format", format);
        }
    }
    one
}

fn take_mapping(schema: &mut Node, key: &str) -> IndexMap<String, Node> {
    match schema.take(key).map(|node| node.data) {
        Some(Data::Mapping(entries)) => entries,
        _ => IndexMap::new(),
    }
}
