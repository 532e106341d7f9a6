//! Model of the operations of a specification.
//!
//! The operation table, the mocks and the request builders are generated from it, because progenitor does not expose its
//! own model. It is read from the document before any rule changes it.

use std::collections::BTreeSet;

use crate::Error;
use crate::bodies::{self, Alternative};
pub(crate) use crate::bodies::{Media, Request, Response, open};
use crate::document::{At, Document, Pointer};
use crate::extensions::Extensions;
use crate::inline::{operations, path_items};
use crate::live;
use crate::names;
use crate::parameters::{self, In, Parameter};
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
        give_distinct_names(&mut found);
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
        let (response, accept) = match (method.as_str(), bodies::response(at)) {
            // A response to HEAD has no body; its content describes the headers of the one to GET.
            ("HEAD", (_, accept)) => (Response::Empty, accept),
            (_, found) => found,
        };
        Ok(Self {
            id: id.to_owned(),
            function: names::function(id),
            pointer: at.pointer().clone(),
            service: tag.unwrap_or("Default").to_owned(),
            live_template: live::template(at, &template)?,
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
            parameters: parameters::read(at, &template)?,
            request,
            alternatives,
            variant_of: None,
            response,
            accept,
            template,
        })
    }

    /// The name of its constant in `operations.rs`.
    pub(crate) fn constant(&self) -> String {
        names::constant(self.variant_of.as_ref().unwrap_or(&self.function))
    }

    /// The name of its types in `mock.rs`, without their suffix.
    pub(crate) fn type_name(&self) -> String {
        names::type_name(&self.function)
    }

    /// Whether its function has another name than the operationId alone would give it.
    pub(crate) fn is_renamed(&self) -> bool {
        self.function != names::function(&self.id)
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

/// Renames functions that have the name of another function, or whose constant or types of the mock have.
///
/// Names that differ as functions can be equal as types: `list_users1` and `list_users_1` are both `ListUsers1`.
fn give_distinct_names(operations: &mut [Operation]) {
    let items = |function: &str| {
        [
            (0, function.to_owned()),
            (1, names::constant(function)),
            (2, names::type_name(function)),
        ]
    };
    let functions = operations
        .iter()
        .map(|operation| operation.function.as_str());
    let mut reserved: BTreeSet<(usize, String)> = functions.flat_map(items).collect();
    let mut taken: BTreeSet<(usize, String)> = BTreeSet::new();
    for operation in operations {
        let wanted = items(&operation.function);
        if wanted.iter().any(|item| taken.contains(item)) {
            let is_free = |name: &str| !items(name).iter().any(|item| reserved.contains(item));
            operation.function = names::distinct(&operation.function, None, is_free);
            reserved.extend(items(&operation.function));
        } else {
            taken.extend(wanted);
        }
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
