//! A sample of the operations of a document that covers its features.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::flat::Flat;
use super::original::{Operation, Original, essence, is_json, items};
use super::scalars::hash;

/// Each feature is sampled this many times before the rest of the sample is drawn.
const TIMES: usize = 2;

/// The indices of `count` operations, in the order of the document. The same seed gives the same sample.
pub(crate) fn sample(
    document: &Original,
    operations: &[Operation],
    count: usize,
    seed: u64,
) -> Vec<usize> {
    let features: Vec<BTreeSet<String>> = operations
        .iter()
        .map(|operation| features(document, operation))
        .collect();
    let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    while chosen.len() < count.min(operations.len()) {
        let rest = (0..operations.len()).filter(|index| !chosen.contains(index));
        let new = |index: usize| {
            let is_new = |feature: &&String| seen.get(feature).copied().unwrap_or(0) < TIMES;
            features[index].iter().filter(is_new).count()
        };
        let best = rest.max_by_key(|index| (new(*index), hash(seed, &operations[*index].pointer)));
        let Some(best) = best else {
            break;
        };
        for feature in &features[best] {
            *seen.entry(feature).or_default() += 1;
        }
        chosen.insert(best);
    }
    chosen.into_iter().collect()
}

/// What a request of the operation contains.
pub(crate) fn features(document: &Original, operation: &Operation) -> BTreeSet<String> {
    let mut features = BTreeSet::from([format!("method {}", operation.method)]);
    for parameter in &operation.parameters {
        let flat = Flat::of(document, &parameter.schema);
        let kind = flat.kind().unwrap_or("any").to_owned();
        let explode = match kind.as_str() {
            "array" | "object" => format!(" {} {}", parameter.style, parameter.explode),
            _ => String::new(),
        };
        let need = match parameter.required {
            true => "required",
            false => "optional",
        };
        features.insert(format!("{} {need} {kind}{explode}", parameter.place));
        if flat.get("enum").is_some() {
            features.insert(format!("{} enum", parameter.place));
        }
    }
    for (media_type, media) in &operation.bodies {
        features.insert(format!("body {}", essence(media_type)));
        if is_json(media_type) {
            keywords(
                document,
                &media["schema"],
                &mut features,
                &mut BTreeSet::new(),
            );
        }
    }
    if !operation.bodies.is_empty() && !operation.body_is_required {
        features.insert("optional body".to_owned());
    }
    features
}

/// The keywords of a schema and of those that it refers to.
fn keywords(
    document: &Original,
    schema: &Value,
    features: &mut BTreeSet<String>,
    seen: &mut BTreeSet<String>,
) {
    const KEYWORDS: [&str; 9] = [
        "oneOf",
        "anyOf",
        "allOf",
        "nullable",
        "additionalProperties",
        "discriminator",
        "enum",
        "readOnly",
        "const",
    ];
    match schema {
        Value::Object(entries) => {
            if let Some(reference) = schema["$ref"].as_str() {
                match seen.insert(reference.to_owned()) {
                    true => keywords(document, document.target(reference), features, seen),
                    false => {
                        features.insert("body schema used twice".to_owned());
                    }
                }
            }
            for (key, value) in entries {
                if KEYWORDS.contains(&key.as_str()) {
                    features.insert(format!("body {key}"));
                }
                if !["example", "examples", "default", "enum"].contains(&key.as_str()) {
                    keywords(document, value, features, seen);
                }
            }
        }
        Value::Array(_) => items(schema).for_each(|one| keywords(document, one, features, seen)),
        _ => {}
    }
}
