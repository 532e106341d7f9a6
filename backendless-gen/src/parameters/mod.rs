//! Parameters of operations: their types, their styles and their names in Rust.
//!
//! [`read`] gives the parameters of one operation, and [`Shape::of`] the type of a value. The rule `parameters` gives
//! progenitor the same parameters in the one form that it accepts.

mod shape;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use shape::{Scalar, Shape, known_values};

use crate::Error;
use crate::document::At;
use crate::extensions;
use crate::live;
use crate::names;
use crate::template::Template;

/// One parameter of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// The name of the argument in `raw.rs` and of the method in `mock.rs`.
    pub(crate) argument: String,
    pub(crate) place: In,
    /// Its index in the list of parameters of the inlined document.
    pub(crate) index: usize,
    pub(crate) shape: Shape,
    pub(crate) style: Style,
    /// Whether the value is itself a path, whose slashes are kept: the extension `x-multi-segment`.
    pub(crate) multi_segment: bool,
    /// The name in queries to the live service, if it differs: the extension `x-live-name`.
    pub(crate) live_name: Option<String>,
}

/// The location of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum In {
    Path,
    Query,
    Header,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As text; in a query, a list is a parameter for each item.
    Plain,
    /// In a style of `crate::prepared`.
    Of(&'static str),
}

impl Style {
    pub(crate) const COMMA: Self = Self::Of("Comma");
    pub(crate) const SPACE: Self = Self::Of("Space");
    pub(crate) const PIPE: Self = Self::Of("Pipe");
    pub(crate) const JSON: Self = Self::Of("Json");
    const PAIRS: Self = Self::Of("Pairs");
    const EXPLODED: Self = Self::Of("Exploded");
    const DEEP: Self = Self::Of("Deep");
}

impl Parameter {
    /// Whether the argument has another name than the parameter alone would give it.
    pub(crate) fn is_renamed(&self) -> bool {
        self.argument != names::function(&self.name)
    }
}

impl In {
    /// As in a document.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }

    fn read(parameter: &At<'_>) -> Option<Self> {
        let places = [Self::Path, Self::Query, Self::Header];
        let name = parameter.str("in")?;
        places.into_iter().find(|place| place.name() == name)
    }
}

/// Reads the parameters of an operation. Optional cookies are omitted: they are not sent.
pub(crate) fn read(operation: &At<'_>, template: &Template) -> Result<Vec<Parameter>, Error> {
    let mut found = Vec::new();
    for (index, at) in list(operation).into_iter().enumerate() {
        if is_skipped(&at) {
            continue;
        }
        let place = In::read(&at).ok_or_else(|| {
            at.error(
                "the `in` of this parameter is missing or unknown",
                "`in: query`, `header` or `path`",
            )
        })?;
        let name = at.str("name").unwrap_or_default();
        let shape = Shape::of_parameter(&at)?;
        found.push(Parameter {
            name: name.to_owned(),
            argument: names::function(name),
            place,
            index,
            style: style(&at, place, shape)?,
            shape,
            multi_segment: extensions::multi_segment(&at)?,
            live_name: live::name(operation, &at)?,
        });
    }
    let has_body = operation
        .child("requestBody")
        .and_then(|body| body.child("content"))
        .is_some_and(|content| !content.entries().is_empty());
    give_distinct_names(&mut found, template, has_body);
    Ok(found)
}

/// The parameters of an operation in the document.
pub(crate) fn list<'d>(operation: &At<'d>) -> Vec<At<'d>> {
    operation.items_of("parameters")
}

/// Whether a parameter is not sent: an optional cookie.
pub(crate) fn is_skipped(parameter: &At<'_>) -> bool {
    parameter.str("in") == Some("cookie")
}

/// The media type and the schema of a parameter: `None` and `schema`, or those in `content`.
pub(crate) fn schema_of<'d>(parameter: &At<'d>) -> (Option<&'d str>, Option<At<'d>>) {
    let content = parameter.entries_of("content");
    match content.first() {
        Some((media_type, at)) => (Some(media_type), at.child("schema")),
        None => (None, parameter.child("schema")),
    }
}

fn style(at: &At<'_>, place: In, shape: Shape) -> Result<Style, Error> {
    if matches!(schema_of(at), (Some(_), _)) {
        return Ok(match shape {
            Shape::Unknown => Style::Plain,
            _ => Style::JSON,
        });
    }
    let name = at.str("style").unwrap_or(match place {
        In::Query => "form",
        In::Path | In::Header => "simple",
    });
    let explode = at.bool("explode").unwrap_or(name == "form");
    let style = match (name, explode) {
        ("deepObject", _) if shape == Shape::Object => return Ok(Style::DEEP),
        ("deepObject", _) => {
            let style = at.child("style").unwrap_or_else(|| at.clone());
            let problem = "OpenAPI defines the style `deepObject` for objects only";
            let help = "a schema of type object, or `style: form`";
            return Err(style.error(problem, help));
        }
        ("simple", false) => Style::COMMA,
        ("simple", true) => Style::PAIRS,
        (_, true) => Style::EXPLODED,
        ("spaceDelimited", false) => Style::SPACE,
        ("pipeDelimited", false) => Style::PIPE,
        (_, false) => Style::COMMA,
    };
    Ok(match shape {
        Shape::Scalar(_) | Shape::Unknown => Style::Plain,
        Shape::List(_) if style == Style::EXPLODED => Style::Plain,
        Shape::List(_) if style == Style::PAIRS => Style::COMMA,
        Shape::List(_) | Shape::Object => style,
    })
}

/// Renames arguments that have the name of another argument or of the request body.
///
/// Parameters of the path keep their names before those of the query and of headers, so that they have the same names in
/// all operations of a path.
fn give_distinct_names(parameters: &mut [Parameter], template: &Template, has_body: bool) {
    const BODY: &str = "body";
    let position = |parameter: &Parameter| match parameter.place {
        In::Path => template
            .parameters()
            .position(|name| name == parameter.name)
            .unwrap_or_default(),
        _ => parameter.index,
    };
    let mut order: Vec<usize> = (0..parameters.len()).collect();
    order.sort_by_key(|index| {
        let parameter = &parameters[*index];
        (parameter.place as usize, position(parameter))
    });
    let mut reserved: BTreeSet<String> = parameters
        .iter()
        .map(|parameter| parameter.argument.clone())
        .collect();
    let mut taken: BTreeMap<String, Option<In>> = BTreeMap::new();
    if has_body {
        reserved.insert(BODY.to_owned());
        taken.insert(BODY.to_owned(), None);
    }
    for index in order {
        let parameter = &mut parameters[index];
        let place = Some(parameter.place);
        let Some(holder) = taken.get(&parameter.argument) else {
            taken.insert(parameter.argument.clone(), place);
            continue;
        };
        let suffix = (*holder != place).then_some(parameter.place.name());
        let is_free = |name: &str| !reserved.contains(name);
        parameter.argument = names::distinct(&parameter.argument, suffix, is_free);
        reserved.insert(parameter.argument.clone());
    }
}
