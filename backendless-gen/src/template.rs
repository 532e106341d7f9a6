//! Path templates.

use std::fmt;

/// A path template such as `/data/{table-name}/count`, split into segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// The path without its fragment, which is not part of a request.
    text: String,
    /// The text after `#`, which some documents use to tell operations of one path apart.
    pub(crate) fragment: Option<String>,
    pub(crate) segments: Vec<Segment>,
}

/// One path segment: literal text and parameters, usually a single piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment(pub(crate) Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Parameter(String),
}

impl Template {
    /// Parses a path. The error describes the problem, without its place.
    pub(crate) fn parse(path: &str) -> Result<Self, String> {
        let (path, fragment) = match path.split_once('#') {
            Some((path, fragment)) => (path, Some(fragment.to_owned())),
            None => (path, None),
        };
        let rest = path
            .strip_prefix('/')
            .ok_or_else(|| format!("the path `{path}` does not begin with a slash"))?;
        let segments = rest.split('/').map(|text| Segment::parse(path, text));
        let template = Self {
            text: path.to_owned(),
            fragment,
            segments: segments.collect::<Result<_, _>>()?,
        };
        let names: Vec<&str> = template.parameters().collect();
        match names
            .iter()
            .enumerate()
            .find(|(index, name)| names[..*index].contains(name))
        {
            Some((_, name)) => Err(format!("the path has the parameter `{name}` twice")),
            None => Ok(template),
        }
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        let pieces = self.segments.iter().flat_map(|segment| &segment.0);
        pieces.filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }
}

/// Writes the path without its fragment.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Segment {
    fn parse(path: &str, text: &str) -> Result<Self, String> {
        let unclosed = || format!("a brace in the path `{path}` is not closed within its segment");
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(unclosed)?;
            if before.contains('}') || name.contains('{') {
                return Err(unclosed());
            }
            if name.is_empty() {
                return Err(format!("the path `{path}` has a parameter without a name"));
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = after;
        }
        if rest.contains('}') {
            return Err(unclosed());
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The text of this segment, if it has no parameters.
    pub(crate) fn text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The name of the parameter, if this segment consists of one parameter.
    pub(crate) fn parameter(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Parameter(name)] => Some(name),
            _ => None,
        }
    }

    /// The name of the only parameter of this segment, and the value with which the segment equals `text`.
    ///
    /// `None` if the segment has several parameters, or no value makes it equal to `text`.
    pub(crate) fn value_for<'s>(&'s self, text: &'s str) -> Option<(&'s str, &'s str)> {
        let (before, name, after) = match self.0.as_slice() {
            [Piece::Parameter(name)] => ("", name, ""),
            [Piece::Text(before), Piece::Parameter(name)] => (before.as_str(), name, ""),
            [Piece::Parameter(name), Piece::Text(after)] => ("", name, after.as_str()),
            [
                Piece::Text(before),
                Piece::Parameter(name),
                Piece::Text(after),
            ] => (before.as_str(), name, after.as_str()),
            _ => return None,
        };
        let value = text.strip_prefix(before)?.strip_suffix(after)?;
        (!value.is_empty()).then_some((name.as_str(), value))
    }
}
