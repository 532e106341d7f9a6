//! Bodies of the media type `application/x-www-form-urlencoded`.

use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::Value;

/// How the value of a property becomes text.
///
/// Without a style, a list becomes one pair per item, and an object is rejected: OpenAPI does not define how it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    dead_code,
    reason = "for operations that the specification lacks today"
)]
pub(crate) enum FormStyle {
    /// One pair per item of a list, or per property of an object.
    Exploded,
    /// One pair, whose items are separated by commas.
    Comma,
    /// One pair, whose items are separated by spaces.
    Space,
    /// One pair, whose items are separated by `|`.
    Pipe,
    /// `name[property]=value`.
    DeepObject,
    /// The text of the JSON value.
    Json,
}

/// Encodes an object as pairs. `styles` contains the properties whose encoding the document declares. A property that is
/// `null` is omitted.
pub(crate) fn encode<B: Serialize + ?Sized>(
    body: &B,
    styles: &[(&str, FormStyle)],
) -> Result<String, String> {
    let mut pairs = Serializer::new(String::new());
    let properties = match crate::encode::to_value(body)? {
        Value::Object(properties) => properties,
        Value::Null => return Ok(String::new()),
        _ => return Err("a form must be an object".to_owned()),
    };
    for (name, value) in &properties {
        let style = styles.iter().find(|(styled, _)| styled == name);
        append(&mut pairs, name, value, style.map(|(_, style)| *style))
            .map_err(|problem| format!("property `{name}` of the form: {problem}"))?;
    }
    Ok(pairs.finish())
}

fn append(
    pairs: &mut Serializer<'_, String>,
    name: &str,
    value: &Value,
    style: Option<FormStyle>,
) -> Result<(), String> {
    match (value, style) {
        (Value::Null, _) => {}
        (value, Some(FormStyle::Json)) => {
            pairs.append_pair(name, &value.to_string());
        }
        (Value::Array(items), None | Some(FormStyle::Exploded)) => {
            for item in items {
                pairs.append_pair(name, &text(item)?);
            }
        }
        (Value::Array(items), Some(style)) => {
            let texts: Result<Vec<String>, String> = items.iter().map(text).collect();
            pairs.append_pair(name, &texts?.join(separator(style)));
        }
        (Value::Object(properties), Some(FormStyle::Exploded)) => {
            for (name, value) in properties {
                pairs.append_pair(name, &text(value)?);
            }
        }
        (Value::Object(properties), Some(FormStyle::DeepObject)) => {
            for (key, value) in properties {
                append(pairs, &format!("{name}[{key}]"), value, None)?;
            }
        }
        (Value::Object(properties), Some(style)) => {
            let mut texts = Vec::new();
            for (key, value) in properties {
                texts.extend([key.clone(), text(value)?]);
            }
            pairs.append_pair(name, &texts.join(separator(style)));
        }
        (value, _) => {
            pairs.append_pair(name, &text(value)?);
        }
    }
    Ok(())
}

fn separator(style: FormStyle) -> &'static str {
    match style {
        FormStyle::Space => " ",
        FormStyle::Pipe => "|",
        _ => ",",
    }
}

/// The text of a scalar.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Null => Err("`null` cannot be an item".to_owned()),
        Value::Array(_) => Err("a list in a list cannot be sent; send its JSON text".to_owned()),
        Value::Object(_) => Err("an object cannot be sent; send its JSON text".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{FormStyle, encode};

    fn styled(value: Value, style: FormStyle) -> String {
        let text = encode(&json!({ "a": value }), &[("a", style)]).unwrap();
        text.replace("%2C", ",")
            .replace("%5B", "[")
            .replace("%5D", "]")
    }

    #[test]
    fn scalars_and_lists_are_sent_as_pairs_and_null_is_omitted() {
        let form = json!({ "a": "b c&d", "list": [1, true, "x"], "none": null, "number": 1.5 });
        let expected = "a=b+c%26d&list=1&list=true&list=x&number=1.5";
        assert_eq!(encode(&form, &[]).unwrap(), expected);
        assert_eq!(encode(&json!(null), &[]).unwrap(), "");
    }

    #[test]
    fn declared_styles_are_applied() {
        let list = json!([1, 2]);
        assert_eq!(styled(list.clone(), FormStyle::Comma), "a=1,2");
        assert_eq!(styled(list.clone(), FormStyle::Space), "a=1+2");
        assert_eq!(styled(list.clone(), FormStyle::Pipe), "a=1%7C2");
        assert_eq!(styled(list, FormStyle::Json), "a=[1,2]");
        let object = json!({ "x": 1, "y": ["z"] });
        assert_eq!(styled(object, FormStyle::DeepObject), "a[x]=1&a[y]=z");
        let flat = json!({ "x": 1 });
        assert_eq!(styled(flat.clone(), FormStyle::Exploded), "x=1");
        assert_eq!(styled(flat.clone(), FormStyle::Comma), "a=x,1");
        assert_eq!(styled(flat, FormStyle::Json), "a=%7B%22x%22%3A1%7D");
    }

    #[test]
    fn objects_without_a_declared_style_are_rejected_with_their_name() {
        let error = encode(&json!({ "a": { "b": 1 } }), &[]).unwrap_err();
        assert!(error.starts_with("property `a` of the form: "), "{error}");
        assert!(encode(&json!({ "a": [[1]] }), &[]).is_err());
        assert!(encode(&json!([1]), &[]).is_err());
    }
}
