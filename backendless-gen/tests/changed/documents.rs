//! The meaning of the code of the small documents.

use serde_json::{from_value, json, to_value};

use crate::{directions, nullable, paths, property_names, scalar_bodies, unions};

/// Each place that refers to a nullable component reads and writes `null`.
#[test]
fn nullable_components_are_optional_where_they_are_used() {
    use nullable::raw::types::{Choice, Holder};
    let null = json!({
        "choice": null, "both": null, "any": null, "one": null, "alias": null, "wrapped": null, "text": null,
        "titled": null, "list": [null, {"meow": "m"}], "map": {"k": null}, "part": null, "either": null
    });
    let holder: Holder = from_value(null).unwrap();
    assert!(holder.choice.is_none() && holder.both.is_none());
    let list = holder.list.unwrap();
    assert!(list[0].is_none() && list[1].is_some());
    let full = json!({"choice": {"bark": "b"}, "both": {"meow": "m", "bark": "b"}, "list": []});
    let holder: Holder = from_value(full).unwrap();
    assert!(matches!(holder.choice, Some(Choice::Dog(_))));
    let both = holder.both.unwrap();
    assert_eq!((both.meow.as_str(), both.bark.as_str()), ("m", "b"));
    let body = nullable::raw::write_choice(&None).unwrap().body;
    assert_eq!(body, nullable::prepared::Body::Json(json!(null)));
}

/// Types of inline schemas have their own fields, whatever their titles are.
#[test]
fn inline_schemas_with_the_title_of_a_component_keep_their_fields() {
    use nullable::raw::types::Holder;
    let text = json!({"choice": null, "both": null, "list": [], "cat": {"purr": "p"}, "otherCat": {"hiss": 5}});
    let holder: Holder = from_value(text).unwrap();
    let cats = (holder.cat.unwrap().purr, holder.other_cat.unwrap().hiss);
    assert_eq!(cats, (Some("p".to_owned()), Some(5)));
}

#[test]
fn quotes_and_escapes_of_a_path_are_sent_as_they_are() {
    let path = paths::raw::quoted("1").unwrap().path;
    assert_eq!(path, "/it's/%22quoted%22/%3C1%3E");
    let path = paths::raw::encoded("1").unwrap().path;
    assert_eq!(path, "/a%20b/1.json/%41/%C3%BC");
}

#[test]
fn scalars_are_sent_as_json() {
    use scalar_bodies::{prepared::Body, raw};
    let bodies = [
        (raw::send_integer(&5).unwrap().body, json!(5)),
        (raw::send_boolean(&true).unwrap().body, json!(true)),
        (raw::send_number(&0.5).unwrap().body, json!(0.5)),
        (raw::maybe_integer(Some(&7)).unwrap().body, json!(7)),
        (raw::null_integer(&None).unwrap().body, json!(null)),
        (raw::null_integer(&Some(3)).unwrap().body, json!(3)),
    ];
    for (body, expected) in bodies {
        assert_eq!(body, Body::Json(expected));
    }
    assert_eq!(raw::maybe_boolean(None).unwrap().body, Body::Absent);
    assert_eq!(to_value(raw::types::Count(4)).unwrap(), json!(4));
}

/// Decodes a value, checks that it encodes to the same JSON, and returns it.
fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    let decoded: T = from_value(value.clone()).unwrap();
    assert_eq!(to_value(&decoded).unwrap(), value);
    decoded
}

#[test]
fn discriminator_selects_the_variant_and_unknown_values_are_kept() {
    use unions::raw::types::Pet;
    // The properties are those of a cat; the discriminator is not.
    let dog = round_trip(json!({"petType": "Dog"}));
    assert!(matches!(dog, Pet::Dog(_)));
    for value in ["cat", "kitten"] {
        let cat = round_trip(json!({"petType": value, "meow": "m"}));
        assert!(matches!(cat, Pet::Cat(_)));
    }
    for value in [json!({"petType": "bird", "sings": true}), json!({"meow": "m"}), json!(5)] {
        assert!(matches!(round_trip(value), Pet::Other(_)));
    }
    // The discriminator states the variant: the error is about that variant.
    let error = from_value::<Pet>(json!({"petType": "cat", "meow": 5})).unwrap_err();
    assert!(error.to_string().contains("expected a string"), "{error}");
}

#[test]
fn constants_select_the_variant_and_are_kept() {
    use unions::raw::types::Address;
    assert!(matches!(round_trip(json!({"type": "auto"})), Address::Auto(_)));
    let explicit = round_trip(json!({"type": "explicit", "ip": "::1"}));
    assert!(matches!(explicit, Address::Explicit(_)));
    assert!(matches!(round_trip(json!({"type": "new"})), Address::Other(_)));
}

#[test]
fn required_properties_select_the_variant_unless_both_are_present() {
    use unions::raw::types::Contact;
    assert!(matches!(round_trip(json!({"email": "e"})), Contact::Email(_)));
    assert!(matches!(round_trip(json!({"phone": "p"})), Contact::Phone(_)));
    let both = json!({"email": "e", "phone": "p"});
    assert!(matches!(round_trip(both), Contact::Other(_)));
}

#[test]
fn unions_of_scalars_and_of_overlapping_objects_keep_every_value() {
    use unions::raw::types::{Owner, OwnerSize};
    assert!(matches!(round_trip(json!(5)), OwnerSize::Integer(5)));
    assert!(matches!(round_trip(json!("small")), OwnerSize::String(_)));
    assert!(matches!(round_trip(json!(0.5)), OwnerSize::Other(_)));
    let owner = json!({
        "pet": {"petType": "Dog", "bark": "b"}, "loose": {"b": "x", "more": [1]}, "name": "n",
        "nested": [true, "t", [1, 2]], "either": {"b": "x"}, "contact": {"phone": "p"}
    });
    let owner: Owner = round_trip(owner);
    assert_eq!(owner.name.as_deref(), Some("n"));
    // The members of the union of a response overlap: it is read as the caller's type.
    let _: unions::prepared::Prepared<Vec<u8>> = unions::raw::read_any().unwrap();
}

#[test]
fn properties_that_differ_in_case_keep_their_names_in_json() {
    use property_names::raw::types::Item;
    let value = json!({
        "createdAt": "a", "created_at": 1, "CreatedAt": {"a-b": "x", "a_b": "y"}, "created_at_2": "b",
        "Type": "t", "type": "u"
    });
    let item: Item = round_trip(value);
    assert_eq!((item.created_at, item.created_at_3.as_str()), (Some(1), "a"));
    assert_eq!((item.type_.as_deref(), item.type_2.as_deref()), (Some("t"), Some("u")));
}

#[test]
fn directions_of_a_shared_component_differ() {
    use directions::raw::{create_user, types::{Address, User, UserResponse}};
    // A request has no read-only property, and lists that are not null.
    let user = User {
        address: Address { street: "s".to_owned() },
        friends: Vec::new(),
        group: None,
        id: None,
        name: "n".to_owned(),
        pin: "p".to_owned(),
    };
    let body = json!({"address": {"street": "s"}, "friends": [], "name": "n", "pin": "p"});
    assert_eq!(create_user(&user).unwrap().body, directions::prepared::Body::Json(body));
    // A response has no write-only property, and `null` for a list.
    let response = json!({"id": "i", "address": {"street": "s"}, "friends": null, "name": "n"});
    let user: UserResponse = from_value(response).unwrap();
    assert!(user.friends.is_none() && user.pin.is_none() && user.id == "i");
}
