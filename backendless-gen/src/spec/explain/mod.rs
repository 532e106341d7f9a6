//! The metadata of operations, with the reasons.

mod show;

use std::collections::BTreeSet;

use crate::document::{At, Document, Pointer};
use crate::generate::read;
use crate::model::{Model, Operation, Origin, Response, Session};
use crate::rules::{self, Applied, schemas};
use crate::source::Source;
use crate::spec::Wrappers;
use crate::spec::text::{kind, unknown_operation};
use crate::{Error, reserved};

/// The operations of a specification, explained.
#[derive(Debug)]
pub struct Explanation {
    operations: Vec<Explained>,
}

/// The metadata of one operation.
#[derive(Debug)]
struct Explained {
    id: String,
    summary: Option<String>,
    service: String,
    method: String,
    path: String,
    place: String,
    origin: &'static str,
    session: &'static str,
    auth: String,
    idempotency: String,
    reason: String,
    body: String,
    response: String,
    parameters: Vec<ExplainedParameter>,
    notes: Vec<String>,
    rules: Vec<ExplainedRule>,
    function: String,
    calls: BTreeSet<String>,
    methods: BTreeSet<String>,
}

#[derive(Debug)]
struct ExplainedParameter {
    place: String,
    name: String,
    kind: String,
    required: bool,
    about: Option<String>,
    multi_segment: bool,
    reserved: BTreeSet<String>,
}

/// The places that a rule changed and that belong to the operation.
#[derive(Debug)]
struct ExplainedRule {
    id: &'static str,
    why: &'static str,
    touched: Vec<String>,
}

impl Explanation {
    /// Explains the operations of a specification.
    ///
    /// # Errors
    ///
    /// If the specification is invalid.
    pub fn of(source: &Source, wrappers: &Wrappers) -> Result<Self, Error> {
        let (model, document) = read(source)?;
        let applied = rules::apply(&model, &mut document.clone())?;
        let subject = Subject {
            model: &model,
            document: &document,
            applied: &applied,
            wrappers,
        };
        let operations = model
            .operations
            .iter()
            .map(|operation| subject.explain(operation));
        Ok(Self {
            operations: operations.collect::<Result<_, _>>()?,
        })
    }

    fn find(&self, id: &str) -> Result<&Explained, Error> {
        let found = self.operations.iter().find(|operation| operation.id == id);
        let known = self.operations.iter().map(|one| one.id.as_str());
        found.ok_or_else(|| unknown_operation(id, known))
    }
}

struct Subject<'s> {
    model: &'s Model,
    document: &'s Document,
    applied: &'s Applied,
    wrappers: &'s Wrappers,
}

impl Subject<'_> {
    fn explain(&self, operation: &Operation) -> Result<Explained, Error> {
        let at = self.document.at(&operation.pointer);
        let at = at.unwrap_or_else(|| self.document.root());
        let calls = self.wrappers.calls(&operation.function).into_iter();
        let mut notes: Vec<String> = reserved::of(self.model, operation)
            .notes
            .into_iter()
            .collect();
        if let Some(note) = &operation.extensions.open_json {
            notes.push(format!(
                "The SDK reads and writes its JSON with its own types: {} ({}).",
                note.text, note.place
            ));
        }
        Ok(Explained {
            id: operation.id.clone(),
            summary: operation.summary.clone(),
            service: operation.service.clone(),
            method: operation.method.clone(),
            path: operation.template.to_string(),
            place: at.place(),
            origin: match operation.origin {
                Origin::Document => "the document",
                Origin::Overlay => "an overlay",
            },
            session: match operation.session {
                Session::None => "none",
                Session::Uses => "uses",
                Session::Ends => "ends",
            },
            auth: self.auth(operation, &at),
            idempotency: operation.extensions.idempotency.to_string(),
            reason: reason(operation),
            body: body(operation, &at)?,
            response: response(operation),
            parameters: self.parameters(operation, &at)?,
            notes,
            rules: self.rules(operation, at),
            function: operation.function.clone(),
            calls: calls.map(|call| call.to_string()).collect(),
            methods: self.wrappers.methods(&operation.function),
        })
    }

    fn auth(&self, operation: &Operation, at: &At<'_>) -> String {
        let own = at.child("security");
        let owner = match (&own, self.document.root().child("security")) {
            (Some(_), _) => "its own `security`",
            (None, Some(_)) => "the `security` of the document",
            (None, None) => "no `security` anywhere",
        };
        match operation.session {
            Session::None => format!("none, by {owner}"),
            Session::Uses | Session::Ends => format!("the user token, by {owner}"),
        }
    }

    fn parameters(
        &self,
        operation: &Operation,
        at: &At<'_>,
    ) -> Result<Vec<ExplainedParameter>, Error> {
        let mut values = reserved::of(self.model, operation).values;
        let items = at.items_of("parameters");
        let explain = |at: At<'_>| -> Result<ExplainedParameter, Error> {
            let name = at.str("name").unwrap_or_default();
            let kind = at.child("schema").map(|schema| kind(&schema));
            Ok(ExplainedParameter {
                place: at.str("in").unwrap_or_default().to_owned(),
                kind: kind.transpose()?.unwrap_or_default(),
                required: at.bool("required") == Some(true),
                about: at.str("description").map(one_line),
                multi_segment: operation.is_multi_segment(name),
                reserved: values.remove(name).unwrap_or_default(),
                name: name.to_owned(),
            })
        };
        items.into_iter().map(explain).collect()
    }

    /// The rules that changed the operation or a component that it uses.
    fn rules(&self, operation: &Operation, at: At<'_>) -> Vec<ExplainedRule> {
        let mut own = vec![operation.pointer.clone()];
        own.extend(components(self.document, at));
        let belongs = |pointer: &&Pointer| own.iter().any(|own| pointer.is_below(own));
        let mut found = Vec::new();
        for (rule, touched) in self.applied {
            let touched = touched.iter().filter(belongs);
            let touched: Vec<String> = touched.map(Pointer::to_string).collect();
            if !touched.is_empty() {
                found.push(ExplainedRule {
                    id: rule.id,
                    why: rule.why,
                    touched,
                });
            }
        }
        found
    }
}

/// The components that are reachable from the schemas of an operation.
fn components(document: &Document, operation: At<'_>) -> BTreeSet<Pointer> {
    let mut roots = Vec::new();
    let mut open = vec![operation];
    while let Some(at) = open.pop() {
        roots.extend(at.child("schema"));
        open.extend(at.items());
        open.extend(at.entries().into_iter().map(|(_, child)| child));
    }
    let reached = schemas::reachable(document, roots);
    let names = reached
        .iter()
        .filter_map(|at| schemas::component(at.node()));
    names
        .map(|name| Pointer::of(["components", "schemas", name]))
        .collect()
}

/// Why its idempotency is what it is, and where that was read.
fn reason(operation: &Operation) -> String {
    match &operation.extensions.idempotency_reason {
        Some(note) => format!("{} ({})", note.text, note.place),
        None => format!("not reviewed, and the method is {}", operation.method),
    }
}

fn body(operation: &Operation, at: &At<'_>) -> Result<String, Error> {
    let Some(request) = &operation.request else {
        return Ok("none".to_owned());
    };
    let keys = ["requestBody", "content", &request.media_type, "schema"];
    let kind = match at.below(&keys) {
        Some(schema) => named(&schema)?,
        None => "anything".to_owned(),
    };
    let presence = if request.required {
        "required"
    } else {
        "optional"
    };
    Ok(format!("{}: {kind}, {presence}", request.media_type))
}

fn named(schema: &At<'_>) -> Result<String, Error> {
    match schemas::component(schema.node()) {
        Some(name) => Ok(name.to_owned()),
        None => kind(schema),
    }
}

fn response(operation: &Operation) -> String {
    match &operation.response {
        Response::Json(schema) => {
            let items = schema.get("items").and_then(schemas::component);
            let kind = schema.get("type").and_then(|kind| kind.str());
            match (schemas::component(schema), kind, items) {
                (Some(name), ..) => format!("JSON: {name}"),
                (_, Some("array"), Some(item)) => format!("JSON: array of {item}"),
                (_, Some(kind), _) => format!("JSON: {kind}"),
                _ => "JSON".to_owned(),
            }
        }
        Response::Text => "text".to_owned(),
        Response::Raw => "bytes".to_owned(),
        Response::Empty => "nothing".to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
