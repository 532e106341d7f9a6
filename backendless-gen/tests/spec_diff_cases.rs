//! The level and the text of single changes in `cargo xtask spec diff`.
//!
//! `spec_diff_cases/shop.yaml` is the old document; each case changes a few texts of it. `spec_diff_cases/expected.txt`
//! lists the changes that are found. `BLESS=1` updates it; review the difference before you commit it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap: its panic is the failure report"
)]

use std::fs;
use std::path::Path;

use backendless_gen::Source;
use backendless_gen::spec::{Diff, Wrappers};

const SHOP: &str = include_str!("spec_diff_cases/shop.yaml");

/// A change: its name, and the texts to replace.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

const CASES: &[Case] = &[
    (
        "a boolean with status 200 becomes a string with status 201",
        &[(
            "'200': {description: The flag., content: {application/json: {schema: {type: boolean}}}}",
            "'201': {description: The flag., content: {application/json: {schema: {type: string}}}}",
        )],
    ),
    (
        "an empty response beside an integer",
        &[(
            "'200': {description: The count.",
            "'204': {description: None.}\n        '200': {description: The count.",
        )],
    ),
    (
        "a second success of another type",
        &[(
            "'200': {description: The flag.",
            "'202': {description: Later., content: {application/json: {schema: {type: string}}}}\n        '200': {description: The flag.",
        )],
    ),
    (
        "an integer in the JSON of a vendor instead of a string",
        &[(
            "The note., content: {application/json: {schema: {type: string}}}",
            "The note., content: {application/vnd.shop+json: {schema: {type: integer}}}",
        )],
    ),
    (
        "a required property without a schema",
        &[("required: [name]", "required: [name, ghost]")],
    ),
    (
        "a component written inline",
        &[(
            "items: {$ref: '#/components/schemas/Thing'}",
            "items: {type: object, required: [name], properties: {name: {type: string}, size: {type: integer}}, additionalProperties: false}",
        )],
    ),
    (
        "servers beside another change",
        &[
            ("https://shop.example.com}]", "https://api.example.com}]"),
            ("The count.", "The number."),
        ],
    ),
    (
        "servers of an operation",
        &[(
            "operationId: getFlag",
            "operationId: getFlag\n      servers: [{url: https://other.example.com}]",
        )],
    ),
    (
        "second media types",
        &[
            (
                "The note., content: {application/json",
                "The note., content: {text/xml: {schema: {type: string}}, application/json",
            ),
            (
                "content: {application/json: {schema: {type: object, additionalProperties: true}}}",
                "content: {text/xml: {schema: {type: string}}, application/json: {schema: {type: object, additionalProperties: true}}}",
            ),
        ],
    ),
    (
        "another scope",
        &[("login: [read]", "login: [read, write]")],
    ),
    ("fewer scopes", &[("login: [read]", "login: []")]),
    (
        "one more alternative in security",
        &[("{login: [read]}", "{login: [read]}, {key: []}")],
    ),
    (
        "two schemes instead of one",
        &[("{login: [read]}", "{login: [read], key: []}")],
    ),
    (
        "a property that is only read",
        &[(
            "size: {type: integer}",
            "size: {type: integer, readOnly: true}",
        )],
    ),
    (
        "a deprecated operation and a deprecated parameter",
        &[
            (
                "operationId: getFlag",
                "operationId: getFlag\n      deprecated: true",
            ),
            (
                "{name: pageSize, in: query,",
                "{name: pageSize, in: query, deprecated: true,",
            ),
        ],
    ),
    (
        "another discriminator",
        &[("propertyName: kind", "propertyName: type")],
    ),
    ("another default", &[("default: 10", "default: 20")]),
    (
        "members of oneOf in another order",
        &[(
            "      - {$ref: '#/components/schemas/Circle'}\n      - {$ref: '#/components/schemas/Square'}\n",
            "      - {$ref: '#/components/schemas/Square'}\n      - {$ref: '#/components/schemas/Circle'}\n",
        )],
    ),
    (
        "an optional parameter and a required one",
        &[(
            "- {name: pageSize,",
            "- {name: after, in: query, schema: {type: string}}\n      - {name: region, in: query, required: true, schema: {type: string}}\n      - {name: pageSize,",
        )],
    ),
    (
        "an optional property of a received type",
        &[(
            "size: {type: integer}",
            "size: {type: integer}\n        weight: {type: number}",
        )],
    ),
    (
        "a type that is open",
        &[(
            "size: {type: integer}\n      additionalProperties: false",
            "size: {type: integer}\n      additionalProperties: true",
        )],
    ),
    ("only words", &[("The count.", "The number.")]),
];

fn changed(replacements: &[(&str, &str)]) -> String {
    let mut text = SHOP.to_owned();
    for (old, new) in replacements {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    text
}

/// The levels and texts of the changes between two documents.
fn lines(old: &str, new: &str) -> String {
    let (old, new) = (Source::new("old", old), Source::new("new", new));
    let diff = Diff::of(&old, &new, &Wrappers::default(), "0.1.0").unwrap();
    let changes = diff.changes.iter();
    let lines = changes.map(|change| {
        let level = change.level.to_string();
        let note = change.note.iter().flat_map(|note| note.lines());
        let note = note.filter(|line| line.starts_with("generated code: "));
        let note: Vec<String> = note.map(|line| format!("            {line}\n")).collect();
        format!("  {level:9} {}\n{}", change.what, note.concat())
    });
    lines.collect()
}

#[test]
fn each_change_has_its_level() {
    let cases = CASES
        .iter()
        .map(|(name, replacements)| format!("{name}\n{}\n", lines(SHOP, &changed(replacements))));
    let actual: String = cases.collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec_diff_cases/expected.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    let differs = |(old, new): &(&str, &str)| old != new;
    let first = expected.lines().zip(actual.lines()).find(differs);
    assert!(expected == actual, "first difference: {first:#?}\n{actual}");
}
