//! The meaning of the code of the small documents.

use serde_json::{from_value, json, to_value};

use crate::{nullable, parameter_styles, paths, renamed, scalar_bodies};

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
