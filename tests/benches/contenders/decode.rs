//! Decoding a page of rows, without a call.

use std::hint::black_box;
use std::time::Instant;

use backendless::Object;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::person::{self, Person, PlainPerson};
use super::{ContenderKind, Sample};
use crate::Result;

/// What replaces the client's `Object` in simple code. With `flatten`, serde first copies every value
/// into a buffer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded only")]
struct Flattened {
    object_id: String,
    created: Option<i64>,
    updated: Option<i64>,
    owner_id: Option<String>,
    #[serde(rename = "___class")]
    class: Option<String>,
    #[serde(flatten)]
    person: Person,
}

/// Decodes a page `count` times.
pub fn run(who: ContenderKind, count: usize) -> Result<Sample> {
    match who {
        ContenderKind::Sdk => decode::<Object<Person>>(count),
        ContenderKind::Reference => decode::<PlainPerson>(count),
        ContenderKind::Flatten => decode::<Flattened>(count),
        ContenderKind::Floor => Err("plain hyper does not decode".into()),
    }
}

fn decode<T: DeserializeOwned>(count: usize) -> Result<Sample> {
    let page = person::page(0, person::PAGE);
    let start = Instant::now();
    for _ in 0..count {
        let rows: Vec<T> = serde_json::from_slice(black_box(page.as_bytes()))?;
        person::check_page(black_box(rows).len())?;
    }
    Ok(Sample {
        seconds: start.elapsed().as_secs_f64(),
        ..Sample::default()
    })
}
