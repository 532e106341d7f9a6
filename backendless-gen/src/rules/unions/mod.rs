//! Rewrites `oneOf` and `anyOf` to unions whose members are distinguishable.
//!
//! typify generates an untagged enum, which decodes a value as the first member that accepts it. This rule determines what
//! distinguishes the members and records it, so that [`crate::types`] can generate the code that decodes each value as the
//! member that it belongs to, regardless of their order. Where nothing distinguishes them, the union becomes any JSON value.
//!
//! [`alternatives`] reads the members of a union, [`tests`] determines their [`Test`]s.

mod alternatives;
mod tests;

pub(crate) use tests::{MARKER, Test};

use serde_json::json;

use super::compositions::Composer;
use super::tree::{self, Kind, Names};
use super::{Rule, Touched, schemas};
use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use alternatives::Alternatives;

pub(super) const RULE: Rule = Rule {
    id: "unions",
    why: "typify ignores discriminators, and decodes a value as the first member that accepts it; the members are \
          distinguished by JSON type, by discriminator, by constant or by required property, and a union whose members \
          overlap becomes any JSON value",
    guard: true,
    apply,
};

fn apply(_: &Model, document: &mut Document) -> Result<Touched, Error> {
    let original = document.clone();
    let mut unions = Unions {
        document: &original,
        composer: Composer::new(tree::components(&original)),
        names: Names::of_components(&original),
        added: Vec::new(),
        touched: Touched::new(),
    };
    for root in schemas::places(&schemas::roots(&original)) {
        if let Some(schema) = document.node_mut(&root) {
            unions.rewrite(schema, &root);
        }
    }
    for (name, schema) in unions.added {
        tree::add_component(document, &name, schema);
    }
    Ok(unions.touched)
}

struct Unions<'a> {
    document: &'a Document,
    composer: Composer,
    names: Names,
    /// Components for inline members and inline unions.
    added: Vec<(String, Node)>,
    touched: Touched,
}

impl Unions<'_> {
    /// Rewrites the unions in `schema` and below it.
    fn rewrite(&mut self, schema: &mut Node, pointer: &Pointer) {
        tree::for_each_child(schema, pointer, |child, pointer| {
            // The members of a member are members of the union itself.
            if !(schemas::is_member(pointer) && tree::kind(child) == Kind::Union) {
                self.rewrite(child, pointer);
            }
        });
        if tree::kind(schema) == Kind::Union {
            self.union(schema, pointer);
            self.touched.insert(pointer.clone());
        }
    }

    fn union(&mut self, schema: &mut Node, pointer: &Pointer) {
        let Some(found) = Alternatives::read(&mut self.composer, schema) else {
            return tree::open(schema);
        };
        let Some(found) = found.distinguishable() else {
            return tree::open(schema);
        };
        let mut union = documentation(schema);
        if found.nullable {
            union.set("nullable", true.into());
        }
        match found.members.as_slice() {
            [] => {}
            [only] => {
                for (key, value) in only.node.mapping().into_iter().flatten() {
                    if union.get(key).is_none() {
                        union.insert(key, value.clone());
                    }
                }
                if let Some(name) = schemas::component(&only.node).map(str::to_owned) {
                    union.remove("$ref");
                    union.set("allOf", json!([{ "$ref": tree::reference(&name) }]));
                }
            }
            _ => {
                let name = tree::type_name(self.document, pointer);
                let is_component = tree::component_at(pointer).is_some();
                let name = match is_component {
                    true => name,
                    false => self.names.unique(&name),
                };
                self.list(&mut union, &name, found);
                if !is_component {
                    union = self.hoist(name, union);
                }
            }
        }
        *schema = union;
    }

    /// Adds the members of a union named `name`, and their tests.
    fn list(&mut self, union: &mut Node, name: &str, found: Alternatives) {
        let tests: Vec<serde_json::Value> = found
            .members
            .iter()
            .map(|member| member.test.to_json())
            .collect();
        let mut members = Vec::new();
        for (index, member) in found.members.into_iter().enumerate() {
            let is_inline = member.node.get("$ref").is_none();
            if is_inline && matches!(tree::kind(&member.node), Kind::Object) {
                let part = member
                    .test
                    .label()
                    .unwrap_or_else(|| format!("variant{index}"));
                let member_name = self.names.unique(&format!("{name}-{part}"));
                members.push(Node::new(
                    member.node.place,
                    json!({ "$ref": tree::reference(&member_name) }),
                ));
                self.added.push((member_name, member.node));
            } else {
                members.push(member.node);
            }
        }
        union.set_list("oneOf", members);
        union.set(MARKER, json!(tests));
    }

    /// Moves a union to a component, and returns the schema that refers to it.
    fn hoist(&mut self, name: String, mut union: Node) -> Node {
        let mut reference = documentation(&union);
        union.remove("nullable");
        reference.set("allOf", json!([{ "$ref": tree::reference(&name) }]));
        self.added.push((name, union));
        reference
    }
}

/// A schema with the documentation of `schema` and nothing else.
fn documentation(schema: &Node) -> Node {
    let mut found = schema.clone();
    if let Some(entries) = found.mapping_mut() {
        entries.retain(|key, _| schemas::DOCUMENTATION.contains(&key.as_str()) && key != "default");
    }
    found
}
