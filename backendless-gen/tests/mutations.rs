//! The generator never panics, whatever the specification contains.
//!
//! Random changes, such as those of a typing error or a careless tool, are applied to a small specification, which is
//! quick, to the committed one, and to an overlay. The seeds are fixed, so that a failure is reproducible.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use backendless_gen::spec::{Diff, Explanation, Findings, Wrappers};
use backendless_gen::testing::generate_leniently;
use backendless_gen::{Overlay, Source, merged};

const SMALL: &str = include_str!("spec_tools/diff/new.yaml");
const COMMITTED: &str = include_str!("../../openapi.yaml");
const LOCK: &str = include_str!("../../Cargo.lock");

fn parsed(text: &str) -> Value {
    let json = merged(&Source::new("spec.yaml", text)).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Runs everything that reads a specification. Fails if it panics, or rejects without a message.
fn check(new: &Source) -> Result<(), String> {
    let work = || {
        let rejection = generate_leniently(new, LOCK).err();
        let old = Source::new("old.yaml", SMALL);
        let wrappers = Wrappers::default();
        let _ = Diff::of(&old, new, &wrappers, "0.1.0").map(|diff| diff.text());
        let _ = Explanation::of(new, &wrappers).map(|explanation| explanation.table());
        let _ = Findings::of(new).map(|findings| findings.to_string());
        rejection
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Some(rejection)) if rejection.to_string().trim().is_empty() => {
            Err("a rejection without a message".to_owned())
        }
        Ok(_) => Ok(()),
        Err(_) => Err("a panic".to_owned()),
    }
}

/// Collects the JSON pointers of all nodes below `value`.
fn pointers(value: &Value, parent: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{parent}/{key}");
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| child(key, value)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| child(&index.to_string(), value));
        }
        _ => {}
    }
}

/// Creates an unexpected value.
fn unexpected(random: &mut fastrand::Rng, all: &Value, found: &[String]) -> Value {
    let any = |random: &mut fastrand::Rng| {
        let pointer = &found[random.usize(..found.len())];
        all.pointer(pointer).cloned().unwrap_or_default()
    };
    match random.u8(..14) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!([]),
        3 => json!(""),
        4 => json!(-1),
        5 => json!(1e300),
        6 => json!(true),
        7 => json!({"$ref": "#/components/schemas/Item"}),
        8 => json!({"$ref": "#/components/schemas/Nothing"}),
        9 => json!({"allOf": [any(random), any(random)]}),
        10 => json!({"type": "array", "items": any(random)}),
        11 => json!("{}/{ü'\"}\u{0}\u{202e}self"),
        _ => any(random),
    }
}

/// Creates a schema on which progenitor or typify fails, or that contradicts itself.
fn invalid_schema(random: &mut fastrand::Rng) -> Value {
    let schemas = [
        json!({"type": "string", "enum": []}),
        json!({"enum": [null, 1, "a"]}),
        json!({"type": "string", "default": 5}),
        json!({"type": "string", "format": "uuid", "default": "none", "pattern": "("}),
        json!({"type": "integer", "minimum": 5, "exclusiveMinimum": 7}),
        json!({"type": "object", "required": ["x"], "properties": {"self": {}, "Self": {}}}),
        json!({"type": "object", "required": ["x"], "default": {}}),
        json!({"not": {"type": "string"}}),
        json!({"oneOf": []}),
        json!({"oneOf": [{"type": "string"}], "anyOf": [{"type": "integer"}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "string"}]}),
        json!({"allOf": [{"$ref": "#/components/schemas/Item"}, {"type": "string"}]}),
        json!({"allOf": [{"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["b"]}]}),
        json!({"allOf": [{"not": {}}], "anyOf": [{"type": "array"}, {}]}),
        json!({"type": "array", "items": {"type": "array", "items": {"oneOf": [{}, {}]}}}),
        json!({"type": "array", "minItems": 3, "maxItems": 2, "uniqueItems": true, "default": [1]}),
        json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/OpenBody"}}}),
    ];
    schemas[random.usize(..schemas.len())].clone()
}

/// Changes one to three random places.
fn mutated(random: &mut fastrand::Rng, original: &Value) -> Value {
    let mut value = original.clone();
    for _ in 0..random.u8(1..=3) {
        let mut found = Vec::new();
        pointers(&value, "", &mut found);
        if random.bool() {
            let schemas: Vec<&String> = found.iter().filter(|pointer| is_schema(pointer)).collect();
            if let Some(pointer) = random.choice(schemas) {
                *value.pointer_mut(pointer).unwrap() = invalid_schema(random);
                continue;
            }
        }
        let pointer = found[random.usize(..found.len())].clone();
        let new = unexpected(random, &value, &found);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match (value.pointer_mut(parent).unwrap(), random.u8(..4)) {
            (Value::Object(entries), 0) => {
                entries.remove(&key);
            }
            (Value::Object(entries), 1) => {
                let moved = entries.remove(&key).unwrap();
                let keys = [
                    "get", "type", "default", "x-more", "2XX", "/{a}/{a}", "self",
                ];
                entries.insert((*random.choice(keys).as_ref().unwrap()).to_owned(), moved);
            }
            (Value::Array(items), 0) => {
                items.pop();
            }
            (Value::Array(items), 1) => items.push(new),
            _ => *value.pointer_mut(&pointer).unwrap() = new,
        }
    }
    value
}

fn is_schema(pointer: &str) -> bool {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    matches!(key, "schema" | "items")
        || parent.ends_with("/properties")
        || parent.ends_with("/schemas")
}

fn run(original: &str, seeds: std::ops::Range<u64>) {
    let original = parsed(original);
    for seed in seeds {
        let changed = mutated(&mut fastrand::Rng::with_seed(seed), &original);
        if let Err(what) = check(&Source::new("new.yaml", changed.to_string())) {
            panic!("seed {seed}: {what} on\n{changed:#}");
        }
    }
}

#[test]
fn random_changes_of_a_small_specification_cause_no_panic() {
    run(SMALL, 0..180);
}

#[test]
fn random_changes_of_the_committed_specification_cause_no_panic() {
    run(COMMITTED, 0..15);
}

/// As after a bad merge.
#[test]
fn removed_repeated_and_swapped_lines_cause_no_panic() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut lines: Vec<&str> = SMALL.lines().collect();
        for _ in 0..random.u8(1..=3) {
            let (one, other) = (random.usize(..lines.len()), random.usize(..lines.len()));
            match random.u8(..4) {
                0 => drop(lines.remove(one)),
                1 => lines.insert(other.min(lines.len()), lines[one]),
                2 => lines.swap(one, other),
                _ => lines[one] = &lines[one][lines[one].len() / 2..],
            }
        }
        let text = lines.join("\n");
        if let Err(what) = check(&Source::new("new.yaml", text.as_str())) {
            panic!("seed {seed}: {what} on\n{text}");
        }
    }
}

#[test]
fn random_changes_of_an_overlay_cause_no_panic() {
    let document = include_str!("spec_tools/lint/spec.yaml");
    let original = parsed_overlay(include_str!("spec_tools/lint/overlay.yaml"));
    for seed in 0..300 {
        let changed = mutated(&mut fastrand::Rng::with_seed(seed), &original);
        let overlay = Overlay {
            name: "overlay.yaml".to_owned(),
            text: changed.to_string(),
        };
        let source = Source::new("spec.yaml", document).with_overlays([overlay]);
        if let Err(problem) = check(&source) {
            panic!("seed {seed}: {problem} on\n{changed:#}");
        }
    }
}

/// An overlay as JSON. It is copied into a document, because [`merged`] parses documents.
fn parsed_overlay(text: &str) -> Value {
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let document = format!(
        "openapi: 3.0.1\ninfo: {{title: T, version: '1'}}\npaths: {{}}\nx-overlay:\n{indented}"
    );
    parsed(&document)["x-overlay"].take()
}
