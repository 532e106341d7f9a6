use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::*;

#[derive(Clone, Default, Serialize)]
struct Item {
    name: &'static str,
    price: f64,
    ratio: Option<f32>,
    kind: Option<Kind>,
    #[serde(flatten)]
    more: BTreeMap<&'static str, f64>,
}

#[derive(Clone, Serialize)]
enum Kind {
    Unit,
    New(f64),
    Pair(u8, f64),
    Named { weight: Weight },
}

#[derive(Clone, Copy, Serialize)]
struct Weight(f64);

fn item(change: impl FnOnce(&mut Item)) -> Item {
    let mut item = Item::default();
    change(&mut item);
    item
}

fn rows(last: Item) -> BTreeMap<&'static str, Vec<Item>> {
    BTreeMap::from([("rows", vec![Item::default(), last])])
}

#[test]
fn a_number_that_is_not_finite_is_rejected_with_its_path() {
    for (change, path) in [
        (item(|i| i.price = f64::NAN), "price: NaN"),
        (item(|i| i.price = f64::INFINITY), "price: infinity"),
        (item(|i| i.price = f64::NEG_INFINITY), "price: infinity"),
        (item(|i| i.ratio = Some(f32::NAN)), "ratio: NaN"),
        (
            item(|i| i.kind = Some(Kind::New(f64::NAN))),
            "kind.New: NaN",
        ),
        (
            item(|i| i.kind = Some(Kind::Pair(1, f64::NAN))),
            "kind.Pair[1]: NaN",
        ),
        (
            item(|i| {
                i.kind = Some(Kind::Named {
                    weight: Weight(f64::NAN),
                });
            }),
            "kind.Named.weight: NaN",
        ),
        (
            item(|i| {
                i.more.insert("extra", f64::NAN);
            }),
            "extra: NaN",
        ),
    ] {
        let value = rows(change);
        let expected = format!("at rows[1].{path} cannot be represented in JSON");
        assert_eq!(to_vec(&value).unwrap_err(), expected);
        assert_eq!(to_value(&value).unwrap_err(), expected);
        assert_eq!(to_raw_value(&value).unwrap_err(), expected);
    }
    let text = "NaN cannot be represented in JSON";
    assert_eq!(to_vec(&f64::NAN).unwrap_err(), text);
    assert_eq!(to_vec(&Some(Weight(f64::NAN))).unwrap_err(), text);
    let numbers = BTreeMap::from([(7, Weight(f64::NAN))]);
    assert_eq!(to_vec(&numbers).unwrap_err(), format!("at 7: {text}"));
    // Values before the one that fails leave no trace in the path.
    let kinds = [
        Kind::Pair(1, 2.0),
        Kind::Named {
            weight: Weight(1.0),
        },
        Kind::New(1.0),
        Kind::Unit,
        Kind::New(f64::NAN),
    ];
    assert_eq!(to_vec(&kinds).unwrap_err(), format!("at [4].New: {text}"));
    assert_eq!(
        to_vec(&(1, [0.5, f64::NAN])).unwrap_err(),
        format!("at [1][1]: {text}")
    );
}

#[test]
fn everything_else_is_serialized_as_by_serde_json() {
    let raw = serde_json::value::RawValue::from_string("[1,  1.50]".to_owned()).unwrap();
    let kinds = [
        Kind::Unit,
        Kind::New(1.5),
        Kind::Pair(1, 2.5),
        Kind::Named {
            weight: Weight(1e300),
        },
    ];
    let value = (
        ((), 'c', "text", true, i128::MIN, u128::MAX, -1_i8, 0.1_f32),
        kinds,
        item(|i| {
            i.more.insert("extra", -0.0);
        }),
        json!({"a": [1, 1.5, null, "x"], "b": {}}),
        raw,
        BTreeMap::from([(1, "one")]),
        std::net::IpAddr::from([127, 0, 0, 1]),
    );
    let expected = serde_json::to_string(&value).unwrap();
    assert_eq!(*to_vec(&value).unwrap(), expected.as_bytes());
    assert_eq!(to_raw_value(&value).unwrap().get(), expected);
}

#[test]
fn other_problems_have_their_path_too() {
    let value = json!({"a": 1});
    let keys = BTreeMap::from([(vec![1], value)]);
    assert_eq!(to_vec(&[keys]).unwrap_err(), "at [0]: key must be a string");
    // A `Value` has no numbers of 128 bits; the text has.
    assert!(to_value(&u128::MAX).is_err());
    assert!(to_vec(&u128::MAX).is_ok());
}

#[test]
fn a_long_path_is_cut() {
    let value = BTreeMap::from([("k".repeat(50_000), f64::NAN)]);
    let text = to_vec(&value).unwrap_err();
    assert_eq!(
        text.len(),
        "at ...: NaN cannot be represented in JSON".len() + MAX_PATH_LENGTH
    );
}
