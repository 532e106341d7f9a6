//! Generating never panics, whatever the specification says.
//!
//! Changes that a typing error or a careless tool makes are tried on a small specification, which is quick, and on the
//! committed one. The numbers are drawn from fixed seeds, so that a failure comes again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::document::Document;
use crate::generate::{raw, read};
use crate::render::{self, Header};
use crate::spec::{Diff, Explanation, Findings, Wrappers};
use crate::{Error, Source, mock, operations};

const SMALL: &str = include_str!("../tests/spec_tools/diff/new.yaml");
const COMMITTED: &str = include_str!("../../openapi.yaml");
const LOCK: &str = include_str!("../../Cargo.lock");

fn parsed(text: &str) -> Value {
    let document = Document::parse("spec.yaml", text).unwrap();
    serde_json::to_value(document.root().node()).unwrap()
}

/// Everything that reads a specification. Fails with the panic.
fn survives(text: &str) -> Result<(), String> {
    let work = || {
        let refusal = past_stale_rows(text).err();
        let (old, new) = (
            Source::new("old.yaml", SMALL),
            Source::new("new.yaml", text),
        );
        let wrappers = Wrappers::default();
        let _ = Diff::of(&old, &new, &wrappers, "0.1.0").map(|diff| diff.text());
        let _ = Explanation::of(&new, &wrappers).map(|explanation| explanation.table());
        let _ = Findings::of(&new).map(|findings| findings.to_string());
        refusal
    };
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Some(refusal)) if refusal.to_string().trim().is_empty() => {
            Err("a refusal that says nothing".to_owned())
        }
        Ok(_) => Ok(()),
        Err(_) => Err("a panic".to_owned()),
    }
}

/// What generating does behind the refusal of rows and rules that this specification has no use for.
fn past_stale_rows(text: &str) -> Result<(), Error> {
    let source = Source::new("spec.yaml", text);
    let (model, document) = read(&source)?;
    let (raw, _) = raw(&model, &document)?;
    let header = Header::new(&source, LOCK)?;
    for file in [raw, operations::generate(&model)?, mock::generate(&model)?] {
        render::file(&header, "", &file);
    }
    Ok(())
}

/// All nodes below this one, by their way.
fn ways(value: &Value, way: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        let way = format!("{way}/{key}");
        found.push(way.clone());
        ways(value, &way, found);
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

/// What a careless hand writes where something else stood.
fn odd(random: &mut fastrand::Rng, all: &Value, found: &[String]) -> Value {
    let any = |random: &mut fastrand::Rng| {
        let way = &found[random.usize(..found.len())];
        all.pointer(way).cloned().unwrap_or_default()
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

/// Schemas that progenitor or typify stumbles over, or that contradict themselves.
fn trap(random: &mut fastrand::Rng) -> Value {
    let traps = [
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
    traps[random.usize(..traps.len())].clone()
}

/// One to three changes, each at any place.
fn mutated(random: &mut fastrand::Rng, original: &Value) -> Value {
    let mut value = original.clone();
    for _ in 0..random.u8(1..=3) {
        let mut found = Vec::new();
        ways(&value, "", &mut found);
        if random.bool() {
            let schemas: Vec<&String> = found.iter().filter(|way| is_schema(way)).collect();
            if let Some(way) = random.choice(schemas) {
                *value.pointer_mut(way).unwrap() = trap(random);
                continue;
            }
        }
        let way = found[random.usize(..found.len())].clone();
        let new = odd(random, &value, &found);
        let (parent, key) = way.rsplit_once('/').unwrap();
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
            _ => *value.pointer_mut(&way).unwrap() = new,
        }
    }
    value
}

fn is_schema(way: &str) -> bool {
    let (parent, key) = way.rsplit_once('/').unwrap();
    matches!(key, "schema" | "items")
        || parent.ends_with("/properties")
        || parent.ends_with("/schemas")
}

fn run(original: &str, seeds: std::ops::Range<u64>) {
    let original = parsed(original);
    for seed in seeds {
        let changed = mutated(&mut fastrand::Rng::with_seed(seed), &original);
        if let Err(what) = survives(&changed.to_string()) {
            panic!("seed {seed}: {what} on\n{changed:#}");
        }
    }
}

#[test]
fn a_small_specification_changed_at_random_never_makes_a_panic() {
    run(SMALL, 0..180);
}

#[test]
fn the_committed_specification_changed_at_random_never_makes_a_panic() {
    run(COMMITTED, 0..15);
}

/// Lines cut, doubled and swapped, as a bad merge does it.
#[test]
fn a_specification_with_mangled_lines_never_makes_a_panic() {
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
        if let Err(what) = survives(&text) {
            panic!("seed {seed}: {what} on\n{text}");
        }
    }
}
