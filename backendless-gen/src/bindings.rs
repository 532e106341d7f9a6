//! Runs progenitor.
//!
//! progenitor and typify panic on some schemas. [`generate`] finds the component that causes a panic or an error, and
//! replaces it by any JSON value. If an operation itself is the cause, it returns an error with the place of the operation.

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use syn::parse_quote;

use crate::Error;
use crate::document::{Document, Node, Pointer};
use crate::model::Model;
use crate::rules::{self, OPEN_BODY, OPEN_VALUE};
use crate::validate;

/// The max number of components that are opened because progenitor rejects them.
const MAX_OPENED: usize = 30;

/// The code that progenitor generates from `document`, with the lints allowed that it violates, and the components that
/// were replaced by any JSON value because progenitor rejects them.
pub(crate) fn generate(
    model: &Model,
    document: &mut Document,
) -> Result<(syn::File, Vec<Pointer>), Error> {
    let mut opened = Vec::new();
    let tokens = loop {
        let problem = match run(document) {
            Ok(tokens) => break tokens,
            Err(problem) => problem,
        };
        let component = locate(model, document, &problem)?;
        if opened.len() >= MAX_OPENED || opened.contains(&component) {
            return Err(rejection(document, &component, &problem));
        }
        open(document, &component);
        opened.push(component);
    };
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
    Ok((file, opened))
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

/// The component that progenitor fails on. Fails with the place of the operation if it is no component.
///
/// progenitor's messages rarely contain a place. Therefore it runs on parts of the document.
fn locate(model: &Model, document: &Document, problem: &str) -> Result<Pointer, Error> {
    let operations = model.operations.iter().map(|one| one.pointer.clone());
    let operations: Vec<Pointer> = operations.collect();
    let cause = bisect(operations.clone(), |part| {
        run(&with_operations(model, document, &operations, part)).is_err()
    });
    let reduced = with_operations(model, document, &operations, &cause);
    let components = reduced.components("schemas");
    let components: Vec<Pointer> = components
        .iter()
        .filter(|(name, _)| ![OPEN_BODY, OPEN_VALUE].contains(name))
        .map(|(_, at)| at.pointer().clone())
        .collect();
    let succeeds_without = |part: &[Pointer]| {
        let mut rest = reduced.clone();
        for component in part {
            open(&mut rest, component);
        }
        run(&rest).is_ok()
    };
    if components.is_empty() || !succeeds_without(&components) {
        let [place] = cause.as_slice() else {
            return Err(rejection(document, &Pointer::default(), problem));
        };
        return Err(rejection(document, place, problem));
    }
    let found = bisect(components, succeeds_without);
    match found.as_slice() {
        [component] => Ok(component.clone()),
        // Several components cause it together. Without the first of them, the others are found next.
        [first, ..] => Ok(first.clone()),
        [] => Err(rejection(document, &Pointer::default(), problem)),
    }
}

/// Halves `suspects` as long as `holds` for one of the halves. It holds for all of them.
fn bisect<T: Clone>(mut suspects: Vec<T>, holds: impl Fn(&[T]) -> bool) -> Vec<T> {
    while suspects.len() > 1 {
        let (first, second) = suspects.split_at(suspects.len() / 2);
        suspects = match () {
            () if holds(first) => first.to_vec(),
            () if holds(second) => second.to_vec(),
            () => break,
        };
    }
    suspects
}

/// The document with only some of its operations, and the components that they use.
fn with_operations(
    model: &Model,
    document: &Document,
    all: &[Pointer],
    kept: &[Pointer],
) -> Document {
    let kept: HashSet<&Pointer> = kept.iter().collect();
    let mut part = document.clone();
    for pointer in all.iter().filter(|pointer| !kept.contains(pointer)) {
        let method = pointer.keys().last().unwrap_or_default().to_owned();
        if let Some(item) = part.node_mut(&pointer.parent()) {
            Node::remove(item, &method);
        }
    }
    rules::remove_unused(model, &mut part);
    part
}

/// Replaces a component by any JSON value.
fn open(document: &mut Document, component: &Pointer) {
    if let Some(schema) = document.node_mut(component) {
        schema.replace(serde_json::json!({}));
    }
}

fn rejection(document: &Document, place: &Pointer, problem: &str) -> Error {
    document.error_near(
        place,
        format!("progenitor cannot express this: {problem}"),
        "another way to express this; see the limits listed in backendless-gen/src/rules",
    )
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{bisect, generate};
    use crate::document::Pointer;
    use crate::generate::read;
    use crate::source::Source;

    #[test]
    fn component_that_progenitor_rejects_becomes_any_value() {
        let operations: String = (0..20)
            .map(|index| {
                format!(
                    "  /{index}: {{get: {{operationId: read{index}, responses: {{'200': {{description: a, content: \
                     {{application/json: {{schema: {{$ref: '#/components/schemas/S{}'}}}}}}}}}}}}}}\n",
                    index % 4
                )
            })
            .collect();
        let spec = format!(
            "openapi: 3.0.1\ninfo: {{title: T, version: '1'}}\npaths:\n{operations}components:\n  schemas:\n    \
             S0: {{type: string}}\n    S1: {{type: integer}}\n    S2: {{type: boolean}}\n    \
             S3: {{oneOf: [{{type: string}}], anyOf: [{{type: string}}]}}\n"
        );
        // Without the rules, which prevent this shape.
        let (model, mut document) = read(&Source::new("spec.yaml", spec)).unwrap();
        let (_, opened) = generate(&model, &mut document).unwrap();
        assert_eq!(opened, [Pointer::of(["components", "schemas", "S3"])]);
    }

    #[test]
    fn cause_among_1000_suspects_is_found_with_at_most_20_runs() {
        let runs = Cell::new(0);
        let found = bisect((0..1000).collect(), |part| {
            runs.set(runs.get() + 1);
            part.contains(&617)
        });
        assert_eq!(found, [617]);
        assert!(runs.get() <= 20, "{} runs", runs.get());
    }

    #[test]
    fn suspects_that_fail_together_are_all_returned() {
        let found = bisect((0..8).collect(), |part| {
            part.contains(&1) && part.contains(&2)
        });
        assert_eq!(found, [0, 1, 2, 3]);
    }
}
