//! Model of the operations of a specification.
//!
//! The operation table, the mocks and the request builders are generated from it, because progenitor does not expose its
//! own model. It is read from the document before any rule changes it.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use crate::Error;
use crate::bodies::{self, Alternative};
pub(crate) use crate::bodies::{Media, Request, Response, open};
use crate::document::{At, Document, Pointer};
use crate::extensions::{self, Extensions};
use crate::inline::{operations, path_items};
use crate::live;
use crate::names;
use crate::template::Template;

/// All operations, in the order of the specification.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// The operationId.
    pub(crate) id: String,
    /// The name of its function in `raw.rs`.
    pub(crate) function: String,
    /// The path of the operation in the document.
    pub(crate) pointer: Pointer,
    /// The first tag.
    pub(crate) service: String,
    /// In upper case, such as `GET`.
    pub(crate) method: String,
    pub(crate) template: Template,
    /// The path of the live service, if it differs: the extension `x-live-path`.
    pub(crate) live_template: Option<Template>,
    pub(crate) summary: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) session: Session,
    pub(crate) extensions: Extensions,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request: Option<Request>,
    /// The other media types of the request, each of which has a function of its own.
    pub(crate) alternatives: Vec<Alternative>,
    /// The operation that this one sends with another media type: its function.
    pub(crate) variant_of: Option<String>,
    pub(crate) response: Response,
    /// The media types of the response, if the request asks for others than JSON.
    pub(crate) accept: Option<String>,
}

/// The file that declares an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Document,
    Overlay,
}

/// How an operation uses the session of the user token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Session {
    /// The operation does not require a user token.
    None,
    /// The operation sends the user token.
    Uses,
    /// The operation sends the user token, and success ends its session.
    Ends,
}

/// One parameter of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// The name of the argument in `raw.rs` and of the method in `mock.rs`.
    pub(crate) argument: String,
    pub(crate) place: In,
    pub(crate) scalar: Scalar,
    /// Whether the value is a list of scalars.
    pub(crate) list: bool,
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

/// The type of a parameter, or of the items of a list parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Text,
    Integer,
    Number,
    Boolean,
}

impl Model {
    /// Reads the operations of a valid, inlined document.
    pub(crate) fn read(document: &Document) -> Result<Self, Error> {
        let mut found = Vec::new();
        for item in path_items(document) {
            let mut of_path = Vec::new();
            for (method, at) in operations(&item) {
                of_path.push(Operation::read(document, &item, method, &at)?);
            }
            share_multi_segment(&mut of_path);
            found.extend(of_path);
        }
        Ok(Self { operations: found })
    }

    pub(crate) fn by_function(&self, function: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.function == function)
    }
}

impl Operation {
    fn read(document: &Document, item: &At<'_>, method: &str, at: &At<'_>) -> Result<Self, Error> {
        let id = at.str("operationId").unwrap_or_default();
        let path = item.pointer().keys().last().unwrap_or_default();
        let tag = at
            .child("tags")
            .and_then(|tags| tags.items().first().and_then(|tag| tag.node().str()));
        let method = method.to_ascii_uppercase();
        let extensions = Extensions::read(at, &method)?;
        let template = Template::parse(path)
            .map_err(|problem| item.error(problem, "a path like /data/{table-name}"))?;
        let (request, alternatives) = bodies::requests(at)?;
        let (response, accept) = bodies::response(at);
        Ok(Self {
            id: id.to_owned(),
            function: names::function(id),
            pointer: at.pointer().clone(),
            service: tag.unwrap_or("Default").to_owned(),
            live_template: live::template(at, &template)?,
            template,
            summary: at.str("summary").map(str::to_owned),
            origin: match at.is_from_overlay() {
                true => Origin::Overlay,
                false => Origin::Document,
            },
            session: match requires_user_token(document, at) {
                true if extensions.ends_session => Session::Ends,
                true => Session::Uses,
                false => Session::None,
            },
            extensions,
            method,
            parameters: parameters(at)?,
            request,
            alternatives,
            variant_of: None,
            response,
            accept,
        })
    }

    /// The name of its constant in `operations.rs`.
    pub(crate) fn constant(&self) -> String {
        let function = self.variant_of.as_ref().unwrap_or(&self.function);
        match function.trim_end_matches('_').to_uppercase().as_str() {
            "ALL" => "ALL_".to_owned(),
            name => name.to_owned(),
        }
    }

    /// The name of its types in `mock.rs`, without their suffix.
    pub(crate) fn type_name(&self) -> String {
        let name = self.function.to_upper_camel_case();
        // Camel case drops the `_` of a function name whose first letter would be a digit.
        match name.starts_with(char::is_alphabetic) {
            true => name,
            false => format!("Operation{name}"),
        }
    }

    /// Whether the value of this path parameter is itself a path.
    pub(crate) fn is_multi_segment(&self, parameter: &str) -> bool {
        self.parameters_in(In::Path)
            .any(|own| own.name == parameter && own.multi_segment)
    }

    pub(crate) fn parameters_in(&self, place: In) -> impl Iterator<Item = &Parameter> {
        self.parameters
            .iter()
            .filter(move |parameter| parameter.place == place)
    }
}

/// Gives a multi-segment parameter to all methods of its path: they address the same resource.
fn share_multi_segment(of_path: &mut [Operation]) {
    let parameters = of_path.iter().flat_map(|one| one.parameters_in(In::Path));
    let multi_segment: BTreeSet<String> = parameters
        .filter(|parameter| parameter.multi_segment)
        .map(|parameter| parameter.name.clone())
        .collect();
    for parameter in of_path.iter_mut().flat_map(|one| &mut one.parameters) {
        parameter.multi_segment |=
            parameter.place == In::Path && multi_segment.contains(&parameter.name);
    }
}

/// Whether each `security` alternative of an operation requires a scheme. Every scheme counts as the user token.
fn requires_user_token(document: &Document, operation: &At<'_>) -> bool {
    let security = operation
        .child("security")
        .or_else(|| document.at(&Pointer::of(["security"])));
    let alternatives = security.map(|at| at.items()).unwrap_or_default();
    !alternatives.is_empty() && alternatives.iter().all(|at| !at.entries().is_empty())
}

fn parameters(operation: &At<'_>) -> Result<Vec<Parameter>, Error> {
    let mut found = Vec::new();
    for at in operation
        .child("parameters")
        .map(|at| at.items())
        .unwrap_or_default()
    {
        let place = match at.str("in") {
            Some("path") => In::Path,
            Some("query") => In::Query,
            Some("header") => In::Header,
            _ => {
                return Err(at.error(
                    "the `in` of this parameter is missing or unknown",
                    "`in: query`, `header` or `path`",
                ));
            }
        };
        let name = at.str("name").unwrap_or_default();
        let (scalar, list) = scalar(&at, place)?;
        found.push(Parameter {
            name: name.to_owned(),
            argument: names::function(name),
            place,
            scalar,
            list,
            multi_segment: extensions::multi_segment(&at)?,
            live_name: live::name(operation, &at)?,
        });
    }
    Ok(found)
}

/// The type of a parameter, and whether it is a list. Accepts only types with an unambiguous text form in a URL or a header.
fn scalar(parameter: &At<'_>, place: In) -> Result<(Scalar, bool), Error> {
    let help = match place {
        In::Query => {
            "a schema of type string, integer, number or boolean, or an array of one of them"
        }
        In::Path | In::Header => {
            "a schema of type string, integer, number or boolean that is not nullable"
        }
    };
    let schema = parameter
        .child("schema")
        .ok_or_else(|| parameter.error("this parameter has no schema", help))?;
    let schema = schema.resolved("schemas")?;
    let invalid =
        |at: &At<'_>| at.error("a value of this type cannot be sent as a parameter", help);
    if place != In::Query && schema.bool("nullable") == Some(true) {
        return Err(invalid(&schema));
    }
    let plain = |at: &At<'_>| match at.str("type") {
        Some("string") => Some(Scalar::Text),
        Some("integer") => Some(Scalar::Integer),
        Some("number") => Some(Scalar::Number),
        Some("boolean") => Some(Scalar::Boolean),
        _ => None,
    };
    if let Some(scalar) = plain(&schema) {
        return Ok((scalar, false));
    }
    if place == In::Query && schema.str("type") == Some("array") {
        let items = schema
            .child("items")
            .ok_or_else(|| invalid(&schema))?
            .resolved("schemas")?;
        return plain(&items)
            .map(|scalar| (scalar, true))
            .ok_or_else(|| invalid(&items));
    }
    Err(invalid(&schema))
}
