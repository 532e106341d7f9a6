//! progenitor, and the fence around it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use syn::parse_quote;

use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use crate::rules::{OPEN_BODY, OPEN_VALUE};
use crate::validate;

/// The bindings as progenitor makes them, with the lints that its style asks for.
pub(crate) fn generate(model: &Model, document: &Document) -> Result<syn::File, Error> {
    let tokens = run(document).map_err(|what| blame(model, document, &what))?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|error| {
        Error::new(format!("progenitor made code that does not parse: {error}"))
    })?;
    // The file is progenitor's in style and names, and most of it is unused unless the feature `raw` shows it.
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

/// progenitor on `document`; a refusal or a panic becomes its text.
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

/// An error at the operation or the schema without which progenitor would have been content, if one alone is to blame.
///
/// progenitor says what it stumbled over, hardly ever where. Leaving parts out one at a time finds the place.
fn blame(model: &Model, document: &Document, what: &str) -> Error {
    const VALID: &str =
        "another way to say this; see the limits listed in backendless-gen/src/rules";
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
        leave_out(&mut rest, &suspect);
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

/// An operation goes; a schema that others may refer to becomes an empty one.
fn leave_out(document: &mut Document, suspect: &Pointer) {
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

/// The panic hook belongs to the process: only one may silence it at a time.
static SILENCE: Mutex<()> = Mutex::new(());

/// Runs `work`; a panic becomes its text, and nothing is printed.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let _alone = SILENCE.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.map_err(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        // Some panics print the schema they stumbled over, which takes pages.
        let text = text.and_then(|text| text.lines().next().map(str::to_owned));
        text.unwrap_or_else(|| "a panic without a message".to_owned())
    })
}
