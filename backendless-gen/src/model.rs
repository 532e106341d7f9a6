//! Model of the operations of a specification.
//!
//! The operation table, the mocks and the request builders are generated from it, because progenitor does not expose its
//! own model. It is read from the document before any rule changes it.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use crate::Error;
use crate::document::{At, Document, Node, Pointer};
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
    pub(crate) response: Response,
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

/// The request body of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) media: Media,
    /// The key of the media type in `content`.
    pub(crate) media_type: String,
    pub(crate) required: bool,
}

/// The media types of request bodies that the SDK can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Multipart,
    Octets,
    Form,
    Text,
}

/// The body of a success response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Response {
    /// JSON of this schema.
    Json(Box<Node>),
    /// Bytes of a media type other than JSON.
    Raw,
    Empty,
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
            request: request(at)?,
            response: response(at),
        })
    }

    /// The name of its constant in `operations.rs`.
    pub(crate) fn constant(&self) -> String {
        match self.function.trim_end_matches('_').to_uppercase().as_str() {
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

const REQUEST_TYPES: &str = "application/json, multipart/form-data, application/octet-stream, \
     application/x-www-form-urlencoded or text/plain";

/// The request body: JSON if the operation accepts it, otherwise the first media type that can be sent.
fn request(operation: &At<'_>) -> Result<Option<Request>, Error> {
    let Some(body) = operation.child("requestBody") else {
        return Ok(None);
    };
    let content = body
        .child("content")
        .map(|at| at.entries())
        .unwrap_or_default();
    if content.is_empty() {
        return Ok(None);
    }
    let mut known: Vec<(Media, &str)> = content
        .iter()
        .filter_map(|(name, _)| Some((media(name)?, *name)))
        .collect();
    known.sort_by_key(|(media, _)| *media != Media::Json);
    let Some((media, media_type)) = known.first() else {
        let names: Vec<String> = content
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let problem = format!("a request body of {} cannot be sent", names.join(", "));
        return Err(body.error(problem, REQUEST_TYPES));
    };
    Ok(Some(Request {
        media: *media,
        media_type: (*media_type).to_owned(),
        required: body.bool("required").unwrap_or(false),
    }))
}

fn media(name: &str) -> Option<Media> {
    match essence(name).as_str() {
        "application/json" => Some(Media::Json),
        "multipart/form-data" => Some(Media::Multipart),
        "application/octet-stream" => Some(Media::Octets),
        "application/x-www-form-urlencoded" => Some(Media::Form),
        "text/plain" => Some(Media::Text),
        _ => None,
    }
}

/// A media type without its parameters.
fn essence(name: &str) -> String {
    let essence = name.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The body type that covers all success responses of an operation:
///
/// - one JSON schema: that schema. If another success is empty, the schema becomes nullable, because an empty body is
///   decoded as `null`;
/// - several different JSON schemas: any JSON value, whose type the caller chooses;
/// - no JSON, but another media type: bytes;
/// - no content: empty.
fn response(operation: &At<'_>) -> Response {
    let mut schemas: Vec<Node> = Vec::new();
    let (mut raw, mut empty) = (false, false);
    for response in successes(operation) {
        let content = response
            .child("content")
            .map(|at| at.entries())
            .unwrap_or_default();
        match content.iter().find(|(name, _)| is_json(name)) {
            Some((_, media_type)) => schemas.push(schema_of(media_type)),
            None if content.is_empty() => empty = true,
            None => raw = true,
        }
    }
    schemas.dedup();
    match (schemas.as_slice(), raw) {
        ([schema], _) if empty => Response::Json(Box::new(nullable(schema))),
        ([schema], _) => Response::Json(Box::new(schema.clone())),
        ([first, ..], _) => Response::Json(Box::new(Node::new(first.place, open()))),
        ([], true) => Response::Raw,
        ([], false) => Response::Empty,
    }
}

/// The responses with a 2xx status, or `default` if there are none.
fn successes<'d>(operation: &At<'d>) -> Vec<At<'d>> {
    let responses = operation
        .child("responses")
        .map(|at| at.entries())
        .unwrap_or_default();
    let matching = |predicate: fn(&str) -> bool| -> Vec<At<'d>> {
        let found = responses.iter().filter(|(status, _)| predicate(status));
        found.map(|(_, at)| at.clone()).collect()
    };
    match matching(|status| status.starts_with('2')) {
        empty if empty.is_empty() => matching(|status| status == "default"),
        found => found,
    }
}

/// Whether a media type is `application/json` or has the suffix `+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// The schema of JSON content: any JSON value if it has none.
fn schema_of(media_type: &At<'_>) -> Node {
    let schema = media_type.node().get("schema").cloned();
    schema.unwrap_or_else(|| Node::new(media_type.node().place, open()))
}

/// The schema of any JSON value.
pub(crate) fn open() -> serde_json::Value {
    serde_json::json!({ "type": "object", "additionalProperties": true })
}

/// Returns the schema with `null` allowed. A `$ref` is wrapped in `allOf`, because keywords beside it are ignored.
fn nullable(schema: &Node) -> Node {
    let mut node = schema.clone();
    if node.get("$ref").is_some() {
        let mut wrapped = Node::new(schema.place, serde_json::json!({ "allOf": [] }));
        if let Some(list) = wrapped
            .mapping_mut()
            .and_then(|entries| entries.get_mut("allOf"))
        {
            list.data = crate::document::Data::Sequence(vec![node]);
        }
        node = wrapped;
    }
    node.set("nullable", true.into());
    node
}
