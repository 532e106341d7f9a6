//! The members of a union.

use std::collections::{BTreeMap, BTreeSet};

use super::tests::Test;
use crate::document::Node;
use crate::rules::compositions::Composer;
use crate::rules::schemas::{self, alias, required_names};
use crate::rules::tree::{self, Kind};

/// The max number of nested unions whose members are read as members of the outermost one.
const MAX_NESTED: usize = 16;

/// The members of a union, without nested unions.
pub(super) struct Alternatives {
    pub(super) members: Vec<Member>,
    /// Whether `null` is a value of the union.
    pub(super) nullable: bool,
    /// The unions whose members were added, so that each is read once.
    seen: BTreeSet<String>,
}

pub(super) struct Member {
    /// A `$ref` to a component, or an inline schema.
    pub(super) node: Node,
    /// The schema that `node` refers to.
    schema: Node,
    /// The values of the discriminator that belong to this member, if the union has one.
    discriminator: Option<(String, BTreeSet<String>)>,
    pub(super) test: Test,
}

impl Alternatives {
    /// Reads the members of a union. Nothing if one of them cannot be a member of a generated union.
    pub(super) fn read(composer: &mut Composer, union: &Node) -> Option<Self> {
        let mut found = Self {
            members: Vec::new(),
            nullable: union.get("nullable").and_then(Node::bool) == Some(true),
            seen: BTreeSet::new(),
        };
        found.add(composer, union, None, MAX_NESTED)?;
        Some(found)
    }

    fn add(
        &mut self,
        composer: &mut Composer,
        union: &Node,
        outer: Option<&(String, BTreeSet<String>)>,
        depth: usize,
    ) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let lists = ["oneOf", "anyOf"].map(|key| union.get(key).and_then(Node::sequence));
        let members = match lists {
            [Some(members), None] | [None, Some(members)] => members,
            _ => return None,
        };
        let base = base(union);
        if base.is_some() && members.iter().all(is_constraint) {
            return self.push(base?, None, None);
        }
        let discriminator = Discriminator::read(union);
        for member in members {
            let own = discriminator.as_ref().map(|one| one.of_member(member));
            let values = own.as_ref().or(outer);
            let schema = composer.resolved(member.clone())?;
            let is_union = tree::kind(&schema) == Kind::Union;
            if is_union && alias(member).is_some_and(|name| !self.seen.insert(name.to_owned())) {
                continue;
            }
            self.nullable |= schema.get("nullable").and_then(Node::bool) == Some(true);
            if is_null(&schema) {
                self.nullable = true;
            } else if is_union {
                self.add(composer, &schema, values, depth)?;
            } else if let Some(base) = &base {
                let merged = composer.merge(base.clone(), schema)?;
                self.push(merged, None, values)?;
            } else {
                self.push(member.clone(), Some(schema), values)?;
            }
        }
        Some(())
    }

    fn push(
        &mut self,
        node: Node,
        schema: Option<Node>,
        discriminator: Option<&(String, BTreeSet<String>)>,
    ) -> Option<()> {
        let schema = schema.unwrap_or_else(|| node.clone());
        let test = match tree::kind(&schema) {
            Kind::Text => Test::Text,
            Kind::Integer => Test::Integer,
            Kind::Number => Test::Number,
            Kind::Boolean => Test::Boolean,
            Kind::Array => Test::Array,
            Kind::Object => Test::Object,
            Kind::Any | Kind::Union | Kind::Other => return None,
        };
        let mut node = match alias(&node).map(str::to_owned) {
            Some(name) => Node::new(
                node.place,
                serde_json::json!({ "$ref": tree::reference(&name) }),
            ),
            None => node,
        };
        node.remove("nullable");
        self.members.push(Member {
            node,
            schema,
            discriminator: discriminator.cloned(),
            test,
        });
        Some(())
    }

    /// Combines members of one JSON type, and determines the tests of objects. Nothing if members overlap.
    pub(super) fn distinguishable(mut self) -> Option<Self> {
        let mut kept: Vec<Member> = Vec::new();
        let is_number = |test: &Test| matches!(test, Test::Integer | Test::Number);
        for member in self.members {
            if kept.iter().any(|other| other.node == member.node) {
                continue;
            }
            let same = kept.iter_mut().find(|other| {
                other.test == member.test && member.test != Test::Object
                    || is_number(&other.test) && is_number(&member.test)
            });
            match same {
                Some(other) => other.combine(&member),
                None => kept.push(member),
            }
        }
        let objects: Vec<&mut Member> = kept
            .iter_mut()
            .filter(|member| member.test == Test::Object)
            .collect();
        if objects.len() > 1 || objects.iter().any(|one| one.discriminator.is_some()) {
            distinguish(objects)?;
        }
        self.members = kept;
        Some(self)
    }
}

impl Member {
    /// Extends a scalar or an array to the values of another member of the same type.
    fn combine(&mut self, other: &Self) {
        let (own, others) = (self.schema.get("enum"), other.schema.get("enum"));
        let values = match (
            own.and_then(Node::sequence),
            others.and_then(Node::sequence),
        ) {
            (Some(own), Some(others)) => {
                let mut values = own.to_vec();
                values.extend(others.iter().filter(|value| !own.contains(value)).cloned());
                Some(values)
            }
            _ => None,
        };
        let place = self.node.place;
        let kind = match (&self.test, &other.test) {
            (Test::Text, _) => "string",
            (Test::Boolean, _) => "boolean",
            (Test::Array, _) => "array",
            (Test::Integer, Test::Integer) => "integer",
            _ => "number",
        };
        if kind == "number" {
            self.test = Test::Number;
        }
        let mut combined = Node::new(place, serde_json::json!({ "type": kind }));
        if self.schema.get("format") == other.schema.get("format")
            && let Some(format) = self.schema.get("format")
        {
            combined.insert("format", format.clone());
        }
        if let Some(values) = values {
            combined.set_list("enum", values);
        }
        if kind == "array" {
            combined.set("items", serde_json::json!({ tree::OPENED: true }));
        }
        self.schema = combined.clone();
        self.node = combined;
    }
}

/// Determines the tests of members that are objects: by discriminator, by constants, or by required properties.
fn distinguish(mut objects: Vec<&mut Member>) -> Option<()> {
    let tests = by_discriminator(&objects)
        .or_else(|| by_constant(&objects))
        .or_else(|| by_required(&objects))?;
    for (member, test) in objects.iter_mut().zip(tests) {
        member.test = test;
    }
    Some(())
}

fn by_discriminator(objects: &[&mut Member]) -> Option<Vec<Test>> {
    let mut seen = BTreeSet::new();
    let mut tests = Vec::new();
    for member in objects {
        let (property, mapped) = member.discriminator.as_ref()?;
        let constants = constants(&member.schema, property);
        let mut values = mapped.clone();
        values.extend(constants.into_iter().flatten());
        if values.is_empty() {
            let name = alias(&member.node)?;
            values.insert(serde_json::Value::from(name).to_string());
        }
        tests.push(Test::Tag {
            property: property.clone(),
            values,
        });
    }
    disjoint(&tests, &mut seen).then_some(tests)
}

/// Uses the first property that has a constant, or disjoint enums, in all members.
fn by_constant(objects: &[&mut Member]) -> Option<Vec<Test>> {
    let first = objects.first()?.schema.get("properties")?.mapping()?;
    first.keys().find_map(|property| {
        let tests: Vec<Test> = objects
            .iter()
            .map(|member| {
                let values = constants(&member.schema, property)?;
                Some(Test::Tag {
                    property: property.clone(),
                    values,
                })
            })
            .collect::<Option<_>>()?;
        disjoint(&tests, &mut BTreeSet::new()).then_some(tests)
    })
}

/// Uses the required properties, if each member requires one that each other member does not have.
fn by_required(objects: &[&mut Member]) -> Option<Vec<Test>> {
    let sets: Vec<(BTreeSet<String>, BTreeSet<String>)> = objects
        .iter()
        .map(|member| {
            let properties = member.schema.get("properties").and_then(Node::mapping);
            let declared = properties
                .into_iter()
                .flat_map(|entries| entries.keys().cloned());
            let required = required_names(&member.schema);
            (required.clone(), declared.chain(required).collect())
        })
        .collect();
    for (index, (required, _)) in sets.iter().enumerate() {
        let mut others = sets.iter().enumerate().filter(|(other, _)| *other != index);
        if others.any(|(_, (_, declared))| required.is_subset(declared)) {
            return None;
        }
    }
    Some(
        sets.into_iter()
            .map(|(required, _)| Test::Required(required))
            .collect(),
    )
}

fn disjoint(tests: &[Test], seen: &mut BTreeSet<String>) -> bool {
    tests.iter().all(|test| match test {
        Test::Tag { values, .. } => {
            !values.is_empty() && values.iter().all(|value| seen.insert(value.clone()))
        }
        _ => false,
    })
}

/// The values of an enum property, each as JSON.
fn constants(schema: &Node, property: &str) -> Option<BTreeSet<String>> {
    let values = schema
        .get("properties")?
        .get(property)?
        .get("enum")?
        .sequence()?;
    values
        .iter()
        .map(|value| serde_json::to_string(value).ok())
        .collect()
}

/// Whether a member only restricts the schema that contains the union.
fn is_constraint(member: &Node) -> bool {
    schemas::structural(member)
        .iter()
        .all(|key| *key == "required")
}

fn is_null(schema: &Node) -> bool {
    let is_type = schema.get("type").and_then(Node::str) == Some("null");
    let values = schema.get("enum").and_then(Node::sequence);
    let is_enum = values.is_some_and(|values| {
        values
            .iter()
            .all(|value| value.data == crate::document::Data::Null)
    });
    is_type || is_enum
}

/// What a union requires of each member beside it, if anything.
fn base(union: &Node) -> Option<Node> {
    let mut base = union.clone();
    for key in ["oneOf", "anyOf", "discriminator"]
        .iter()
        .chain(&schemas::DOCUMENTATION)
    {
        base.remove(key);
    }
    let structure = schemas::structural(&base);
    let is_type = matches!(structure.as_slice(), [] | ["type"]);
    (!is_type).then_some(base)
}

/// A discriminator: the property, and the values of each component.
struct Discriminator {
    property: String,
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Discriminator {
    fn read(union: &Node) -> Option<Self> {
        let node = union.get("discriminator")?;
        let property = node.get("propertyName")?.str()?.to_owned();
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (value, target) in node
            .get("mapping")
            .and_then(Node::mapping)
            .into_iter()
            .flatten()
        {
            let Some(target) = target.str() else {
                continue;
            };
            // A target is a `$ref` or the name of a component.
            let name = target.rsplit('/').next().unwrap_or(target);
            let value = serde_json::Value::from(value.as_str()).to_string();
            values.entry(name.to_owned()).or_default().insert(value);
        }
        Some(Self { property, values })
    }

    fn of_member(&self, member: &Node) -> (String, BTreeSet<String>) {
        let name = alias(member).unwrap_or_default();
        let values = self.values.get(name).cloned().unwrap_or_default();
        (self.property.clone(), values)
    }
}
