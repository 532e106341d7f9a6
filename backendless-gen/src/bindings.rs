//! Runs progenitor.
//!
//! progenitor and typify panic on some schemas. [`generate`] returns such a panic as an error, with the place of the
//! operation or schema that causes it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use syn::parse_quote;

use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use crate::rules::{OPEN_BODY, OPEN_VALUE};
use crate::validate;

/// The code that progenitor generates from `document`, with the lints allowed that it violates.
pub(crate) fn generate(model: &Model, document: &Document) -> Result<syn::File, Error> {
    let tokens = run(document).map_err(|what| locate(model, document, &what))?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|error| {
        Error::new(format!(
            "progenitor generated code that does not parse: {error}"
        ))
    })?;
    // progenitor decides style and names. Most functions are unused unless the feature `raw` exports them.
    file.attrs.push(parse_quote!(#![allow(
        clippy::all,
        dead_code,
        missing_debug_implementations,
        missing_docs,
        rustdoc::all,
        unreachable_pub
    )]));
    Ok(file)
}

/// Runs progenitor on `document`. Fails with the message of its error or panic.
fn run(document: &Document) -> Result<proc_macro2::TokenStream, String> {
    let specification = validate::structure(document).map_err(|error| error.to_string())?;
    let mut generator = Generator::new(&settings());
    match caught(|| generator.generate_tokens(&specification)) {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic),
    }
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_replacement(OPEN_BODY, "B", [].into_iter())
        .with_replacement(OPEN_VALUE, "T", [].into_iter());
    settings
}

/// An error with the place of the operation or schema that progenitor fails on.
///
/// progenitor's messages rarely contain a place. Therefore each part is removed in turn; if progenitor succeeds without it,
/// that part is the cause. The error has no place if no single part is.
fn locate(model: &Model, document: &Document, what: &str) -> Error {
    const VALID: &str =
        "another way to express this; see the limits listed in backendless-gen/src/rules";
    let schemas = Pointer::of(["components", "schemas"]);
    let schemas = document
        .at(&schemas)
        .map(|at| at.entries())
        .unwrap_or_default();
    let suspects = model
        .operations
        .iter()
        .map(|operation| operation.pointer.clone());
    let suspects = suspects.chain(schemas.iter().map(|(_, at)| at.pointer().clone()));
    for suspect in suspects {
        let mut rest = document.clone();
        remove(&mut rest, &suspect);
        if run(&rest).is_ok() {
            let what = format!("progenitor cannot express this: {what}");
            return document.error_near(&suspect, what, VALID);
        }
    }
    document.error_near(
        &Pointer::default(),
        format!("progenitor cannot express this specification: {what}"),
        VALID,
    )
}

/// Removes an operation. A schema is replaced by an empty one, because others may refer to it.
fn remove(document: &mut Document, suspect: &Pointer) {
    let is_schema = suspect.keys().next() == Some("components");
    if is_schema {
        if let Some(schema) = document.node_mut(suspect) {
            schema.replace(serde_json::json!({ "type": "object" }));
        }
        return;
    }
    let method = suspect.keys().last().unwrap_or_default().to_owned();
    if let Some(item) = document.node_mut(&suspect.parent()) {
        Node::remove(item, &method);
    }
}

/// Serializes changes of the panic hook, which is global to the process.
static PANIC_HOOK: Mutex<()> = Mutex::new(());

/// Runs `work`. Fails with the message of a panic, which is not printed.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let _guard = PANIC_HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        // Some messages contain a whole schema after the first line.
        let text = text.and_then(|text| text.lines().next().map(str::to_owned));
        text.unwrap_or_else(|| "a panic without a message".to_owned())
    })
}
