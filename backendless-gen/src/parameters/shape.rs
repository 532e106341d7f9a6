//! The types that the value of a parameter can have.

use std::collections::BTreeSet;

use super::schema_of;
use crate::Error;
use crate::document::{At, Data, Node, Pointer};

/// The type of the value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar(Scalar),
    /// A list of scalars.
    List(Scalar),
    /// An object, or one of several types of which at least one is an object; for JSON content, any type.
    Object,
    /// A type for which OpenAPI defines no text. The caller passes the text.
    Unknown,
}

/// A type with one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
}

impl Scalar {
    /// The `type` of a schema.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }

    fn read(name: &str) -> Option<Self> {
        let scalars = [Self::Text, Self::Integer, Self::Number, Self::Boolean];
        scalars.into_iter().find(|scalar| scalar.name() == name)
    }
}

impl Shape {
    /// The type of a parameter, which has a `schema` or `content`.
    pub(super) fn of_parameter(parameter: &At<'_>) -> Result<Self, Error> {
        match schema_of(parameter) {
            (Some(media_type), _) if !crate::bodies::is_json(media_type) => Ok(Self::Unknown),
            (Some(_), _) => Ok(Self::Object),
            (None, Some(schema)) => Self::of(&schema),
            (None, None) => {
                let problem = "this parameter has no schema";
                Err(parameter.error(problem, "a `schema`"))
            }
        }
    }

    /// The type that a schema describes.
    pub(crate) fn of(schema: &At<'_>) -> Result<Self, Error> {
        Ok(read(schema, &mut Vec::new())?.unwrap_or(Self::Unknown))
    }

    /// The type that includes both.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Object, _) | (_, Self::Object) => Self::Object,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Scalar(one), Self::Scalar(other)) => Self::Scalar(both(one, other)),
            (Self::List(one) | Self::Scalar(one), Self::List(other) | Self::Scalar(other)) => {
                Self::List(both(one, other))
            }
        }
    }
}

fn both(one: Scalar, other: Scalar) -> Scalar {
    match (one, other) {
        (one, other) if one == other => one,
        (Scalar::Integer, Scalar::Number) | (Scalar::Number, Scalar::Integer) => Scalar::Number,
        _ => Scalar::Text,
    }
}

/// `None` if the schema itself does not restrict the type. `ancestors` contains the schemas around it.
fn read(schema: &At<'_>, ancestors: &mut Vec<Pointer>) -> Result<Option<Shape>, Error> {
    let schema = schema.resolved("schemas")?;
    if ancestors.contains(schema.pointer()) {
        return Ok(None);
    }
    ancestors.push(schema.pointer().clone());
    let shape = read_resolved(&schema, ancestors);
    ancestors.pop();
    shape
}

fn read_resolved(schema: &At<'_>, ancestors: &mut Vec<Pointer>) -> Result<Option<Shape>, Error> {
    match schema.str("type") {
        Some("array") => return list(schema, ancestors).map(Some),
        Some("object") => return Ok(Some(Shape::Object)),
        Some(name) => return Ok(Scalar::read(name).map(Shape::Scalar)),
        None => {}
    }
    if schema.child("items").is_some() {
        return list(schema, ancestors).map(Some);
    }
    if schema.child("properties").is_some() || schema.child("additionalProperties").is_some() {
        return Ok(Some(Shape::Object));
    }
    if let Some(shape) = schema.child("enum").and_then(|values| of_values(&values)) {
        return Ok(Some(shape));
    }
    for key in ["oneOf", "anyOf"] {
        let mut union: Option<Shape> = None;
        for part in schema.items_of(key) {
            let shape = read(&part, ancestors)?.unwrap_or(Shape::Unknown);
            union = Some(union.map_or(shape, |union| union.or(shape)));
        }
        if union.is_some() {
            return Ok(union);
        }
    }
    for part in schema.items_of("allOf") {
        let shape = read(&part, ancestors)?;
        if shape.is_some() {
            return Ok(shape);
        }
    }
    Ok(None)
}

/// A list of scalars. Items of any type are texts.
fn list(schema: &At<'_>, ancestors: &mut Vec<Pointer>) -> Result<Shape, Error> {
    let Some(items) = schema.child("items") else {
        return Ok(Shape::List(Scalar::Text));
    };
    Ok(match read(&items, ancestors)? {
        Some(Shape::Scalar(scalar)) => Shape::List(scalar),
        None => Shape::List(Scalar::Text),
        Some(_) => Shape::Unknown,
    })
}

/// The type of the values of an enum without a type.
fn of_values(values: &At<'_>) -> Option<Shape> {
    let scalar = |at: &At<'_>| match &at.node().data {
        Data::String(_) => Some(Scalar::Text),
        Data::Bool(_) => Some(Scalar::Boolean),
        Data::Number(number) if number.is_f64() => Some(Scalar::Number),
        Data::Number(_) => Some(Scalar::Integer),
        _ => None,
    };
    let items = values.items();
    let scalars: Vec<Scalar> = items.iter().filter_map(scalar).collect();
    scalars.into_iter().reduce(both).map(Shape::Scalar)
}

/// The values of the enums that a schema of scalars consists of; `None` if it also allows other values.
pub(crate) fn known_values(schema: &At<'_>) -> Result<Option<Vec<Node>>, Error> {
    let mut values = Vec::new();
    let mut seen = BTreeSet::new();
    let is_closed = collect_values(schema, &mut seen, &mut values)?;
    Ok(Some(values).filter(|values| is_closed && !values.is_empty()))
}

fn collect_values(
    schema: &At<'_>,
    seen: &mut BTreeSet<Pointer>,
    values: &mut Vec<Node>,
) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if !seen.insert(schema.pointer().clone()) {
        return Ok(true);
    }
    if let Some(found) = schema.child("enum") {
        for value in found.items() {
            if value.node().data != Data::Null && !values.contains(value.node()) {
                values.push(value.node().clone());
            }
        }
        return Ok(true);
    }
    let mut parts = Vec::new();
    for key in ["oneOf", "anyOf"] {
        parts.extend(schema.items_of(key));
    }
    if parts.is_empty() {
        for part in schema.items_of("allOf") {
            if collect_values(&part, seen, values)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    for part in parts {
        if !collect_values(&part, seen, values)? {
            return Ok(false);
        }
    }
    Ok(true)
}
