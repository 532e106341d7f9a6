//! Large and deeply nested documents are generated, or rejected with a place, in time that grows with their size.
//!
//! The tests assert no duration: with exponential time, or a stack overflow, they would not end.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::fmt::Write;

use backendless_gen::Source;
use backendless_gen::testing::{bindings, generate_leniently};

/// A document with one operation, whose response is the component `S{count - 1}`. `schema` writes the component of an index
/// greater than 0.
fn document(count: usize, schema: impl Fn(usize) -> String) -> Source {
    let mut text = format!(
        "openapi: 3.0.1\ninfo: {{title: T, version: '1'}}\npaths:\n  /a: {{get: {{operationId: a, responses: {{'200': \
         {{description: a, content: {{application/json: {{schema: {}}}}}}}}}}}}}\ncomponents:\n  schemas:\n    \
         S0: {{type: object, required: [name], properties: {{name: {{type: string}}}}}}\n",
        reference(count - 1)
    );
    for index in 1..count {
        writeln!(text, "    S{index}: {}", schema(index)).unwrap();
    }
    Source::new("spec.yaml", text)
}

fn reference(index: usize) -> String {
    format!("{{$ref: '#/components/schemas/S{index}'}}")
}

#[test]
fn compositions_that_use_a_component_twice_per_level_are_generated() {
    let source = document(60, |index| {
        let inner = reference(index - 1);
        format!(
            "{{allOf: [{inner}, {{type: object, properties: {{p{index}: {{type: string}}}}}}, {inner}]}}"
        )
    });
    bindings(&source).unwrap();
}

#[test]
fn unions_that_use_a_component_twice_per_level_are_generated() {
    let source = document(16, |index| {
        let inner = reference(index - 1);
        format!("{{oneOf: [{inner}, {inner}, {{type: string}}]}}")
    });
    bindings(&source).unwrap();
}

/// Each component is composed of another one, and both declare the property `x` with different components.
#[test]
fn compositions_whose_common_properties_contain_each_other_are_generated() {
    for count in 2..8 {
        let mut text = String::new();
        for index in 0..count {
            let [next, other] = [index + 1, index + 3].map(|target| target % count);
            let third = index * 3 % count;
            let (next, other, third) = (
                format!("{{$ref: '#/components/schemas/P{next}'}}"),
                format!("{{$ref: '#/components/schemas/A{other}'}}"),
                format!("{{$ref: '#/components/schemas/A{third}'}}"),
            );
            writeln!(
                text,
                "    A{index}: {{allOf: [{next}, {{type: object, properties: {{x: {other}}}}}]}}\n    \
                 P{index}: {{type: object, properties: {{x: {third}, y: {other}}}}}"
            )
            .unwrap();
        }
        let source = document(2, |_| {
            "{allOf: [{$ref: '#/components/schemas/A0'}]}".to_owned()
        });
        bindings(&Source::new("spec.yaml", source.text + &text)).unwrap();
    }
}

#[test]
fn references_of_1000_components_in_a_row_are_generated() {
    let generated = bindings(&document(1_000, |index| reference(index - 1))).unwrap();
    // Types that contain one another do not compile if they are that many.
    let text = prettyplease::unparse(&generated.code);
    assert!(text.contains("pub struct S999(pub S0);"), "{text}");
}

/// rustc rejects the code of longer rows: the structs compile up to 61 if their fields are optional, and up to 121 if not.
#[test]
fn components_that_contain_one_another_are_generated_up_to_a_limit_with_a_place() {
    let object =
        |index: usize| format!("{{type: object, properties: {{p: {}}}}}", reference(index));
    let list = |index: usize| {
        // A list in a response may be absent.
        let items = reference(index);
        format!(
            "{{type: object, required: [p], properties: {{p: {{type: array, items: {items}}}}}}}"
        )
    };
    let required = |index: usize| {
        let inner = reference(index);
        format!("{{type: object, required: [p], properties: {{p: {inner}}}}}")
    };
    let schemas: [(&dyn Fn(usize) -> String, usize); 3] =
        [(&object, 48), (&list, 48), (&required, 96)];
    for (schema, max) in schemas {
        let row = |count: usize| document(count, |index| schema(index - 1));
        bindings(&row(max + 1)).unwrap();
        let error = bindings(&row(max + 2)).unwrap_err().to_string();
        assert!(error.starts_with("spec.yaml:"), "{error}");
        assert!(error.contains("more than 96 levels inside of"), "{error}");
    }
    // Each component contains the next one, and the last one the first.
    let circle = |count: usize| {
        let text = document(count, |index| object((index + 1) % count)).text;
        let first = text.replace(
            "{type: object, required: [name], properties: {name: {type: string}}}",
            &object(1),
        );
        bindings(&Source::new("spec.yaml", first))
    };
    circle(49).unwrap();
    let error = circle(66).unwrap_err().to_string();
    assert!(
        error.contains("help: fewer schemas that contain one another in a row"),
        "{error}"
    );
}

#[test]
fn compositions_of_250_components_are_rejected_with_a_place_in_any_order() {
    let schema = |inner: usize| {
        let inner = reference(inner);
        format!("{{allOf: [{inner}, {{type: object, properties: {{p: {{type: string}}}}}}]}}")
    };
    // The last component is composed of all others, or the first one is.
    let sources = [
        document(250, |index| schema(index - 1)),
        document(250, |index| {
            schema(if index == 249 { 0 } else { index + 1 })
        }),
    ];
    for source in sources {
        let error = bindings(&source).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with("spec.yaml:"), "{error}");
        assert!(error.contains("more than 200 nested schemas"), "{error}");
    }
}

#[test]
fn mappings_of_3000_levels_are_rejected_with_a_place() {
    let deep = format!(
        "{}{{type: string}}{}",
        "{type: object, properties: {p: ".repeat(3_000),
        "}}".repeat(3_000)
    );
    let error = bindings(&document(2, |_| deep.clone()))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("spec.yaml:"), "{error}");
}

#[test]
fn operations_whose_paths_differ_in_a_literal_are_generated() {
    let mut text = "openapi: 3.0.1\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
    for index in 0..200 {
        writeln!(
            text,
            "  '/a{index}/{{id}}': {{get: {{operationId: a{index}, parameters: [{{name: id, in: path, required: true, \
             schema: {{type: string}}}}], responses: {{'200': {{description: a}}}}}}}}"
        )
        .unwrap();
    }
    bindings(&Source::new("spec.yaml", text)).unwrap();
}

/// The thread of a test has a smaller stack than the generator needs for it.
#[test]
fn lists_that_are_nested_80_times_are_generated() {
    let schema = (0..80).fold("{type: string}".to_owned(), |items, _| {
        format!("{{type: array, items: {items}}}")
    });
    let source = document(2, |_| schema.clone());
    let lock = include_str!("../../Cargo.lock");
    let files = generate_leniently(&source, lock).unwrap();
    let lists = files[0].text.matches("Vec<").count();
    assert!(lists >= 80, "{lists}");
}
