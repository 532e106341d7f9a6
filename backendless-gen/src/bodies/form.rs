//! Forms of the media type `application/x-www-form-urlencoded`.
//!
//! A list is sent as one pair per item. OpenAPI 3.0.3 and 3.0.4 differ on how an object in a form is sent, so that its
//! `encoding` is required.

use crate::Error;
use crate::document::{At, Pointer};

/// The encoding of one property of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormField {
    pub(crate) name: String,
    pub(crate) style: FormStyle,
}

/// How the value of a property becomes text. The names are those of `FormStyle` of the SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormStyle {
    /// One pair per item of a list, or per property of an object.
    Exploded,
    Comma,
    Space,
    Pipe,
    /// `name[property]=value`.
    DeepObject,
    /// The text of the JSON value.
    Json,
}

impl FormStyle {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Exploded => "Exploded",
            Self::Comma => "Comma",
            Self::Space => "Space",
            Self::Pipe => "Pipe",
            Self::DeepObject => "DeepObject",
            Self::Json => "Json",
        }
    }
}

/// Reads the encodings of the form with this media type, and rejects properties that cannot be encoded.
pub(super) fn fields(media_type: &At<'_>) -> Result<Vec<FormField>, Error> {
    let mut fields = Vec::new();
    for (name, encoding) in media_type.entries_of("encoding") {
        if let Some(style) = style(&encoding)? {
            fields.push(FormField {
                name: name.to_owned(),
                style,
            });
        }
    }
    if let Some(schema) = media_type.child("schema") {
        check(&schema, &fields, &mut Vec::new())?;
    }
    Ok(fields)
}

fn style(encoding: &At<'_>) -> Result<Option<FormStyle>, Error> {
    let explode = encoding.bool("explode");
    let json = encoding.str("contentType").is_some_and(super::is_json);
    let found = match encoding.str("style") {
        None if explode.is_none() && json => FormStyle::Json,
        None if explode.is_none() => return Ok(None),
        None | Some("form") => match explode {
            Some(false) => FormStyle::Comma,
            _ => FormStyle::Exploded,
        },
        Some("spaceDelimited") => FormStyle::Space,
        Some("pipeDelimited") => FormStyle::Pipe,
        Some("deepObject") => FormStyle::DeepObject,
        Some(other) => {
            let problem = format!("`{other}` is not a style of a form");
            let help = "`style: form`, `spaceDelimited`, `pipeDelimited` or `deepObject`";
            return Err(encoding.error(problem, help));
        }
    };
    Ok(Some(found))
}

/// Checks the schema of a form: an object, whose properties without an encoding are scalars or lists of scalars.
fn check(schema: &At<'_>, fields: &[FormField], seen: &mut Vec<Pointer>) -> Result<(), Error> {
    let schema = schema.resolved("schemas")?;
    if seen.contains(schema.pointer()) {
        return Ok(());
    }
    seen.push(schema.pointer().clone());
    for key in ["allOf", "anyOf", "oneOf"] {
        for part in schema.items_of(key) {
            check(&part, fields, seen)?;
        }
    }
    if let Some(kind) = schema.str("type").filter(|kind| *kind != "object") {
        let problem = format!("a form cannot be of type {kind}");
        return Err(schema.error(
            problem,
            "an object, whose properties are the fields of the form",
        ));
    }
    for (name, property) in schema.entries_of("properties") {
        let has_encoding = fields.iter().any(|field| field.name == name);
        if !has_encoding && !is_flat(&property, &mut Vec::new())? {
            let problem =
                format!("OpenAPI does not define how the object `{name}` is sent in a form");
            let help = format!(
                "an `encoding` of `{name}` beside the schema, which an overlay can add: `contentType: application/json` or \
                 `style: deepObject`"
            );
            return Err(property.error(problem, &help));
        }
    }
    Ok(())
}

/// Whether a value is a scalar, a list of scalars, or of any type.
fn is_flat(schema: &At<'_>, seen: &mut Vec<Pointer>) -> Result<bool, Error> {
    let schema = schema.resolved("schemas")?;
    if seen.contains(schema.pointer()) {
        return Ok(false);
    }
    seen.push(schema.pointer().clone());
    if is_object(&schema) {
        return Ok(false);
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for part in schema.items_of(key) {
            if !is_flat(&part, seen)? {
                return Ok(false);
            }
        }
    }
    match schema.child("items") {
        // A list in a list has no encoding either.
        Some(items) => {
            Ok(items.resolved("schemas")?.str("type") != Some("array") && is_flat(&items, seen)?)
        }
        None => Ok(true),
    }
}

/// Whether a schema describes an object, by its type or by its properties.
fn is_object(schema: &At<'_>) -> bool {
    match schema.child("type") {
        Some(kind) => kind.node().str() == Some("object"),
        None => ["properties", "additionalProperties"]
            .iter()
            .any(|key| schema.child(key).is_some()),
    }
}
