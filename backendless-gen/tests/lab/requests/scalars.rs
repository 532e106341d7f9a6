//! Texts and numbers that satisfy the keywords of a schema, and that need encoding where the schema permits it.

use serde_json::{Value, json};

/// Contains every character that has a meaning in a path, a query or a form.
const SPECIAL: &str = " /?#%41&+=,;:@\"'|[]<ü€😀";
const SPECIAL_ASCII: &str = " /?#%41&+=,;:@\"'|[]<!";

/// FNV-1a.
pub(crate) fn hash(seed: u64, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bytes = text.bytes();
    let hash = bytes.fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    hash ^ hash >> 29
}

/// A text that begins with the name, so that no two parts of a request have the same value.
pub(crate) fn text(schema: &Value, name: &str, is_ascii: bool) -> String {
    if schema["pattern"].is_string() {
        let example = schema["example"].as_str().or(schema["default"].as_str());
        return example.unwrap_or("a1b2").to_owned();
    }
    let digits = hash(0, name) % 1_000_000_000_000;
    let formatted = match schema["format"].as_str().unwrap_or_default() {
        "uuid" => Some(format!("0b5b1f5e-6f0c-4c57-9d56-{digits:012}")),
        "date-time" => Some("2024-02-29T12:30:45+02:00".to_owned()),
        "date" => Some("2024-02-29".to_owned()),
        "time" => Some("12:30:45Z".to_owned()),
        "email" => Some(format!("o'hara+{digits}@example.com")),
        "uri" | "url" | "uri-reference" => {
            Some(format!("https://example.com/a%20b/{digits}?c=d&e=f+g#h"))
        }
        "ipv4" | "ip" => Some("192.0.2.7".to_owned()),
        "ipv6" => Some("2001:db8::7".to_owned()),
        "hostname" => Some("host.example.com".to_owned()),
        "byte" => Some("YSBiL2M/+w==".to_owned()),
        "duration" => Some("P3DT4H".to_owned()),
        _ => None,
    };
    if let Some(text) = formatted {
        return text;
    }
    let special = match is_ascii {
        true => SPECIAL_ASCII,
        false => SPECIAL,
    };
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .take(24)
        .collect();
    fitted(schema, format!("{name}{special}z"))
}

/// The text with a length within the limits of the schema.
fn fitted(schema: &Value, text: String) -> String {
    let limit = |key: &str| {
        schema[key]
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
    };
    let mut text = text;
    if let Some(most) = limit("maxLength").filter(|most| text.chars().count() > *most) {
        // The special characters first, between two letters.
        let inner: String = SPECIAL_ASCII.chars().take(most.saturating_sub(2)).collect();
        text = format!("a{inner}z").chars().take(most).collect();
    }
    let missing = limit("minLength").map_or(0, |least| least.saturating_sub(text.chars().count()));
    text.extend(std::iter::repeat_n('x', missing));
    text
}

pub(crate) fn integer(schema: &Value, random: u64) -> Value {
    let (mut least, mut most) = match schema["format"].as_str().unwrap_or_default() {
        "int8" => (-128, 127),
        "uint8" => (0, 255),
        "int16" => (-32_768, 32_767),
        "uint16" => (0, 65_535),
        "int32" => (-2_147_483_648, 2_147_483_647),
        "uint32" => (0, 4_294_967_295),
        // One more than the largest integer that a double represents with all smaller ones.
        _ => (i64::MIN, 9_007_199_254_740_993),
    };
    let has_limit = schema["maximum"].is_number() || schema["exclusiveMaximum"].is_number();
    if let Some(limit) = bound(schema, "minimum") {
        least = limit + i64::from(is_exclusive(schema, "Minimum"));
    }
    if let Some(limit) = bound(schema, "maximum") {
        most = most.min(limit - i64::from(is_exclusive(schema, "Maximum")));
    }
    let offset = i64::try_from(random % 5).unwrap_or(0);
    let value = match has_limit {
        false => most - 2 * offset,
        true => most - offset,
    };
    let step = schema["multipleOf"].as_i64().unwrap_or(1).max(1);
    json!((value - value.rem_euclid(step)).max(least))
}

/// A limit of OpenAPI 3.0, or an exclusive one of 3.1.
fn bound(schema: &Value, key: &str) -> Option<i64> {
    let exclusive = match key {
        "minimum" => "exclusiveMinimum",
        _ => "exclusiveMaximum",
    };
    let as_integer = |value: &Value| value.as_i64().or(value.as_f64().map(|value| value as i64));
    as_integer(&schema[key]).or_else(|| as_integer(&schema[exclusive]))
}

fn is_exclusive(schema: &Value, key: &str) -> bool {
    let value = &schema[format!("exclusive{key}")];
    value.is_number() || value == &json!(true)
}

pub(crate) fn number(schema: &Value) -> Value {
    let limit = |key: &str| schema[key].as_f64();
    let least = limit("minimum").or(limit("exclusiveMinimum"));
    let most = limit("maximum").or(limit("exclusiveMaximum"));
    let value = match (least, most) {
        (Some(least), Some(most)) => least + (most - least) / 4.0,
        (Some(least), None) => least + 1.5,
        (None, Some(most)) => most - 1.5,
        (None, None) => 1.5,
    };
    json!(value)
}
