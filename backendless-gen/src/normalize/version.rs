//! Converts a document of OpenAPI 3.1 to OpenAPI 3.0.
//!
//! This module converts the document, `super::schema` a schema. OpenAPI 3.1 allows everything that 3.0 does, except for
//! `nullable` and boolean exclusive limits.

use serde_json::json;

use super::schema;
use crate::document::{Data, Document, Node, Pointer};

/// Keys of the document that OpenAPI 3.0 does not have.
const NEW_KEYS: [&str; 2] = ["webhooks", "jsonSchemaDialect"];

/// Converts a document of OpenAPI 3.1. Has no effect on any other document.
pub(super) fn convert(document: &mut Document) {
    let root = document.root();
    if !root
        .str("openapi")
        .is_some_and(|text| text.starts_with("3.1."))
    {
        return;
    }
    report(document);
    let mut notes = Vec::new();
    let Some(root) = document.node_mut(&Pointer::default()) else {
        return;
    };
    for key in NEW_KEYS {
        root.remove(key);
    }
    if root.get("paths").is_none() {
        root.set("paths", json!({}));
    }
    root.set("openapi", "3.0.4".into());
    remove_mutual_tls(root);
    walk(root, Kind::Object, &mut |node| {
        notes.extend(schema::convert(node));
    });
    for (place, problem) in notes {
        document.note_at(
            place,
            &problem,
            "no change, unless the type is to be narrower",
        );
    }
}

/// Adds a note for each part of the document that is ignored.
fn report(document: &mut Document) {
    const HELP: &str = "no change, unless the SDK is to contain it";
    let webhooks = Pointer::of(["webhooks"]);
    if document.at(&webhooks).is_some() {
        let problem = "webhooks are ignored: the service sends these requests";
        document.note(&webhooks, problem, HELP);
    }
    let dialect = Pointer::of(["jsonSchemaDialect"]);
    let name = document
        .at(&dialect)
        .and_then(|at| at.node().str().map(str::to_owned));
    if let Some(name) = name.filter(|name| !name.contains("spec.openapis.org/oas/3.1")) {
        let problem = format!("the dialect `{name}` is read as that of OpenAPI 3.1");
        document.note(&dialect, &problem, HELP);
    }
}

/// Removes security schemes of the type `mutualTLS`, which 3.0 does not have. Nothing reads the scheme itself.
fn remove_mutual_tls(root: &mut Node) {
    let schemes = root
        .mapping_mut()
        .and_then(|root| root.get_mut("components"))
        .and_then(Node::mapping_mut)
        .and_then(|components| components.get_mut("securitySchemes"))
        .and_then(Node::mapping_mut);
    if let Some(schemes) = schemes {
        schemes.retain(|_, scheme| scheme.get("type").and_then(Node::str) != Some("mutualTLS"));
    }
}

/// What a node of the document is.
#[derive(Clone, Copy)]
enum Kind {
    /// An object of OpenAPI, such as an operation or a response.
    Object,
    /// A mapping from names to objects, whose names are not keys of OpenAPI.
    Objects,
    Schema,
    /// A mapping from names to schemas.
    Schemas,
}

/// Calls `convert` for each schema, the subschemas first.
fn walk(node: &mut Node, kind: Kind, convert: &mut impl FnMut(&mut Node)) {
    match &mut node.data {
        Data::Mapping(entries) => {
            for (key, child) in entries.iter_mut() {
                if let Some(kind) = kind.of_child(key, child) {
                    walk(child, kind, convert);
                }
            }
        }
        Data::Sequence(items) => items.iter_mut().for_each(|item| walk(item, kind, convert)),
        _ => {}
    }
    if matches!(kind, Kind::Schema) && node.sequence().is_none() {
        convert(node);
    }
}

impl Kind {
    /// The kind of the child with this key. `None` for values that contain no schema.
    fn of_child(self, key: &str, child: &Node) -> Option<Self> {
        match self {
            Self::Schemas => Some(Self::Schema),
            Self::Objects => Some(Self::Object),
            Self::Object => match key {
                "schema" => Some(Self::Schema),
                "schemas" => Some(Self::Schemas),
                "paths" | "responses" | "headers" | "content" | "pathItems" | "requestBodies"
                | "callbacks" => Some(Self::Objects),
                // The list of an operation, or the mapping of the components.
                "parameters" if child.mapping().is_some() => Some(Self::Objects),
                "example" | "examples" | "security" => None,
                _ if key.starts_with("x-") => None,
                _ => Some(Self::Object),
            },
            Self::Schema => match key {
                "properties" | "patternProperties" | "$defs" | "definitions"
                | "dependentSchemas" => Some(Self::Schemas),
                // A boolean is also valid here in 3.0.
                "additionalProperties" if child.bool().is_some() => None,
                "items"
                | "additionalProperties"
                | "not"
                | "allOf"
                | "anyOf"
                | "oneOf"
                | "prefixItems" => Some(Self::Schema),
                _ => None,
            },
        }
    }
}
