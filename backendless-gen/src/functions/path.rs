//! Path of an operation as the parts that a request builder takes.

use crate::Error;
use crate::document::Document;
use crate::model::Operation;
use crate::parameters::{In, Style};
use crate::reserved::path_parameters;
use crate::template::{Piece, Segment, Template};

/// The paths of an operation.
pub(super) struct Paths {
    pub(super) document: Vec<Step>,
    /// Only where the live service has another path.
    pub(super) live: Option<Vec<Step>>,
}

/// One part of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Text that is valid in the path of a URL.
    Literal(String),
    Parameter {
        /// Its index in `Operation::path_parameters`.
        index: usize,
        argument: String,
        style: Style,
    },
}

pub(super) fn read(document: &Document, operation: &Operation) -> Result<Paths, Error> {
    let steps_of = |template: &Template| {
        steps(operation, template).map_err(|what| {
            document.error_near(
                &operation.pointer,
                what,
                "a path whose segments are texts other than `.` and `..`, and declared parameters; a query as parameters with \
                 `in: query`",
            )
        })
    };
    Ok(Paths {
        document: steps_of(&operation.template)?,
        live: operation.live_template.as_ref().map(steps_of).transpose()?,
    })
}

fn steps(operation: &Operation, template: &Template) -> Result<Vec<Step>, String> {
    let names = path_parameters(operation);
    let mut steps = Vec::new();
    let mut literal = String::new();
    for segment in &template.segments {
        check(segment).map_err(|problem| format!("the path `{template}` has {problem}"))?;
        literal.push('/');
        for piece in &segment.0 {
            let name = match piece {
                Piece::Text(text) => {
                    literal.push_str(&encoded(text));
                    continue;
                }
                Piece::Parameter(name) => name,
            };
            let index = names.iter().position(|declared| declared == name);
            let parameter = operation
                .parameters_in(In::Path)
                .find(|parameter| parameter.name == *name);
            let (Some(index), Some(parameter)) = (index, parameter) else {
                return Err(format!(
                    "the path `{template}` has the parameter `{name}`, which is not declared"
                ));
            };
            if !literal.is_empty() {
                steps.push(Step::Literal(std::mem::take(&mut literal)));
            }
            steps.push(Step::Parameter {
                index,
                argument: parameter.argument.clone(),
                style: parameter.style,
            });
        }
    }
    if !literal.is_empty() {
        steps.push(Step::Literal(literal));
    }
    Ok(steps)
}

/// What a request cannot send, if a segment has it.
fn check(segment: &Segment) -> Result<(), String> {
    if segment.text().is_some_and(is_dot_segment) {
        return Err("a dot segment, which HTTP clients resolve to another path".to_owned());
    }
    let text = segment.0.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Parameter(_) => None,
    });
    match text.flat_map(|text| text.chars()).find(is_no_path) {
        Some(found) => Err(format!(
            "the character {found:?}, which does not belong in a path"
        )),
        None => Ok(()),
    }
}

/// Whether HTTP clients resolve a segment, which they also do if its dots are encoded.
fn is_dot_segment(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace("%2e", ".");
    matches!(text.as_str(), "." | "..")
}

/// Whether a character ends the path of a URL, or is read differently by servers and clients.
fn is_no_path(c: &char) -> bool {
    matches!(c, '?' | '\\') || c.is_control()
}

/// Percent-encodes what RFC 3986 does not allow in a segment. What is encoded already stays as it is.
fn encoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    for (index, &byte) in bytes.iter().enumerate() {
        let is_escape = || {
            let digits = bytes.get(index + 1..index + 3);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        };
        let is_valid = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
        match is_valid || byte == b'%' && is_escape() {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn literals_are_percent_encoded_once() {
        let texts = [
            ("files", "files"),
            ("größe", "gr%C3%B6%C3%9Fe"),
            ("a b?c#d", "a%20b%3Fc%23d"),
            ("100%", "100%25"),
            ("a%20b", "a%20b"),
            (":action@2,(x)", ":action@2,(x)"),
        ];
        for (text, expected) in texts {
            assert_eq!(encoded(text), expected, "{text}");
        }
    }
}
