//! From a specification to the texts of the generated files.

use crate::bindings;
use crate::docs;
use crate::document::Document;
use crate::error::Error;
use crate::functions;
use crate::inline;
use crate::mock;
use crate::model::Model;
use crate::normalize::normalize;
use crate::operations;
use crate::overlay::{self, Outdated};
use crate::render::{self, Header};
use crate::review;
use crate::rules::{self, Applied};
use crate::source::Source;
use crate::stack::with_large_stack;
use crate::types;
use crate::validate;
use crate::variants;

/// The generated files of one specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The files.
    pub files: Vec<GeneratedFile>,
    /// What the rules changed: a line per rule, and below it one per place.
    pub report: String,
    /// What is generated in another way than the document expresses it, then the operations whose idempotency is not
    /// reviewed, each with its place and what to do.
    pub warnings: Vec<String>,
}

/// One generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Its name in the folder of generated files.
    pub name: &'static str,
    /// Its content.
    pub text: String,
}

/// Generates all files in memory. `lock` is the text of Cargo.lock, whose versions the headers name.
///
/// # Errors
///
/// If the specification is invalid or cannot be expressed. The message names the place and what would be valid there.
pub fn generate(source: &Source, lock: &str) -> Result<Output, Error> {
    with_large_stack(|| output(source, lock))
}

fn output(source: &Source, lock: &str) -> Result<Output, Error> {
    let header = Header::new(source, lock)?;
    let (model, document) = read(source)?;
    validate::consistency(&document, &model)?;
    let (raw, applied) = raw(&model, &document)?;
    rules::check(&applied)?;
    let operations = operations::generate(&model)?;
    let mock = mock::generate(&model)?;
    let files = [
        ("raw.rs", RAW, raw),
        ("operations.rs", OPERATIONS, operations),
        ("mock.rs", MOCK, mock),
    ];
    let files = files.map(|(name, about, file)| GeneratedFile {
        name,
        text: render::file(&header, about, &file),
    });
    Ok(Output {
        files: files.into(),
        report: rules::report(&applied),
        warnings: [document.notes(), &review::warnings(&model, &document)].concat(),
    })
}

/// The document with all overlays applied, as JSON. The order of its keys is that of the files.
///
/// # Errors
///
/// If the document or an overlay is invalid, or an overlay does not apply.
pub fn merged(source: &Source) -> Result<String, Error> {
    let document = merge(source, Outdated::Reject)?;
    validate::document(&normalize(&document)?)?;
    let root = document.root();
    let text = serde_json::to_string_pretty(root.node());
    text.map(|text| text + "\n")
        .map_err(|error| root.error(error.to_string(), "a document that JSON can represent"))
}

/// Reads and validates a specification.
pub(crate) fn read(source: &Source) -> Result<(Model, Document), Error> {
    model(&merge(source, Outdated::Reject)?)
}

/// Reads a specification that the overlays may not have been written for. Actions that do not apply are skipped.
pub(crate) fn read_for_comparison(source: &Source) -> Result<(Model, Document), Error> {
    model(&merge(source, Outdated::Skip)?)
}

/// The document with all overlays applied.
pub(crate) fn merged_document(source: &Source) -> Result<Document, Error> {
    merge(source, Outdated::Reject)
}

fn merge(source: &Source, outdated: Outdated) -> Result<Document, Error> {
    let mut document = Document::parse(&source.name, &source.text)?;
    overlay::apply(&mut document, &source.overlays, outdated)?;
    Ok(document)
}

/// Normalizes and validates a document, and reads its operations.
pub(crate) fn model(document: &Document) -> Result<(Model, Document), Error> {
    let document = normalize(document)?;
    validate::document(&document)?;
    let document = inline::inline(&document)?;
    let model = Model::read(&document)?;
    validate::model(&document, &model)?;
    Ok((model, document))
}

/// The request builders, and what the rules changed for them.
pub(crate) fn raw(model: &Model, document: &Document) -> Result<(syn::File, Applied), Error> {
    let (model, mut lowered) = variants::split(model, document);
    let mut applied = rules::apply(&model, &mut lowered)?;
    let (mut file, opened) = bindings::generate(&model, &mut lowered)?;
    rules::add_opened(&mut applied, opened);
    functions::apply(&model, &lowered, &mut file)?;
    types::apply(&lowered, &mut file)?;
    variants::correct_docs(&model, &mut file);
    docs::apply(&mut file);
    Ok((file, applied))
}

const RAW: &str = "Request builders: one function per operation, which does no I/O.";
const OPERATIONS: &str = "The operations of the API, one constant each.";
const MOCK: &str =
    "Typed mocks: per operation a request matcher (`..When`) and a response (`..Then`).";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::read;
    use crate::extensions::Idempotency;
    use crate::model::Operation;
    use crate::source::Source;

    fn operations() -> Vec<Operation> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let (model, _) = read(&Source::working_copy(root).unwrap()).unwrap();
        model.operations
    }

    fn ids(wanted: fn(&Operation) -> bool) -> Vec<String> {
        let operations = operations().into_iter();
        let mut ids: Vec<String> = operations
            .filter(wanted)
            .map(|operation| operation.id)
            .collect();
        ids.sort();
        ids
    }

    #[test]
    fn every_operation_has_reviewed_idempotency() {
        let unreviewed = ids(|operation| operation.extensions.idempotency_reason.is_none());
        assert_eq!(unreviewed, [""; 0]);
    }

    #[test]
    fn the_operations_that_must_not_be_sent_twice_are_these() {
        assert_eq!(
            ids(|operation| operation.extensions.idempotency == Idempotency::NotIdempotent),
            [
                "appendBinary",
                "appendFromUrl",
                "appendText",
                "compareAndSetCounter",
                "copyFile",
                "createDirectory",
                "createEmailConfirmationUrl",
                "createObject",
                "createObjects",
                "decrementAndGet",
                "deepSaveObject",
                "deleteFromCloudCodeService",
                "deleteObjects",
                "dispatchEvent",
                "executeTransaction",
                "getAndDecrement",
                "getAndIncrement",
                "getAndIncrementBy",
                "getAuthorizationUrl",
                "getFromCloudCodeService",
                "incrementAndGet",
                "incrementByAndGet",
                "invokeCloudCodeService",
                "loginAsGuest",
                "moveFile",
                "pollMessages",
                "publishMessage",
                "pushWithTemplate",
                "putToCloudCodeService",
                "registerDevice",
                "registerUser",
                "renameFile",
                "resendEmailConfirmation",
                "restorePassword",
                "saveGeoPoint",
                "sendEmail",
                "sendEmailFromTemplate",
                "subscribe",
                "updateObjects",
                "upsertObject",
                "upsertObjects",
                "writeLog",
            ]
        );
        let conditional = |operation: &Operation| {
            matches!(
                operation.extensions.idempotency,
                Idempotency::IdempotentWhen { .. }
            )
        };
        assert_eq!(ids(conditional), ["saveFile", "uploadFile"]);
    }

    #[test]
    fn an_operation_without_reviewed_idempotency_is_safe_only_by_its_method() {
        let methods = [
            "get", "head", "options", "trace", "put", "post", "patch", "delete",
        ];
        let operations: Vec<String> = methods
            .iter()
            .map(|method| format!("    {method}: {{operationId: {method}It, responses: {{}}}}\n"))
            .collect();
        let text = format!(
            "openapi: 3.0.1\ninfo: {{title: T, version: '1'}}\npaths:\n  /it:\n{}",
            operations.concat()
        );
        let (model, _) = read(&Source::new("spec.yaml", text)).unwrap();
        let safe: Vec<&str> = model
            .operations
            .iter()
            .filter(|operation| operation.extensions.idempotency == Idempotency::Safe)
            .map(|operation| operation.id.as_str())
            .collect();
        assert_eq!(safe, ["getIt", "headIt", "optionsIt", "traceIt"]);
        let others = model.operations.len() - safe.len();
        let not_idempotent = model
            .operations
            .iter()
            .filter(|operation| operation.extensions.idempotency == Idempotency::NotIdempotent);
        assert_eq!(not_idempotent.count(), others);
    }
}
