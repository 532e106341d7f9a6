//! The meaning of the code of the small documents.

use serde_json::{from_value, json, to_value};

use crate::{
    directions, media_types, nullable, openapi_3_1, optional_properties, parameter_styles, paths, property_names,
    renamed, scalar_bodies, security, unions,
};

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

#[test]
fn documents_of_openapi_3_1_read_and_write_null_and_each_type_of_a_list() {
    use openapi_3_1::raw::types::{Item, SetChoiceBody};
    use openapi_3_1::{prepared::Body, raw};
    let text = json!({
        "kind": "item", "count": null, "both": 5, "level": null, "version": 3, "maybe": null, "text": null,
        "other": {"name": "n"}, "inner": {"i": 1.5}, "labels": {"l": "a"}, "loose": {"pair": ["a", 1], "list": [{}], "any": 1, "never": null}
    });
    let item: Item = from_value(text).unwrap();
    assert_eq!((item.count, item.version), (None, Some(3)));
    assert_eq!(item.inner.as_ref().unwrap().i, Some(1.5));
    assert_eq!(item.labels.as_ref().unwrap()["l"], "a");
    let written = to_value(&item).unwrap();
    assert_eq!((&written["both"], &written["count"]), (&json!(5), &json!(null)));
    let null = json!({"kind": "item", "count": 1, "both": null});
    assert!(from_value::<Item>(null).unwrap().both.is_none());
    for body in [json!("a"), json!(3), json!(["a"]), json!(null)] {
        let choice: Option<SetChoiceBody> = from_value(body.clone()).unwrap();
        assert_eq!(raw::set_choice(&choice.as_ref()).unwrap().body, Body::Json(body));
    }
    assert_eq!(raw::list_items(Some(3)).unwrap().query, "size=3");
}

fn content_type<R>(request: &media_types::prepared::Prepared<R>) -> Option<&str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(name, _)| *name == "content-type");
    found.map(|(_, value)| value.as_str())
}

#[test]
fn each_media_type_of_a_request_has_a_function() {
    use media_types::{operations, prepared::Body, prepared::Multipart, raw};
    let item = raw::types::Item { a: Some("b".to_owned()), list: Some(vec![1, 2]), ..Default::default() };
    let json = raw::add_item(&item).unwrap();
    assert_eq!((content_type(&json), json.path.as_str()), (None, "/items"));
    let form = raw::add_item_form(&item).unwrap();
    assert_eq!(form.body, Body::Form("a=b&list=1&list=2".to_owned()));
    assert_eq!((form.operation, form.path.as_str()), (&operations::ADD_ITEM, "/items"));
    assert_eq!(raw::add_item_multipart(Multipart).unwrap().body, Body::Multipart);
    let text = raw::add_item_text("t".to_owned()).unwrap();
    assert_eq!(content_type(&text), Some("text/csv"));
    assert_eq!(text.body, Body::Text("t".to_owned()));
    let png = raw::add_item_bytes(b"p".as_slice().into()).unwrap();
    assert_eq!(content_type(&png), Some("image/png"));
    let pdf = raw::add_item_application_pdf(b"p".as_slice().into()).unwrap();
    assert_eq!(content_type(&pdf), Some("application/pdf"));
}

#[test]
fn the_declared_media_type_is_sent() {
    use media_types::{prepared::Body, raw};
    let patch = raw::patch_item(Some(&vec![json!({"op": "remove"})])).unwrap();
    assert_eq!(content_type(&patch), Some("application/json-patch+json"));
    assert_eq!(patch.body, Body::Json(json!([{"op": "remove"}])));
    assert_eq!(content_type(&raw::patch_item::<serde_json::Value>(None).unwrap()), None);
    let image = raw::put_image("image/webp", b"w".as_slice().into()).unwrap();
    assert_eq!(content_type(&image), Some("image/webp"));
    let any = raw::put_any("a/b", Some(b"w".as_slice().into())).unwrap();
    assert_eq!(content_type(&any), Some("a/b"));
    assert_eq!(any.body, Body::Bytes(b"w".as_slice().into()));
}

#[test]
fn properties_of_a_form_have_the_declared_encoding() {
    use media_types::{prepared::Body, raw};
    let text = json!({"tags": ["a", "b"], "where": {"x": 1}, "meta": {"y": [2]}, "any": true, "none": null});
    let request = raw::search(&from_value::<raw::types::SearchBody>(text).unwrap()).unwrap();
    let expected = "meta=%7B%22y%22%3A%5B2%5D%7D&tags=a%2Cb&where%5Bx%5D=1";
    assert_eq!(request.body, Body::Form(expected.to_owned()));
}

#[test]
fn the_type_of_a_response_covers_all_successes() {
    use media_types::{prepared::Prepared, raw};
    let accept = |headers: &[(&'static str, String)]| {
        let found = headers.iter().find(|(name, _)| *name == "accept");
        found.map(|(_, value)| value.clone())
    };
    let text: Prepared<String> = raw::read_text().unwrap();
    assert_eq!(accept(&text.headers).as_deref(), Some("text/html"));
    let bytes: Prepared<bytes::Bytes> = raw::read_either().unwrap();
    assert_eq!(accept(&bytes.headers).as_deref(), Some("application/json, text/plain"));
    let json: Prepared<bool> = raw::read_json().unwrap();
    assert_eq!(accept(&json.headers), None);
    let vendor: Prepared<i64> = raw::read_vendor().unwrap();
    assert_eq!(accept(&vendor.headers).as_deref(), Some("application/vnd.api+json"));
}

/// An operation whose alternatives all have a scheme requires a user token, whatever the schemes are.
#[test]
fn every_shape_of_security_is_read() {
    use security::operations::{INHERITED, NONE, OPTIONAL, UNKNOWN};
    let required = [&INHERITED, &NONE, &OPTIONAL, &UNKNOWN].map(|one| one.requires_user_token());
    assert_eq!(required, [true, false, false, true]);
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

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn point(y: Option<&str>) -> parameter_styles::raw::types::Point {
    parameter_styles::raw::types::Point {
        x: 1,
        y: y.map(str::to_owned),
    }
}

#[test]
fn query_parameters_are_sent_in_their_style() {
    use parameter_styles::raw::query_styles;
    let (list, point) = (texts(&["a b", "c,d"]), point(Some("&")));
    let (numbers, points) = (vec![1, 2], vec![point.clone()]);
    let all = query_styles(
        Some("any"),
        Some(&list),
        Some(&point),
        Some(&point),
        Some(&points),
        Some(&point),
        Some(&list),
        Some(&numbers),
        Some(&list),
        Some("[{}]"),
        Some(&list),
    );
    let query = all.unwrap().query;
    let expected = [
        "any=any",
        "comma=a+b,c%2Cd",
        "deep%5Bx%5D=1&deep%5By%5D=%26",
        "x=1&y=%26",
        "filter=%5B%7B%22x%22%3A1%2C%22y%22%3A%22%26%22%7D%5D",
        "joined=x,1,y,%26",
        "one-or-more=a+b,c%2Cd",
        "pipe=1%7C2",
        "repeated=a+b&repeated=c%2Cd",
        "rows=%5B%7B%7D%5D",
        "space=a+b%20c%2Cd",
    ];
    assert_eq!(query, expected.join("&"));
    let none = query_styles(None, None, None, None, None, None, None, None, None, None, None);
    assert_eq!(none.unwrap().query, "");
}

#[test]
fn path_and_header_parameters_are_sent_in_their_style() {
    use parameter_styles::raw::{header_styles, path_styles};
    let (ids, y) = (texts(&["a/b", "c,d"]), point(Some("=")));
    let request = path_styles(&ids, &y, &y, "a", "t").unwrap();
    assert_eq!(request.path, "/paths/a%2Fb,c%2Cd/x,1,y,%3D/x=1,y=%3D/a/t");
    let ids = vec![1, 2];
    let all = header_styles(Some(&ids), Some(&y), Some("b"), Some("n"), Some(&y), &y).unwrap();
    let expected = [
        ("X-Ids", "1,2"),
        ("X-Json", r#"{"x":1,"y":"="}"#),
        ("X-Kind", "b"),
        ("X-Null", "n"),
        ("X-Pairs", "x=1,y=="),
        ("X-Point", "x,1,y,="),
    ];
    let mut headers = all.headers;
    headers.sort();
    assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
    let only = header_styles(None, None, None, None, None, &point(None)).unwrap();
    assert_eq!(only.headers, [("X-Point", "x,1".to_owned())]);
}

#[test]
fn renamed_parameters_are_sent_with_the_names_of_the_document() {
    use renamed::raw::{list_users1, list_users1_3, list_users_1_2, words};
    let request = list_users1("1", "2", "3", Some("4"), Some("5"), Some("6"), Some("7")).unwrap();
    assert_eq!(request.path, "/one/1/2/3");
    assert_eq!(request.query, "createdAt=4&created_at=5&itemId=6");
    assert_eq!(request.headers, [("Created-At", "7".to_owned())]);
    let request = list_users_1_2("1", "2", "3", "body").unwrap();
    assert_eq!((request.path.as_str(), request.operation.id()), ("/one/1/2/3", "listUsers_1"));
    assert_eq!(list_users1_3("1", "2", "3").unwrap().operation.id(), "list-users1");
    let request = words(Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)).unwrap();
    assert_eq!(request.query, "Result=1&request=2&Request=3&result=4&type=5");
    assert_eq!(request.headers, [("type", "6".to_owned())]);
}

#[test]
fn functions_with_equal_names_keep_their_operations() {
    use renamed::raw::{strasse_2, strasse_3, straße};
    assert_eq!(straße().unwrap().operation.method(), "GET");
    assert_eq!(strasse_3().unwrap().operation.method(), "PUT");
    assert_eq!(strasse_2().unwrap().operation.method(), "POST");
}

#[test]
fn the_fragment_of_a_path_is_not_sent() {
    let request = renamed::raw::words_again().unwrap();
    assert_eq!(request.path, "/three");
    assert_eq!(request.operation.path(), "/three");
}

/// An empty list or map is sent as it is, and nothing for an unset property.
#[test]
fn optional_properties_are_sent_if_they_are_set() {
    use optional_properties::{prepared::Body, raw};
    let required = json!({"names": [], "parent": null});
    let mut nested = required.clone();
    nested["next"] = required.clone();
    let mut empty = required.clone();
    for (name, value) in [("tags", json!([])), ("labels", json!({})), ("open", json!({})), ("type", json!([]))] {
        empty[name] = value;
    }
    for item in [required, nested, empty] {
        let value: raw::types::Item = from_value(item.clone()).unwrap();
        assert_eq!(raw::put_item(&value).unwrap().body, Body::Json(item));
    }
}
