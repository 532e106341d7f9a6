//! Parameters whose value is a list or an object, in the styles of OpenAPI.
//!
//! A value without a form in a style, such as a list of lists, is rejected.

use serde::Serialize;
use serde_json::{Map, Value};

use super::query::Problem;

/// How a parameter is written that can have several parts. Examples are those of the list `a`, `b` and of the object
/// with `x` = 1 and `y` = 2.
#[allow(
    dead_code,
    reason = "for operations that the specification lacks today"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `a,b` and `x,1,y,2`.
    Comma,
    /// `a%20b` and `x%201%20y%202`.
    Space,
    /// `a%7Cb` and `x%7C1%7Cy%7C2`.
    Pipe,
    /// `a,b` and `x=1,y=2`.
    Pairs,
    /// In a query, a parameter for each item of the list and for each property of the object: `name=a&name=b` and `x=1&y=2`.
    Exploded,
    /// In a query, a parameter for each property: `name[x]=1&name[y]=2`.
    Deep,
    /// As JSON.
    Json,
}

/// A part of a value, and the text before it, which is not encoded.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) before: &'static str,
    pub(super) text: String,
}

impl Style {
    /// Returns the parts of a value that is written as one text; none if the value is `null` or an empty list.
    pub(super) fn parts(self, value: &impl Serialize) -> Result<Vec<Part>, Problem> {
        let value = json(value)?;
        if self == Self::Json {
            return Ok(match value {
                Value::Null => Vec::new(),
                value => Vec::from([first(value.to_string())]),
            });
        }
        let (texts, between): (Vec<String>, _) = match value {
            Value::Object(properties) => (self.properties(properties)?, self.in_property()),
            Value::Array(items) => {
                let texts = items.iter().map(scalar);
                (texts.collect::<Result<_, _>>()?, self.separator())
            }
            Value::Null => return Ok(Vec::new()),
            value => return Ok(Vec::from([first(scalar(&value)?)])),
        };
        let parts = texts.into_iter().enumerate().map(|(index, text)| Part {
            before: match index {
                0 => "",
                odd if odd % 2 == 1 => between,
                _ => self.separator(),
            },
            text,
        });
        Ok(parts.collect())
    }

    /// Returns the query parameters of a value that has one for each of its parts.
    pub(super) fn pairs(
        self,
        name: &str,
        value: &impl Serialize,
    ) -> Result<Vec<(String, String)>, Problem> {
        let mut pairs = Vec::new();
        match json(value)? {
            Value::Object(properties) => {
                for (key, value) in &properties {
                    match self {
                        Self::Deep => deep(&mut pairs, format!("{name}[{key}]"), value)?,
                        _ if value.is_null() => {}
                        _ => pairs.push((key.clone(), scalar(value)?)),
                    }
                }
            }
            value => deep(&mut pairs, name.to_owned(), &value)?,
        }
        Ok(pairs)
    }

    /// Whether a query has a parameter for each part.
    pub(super) fn has_pairs(self) -> bool {
        matches!(self, Self::Exploded | Self::Deep)
    }

    /// The names and values of an object. Properties that are `null` are absent.
    fn properties(self, properties: Map<String, Value>) -> Result<Vec<String>, Problem> {
        let mut texts = Vec::new();
        for (key, value) in properties.into_iter().filter(|(_, value)| !value.is_null()) {
            texts.push(key);
            texts.push(scalar(&value)?);
        }
        Ok(texts)
    }

    fn separator(self) -> &'static str {
        match self {
            Self::Space => "%20",
            Self::Pipe => "%7C",
            _ => ",",
        }
    }

    /// The text between the name and the value of a property.
    fn in_property(self) -> &'static str {
        match self {
            Self::Pairs => "=",
            other => other.separator(),
        }
    }
}

/// The parts as one text that is not encoded.
pub(super) fn text(parts: &[Part]) -> String {
    let texts = parts.iter().flat_map(|part| [part.before, &part.text]);
    texts.collect()
}

fn first(text: String) -> Part {
    Part { before: "", text }
}

/// The value as JSON. Numbers keep the text that they have in JSON.
fn json(value: &impl Serialize) -> Result<Value, Problem> {
    let text = crate::encode::to_vec(value).map_err(Problem::new)?;
    serde_json::from_slice(&text).map_err(|error| Problem::new(error.to_string()))
}

fn scalar(value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null => Err(Problem::new("`null` has no form in a list")),
        Value::Array(_) => Err(Problem::new(
            "a list within a list or an object has no form",
        )),
        Value::Object(_) => Err(Problem::new(
            "an object within a list or an object has no form",
        )),
    }
}

/// Adds the parameters of a property: one for each property of an object, and one of the same name for each item of a list.
fn deep(pairs: &mut Vec<(String, String)>, name: String, value: &Value) -> Result<(), Problem> {
    match value {
        Value::Object(properties) => properties
            .iter()
            .try_for_each(|(key, value)| deep(pairs, format!("{name}[{key}]"), value)),
        Value::Array(items) => items.iter().try_for_each(|item| {
            pairs.push((name.clone(), scalar(item)?));
            Ok(())
        }),
        Value::Null => Ok(()),
        value => {
            pairs.push((name, scalar(value)?));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(style: Style, value: &Value) -> String {
        text(&style.parts(value).unwrap())
    }

    #[test]
    fn lists_and_objects_have_the_form_of_their_style() {
        let (list, object) = (
            json!(["a", 1, true]),
            json!({ "x": 1.5, "y": null, "z": "b" }),
        );
        let forms = [
            (Style::Comma, "a,1,true", "x,1.5,z,b"),
            (Style::Space, "a%201%20true", "x%201.5%20z%20b"),
            (Style::Pipe, "a%7C1%7Ctrue", "x%7C1.5%7Cz%7Cb"),
            (Style::Pairs, "a,1,true", "x=1.5,z=b"),
            (
                Style::Json,
                r#"["a",1,true]"#,
                r#"{"x":1.5,"y":null,"z":"b"}"#,
            ),
        ];
        for (style, of_list, of_object) in forms {
            assert_eq!(text_of(style, &list), of_list);
            assert_eq!(text_of(style, &object), of_object);
        }
    }

    #[test]
    fn scalars_are_one_part_and_null_and_empty_lists_are_none() {
        for style in [Style::Comma, Style::Space, Style::Pipe, Style::Pairs] {
            assert_eq!(text_of(style, &json!("a,b")), "a,b");
            assert_eq!(style.parts(&json!(null)).unwrap(), []);
            assert_eq!(style.parts(&json!([])).unwrap(), []);
        }
        assert_eq!(
            text_of(Style::Comma, &json!(0.1_f32)),
            "0.10000000149011612"
        );
        let parts = Style::Comma.parts(&[0.1_f32]).unwrap();
        assert_eq!(parts, [first("0.1".to_owned())]);
        assert_eq!(Style::Json.parts(&None::<i64>).unwrap(), []);
    }

    #[test]
    fn exploded_objects_have_a_parameter_for_each_property() {
        let pairs = |style: Style, value: &Value| -> String {
            let pairs = style.pairs("name", value).unwrap();
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join("&")
        };
        let flat = json!({ "x": 1, "y": null });
        assert_eq!(pairs(Style::Exploded, &flat), "x=1");
        assert_eq!(pairs(Style::Exploded, &json!(["a", "b"])), "name=a&name=b");
        let deep = json!({ "x": { "y": 1, "z": [2, 3] }, "v": "w" });
        assert_eq!(
            pairs(Style::Deep, &deep),
            "name[v]=w&name[x][y]=1&name[x][z]=2&name[x][z]=3"
        );
        assert_eq!(pairs(Style::Deep, &json!(5)), "name=5");
        assert_eq!(pairs(Style::Deep, &json!(null)), "");
    }

    #[test]
    fn values_without_a_form_are_rejected() {
        for value in [
            json!([["a"]]),
            json!([{}]),
            json!([null]),
            json!({ "x": [1] }),
        ] {
            Style::Comma.parts(&value).unwrap_err();
            Style::Pairs.parts(&value).unwrap_err();
        }
        Style::Exploded
            .pairs("name", &json!({ "x": [1] }))
            .unwrap_err();
        Style::Exploded.pairs("name", &json!([["a"]])).unwrap_err();
        Style::Comma.parts(&f64::NAN).unwrap_err();
    }
}
