use super::*;
use crate::Timestamp;
use std::time::{Duration, UNIX_EPOCH};

fn clause(filter: Filter) -> String {
    filter.to_clause().unwrap().to_owned()
}

#[test]
fn each_comparison_has_its_operator() {
    assert_eq!(clause(field("a").eq(1)), "a = 1");
    assert_eq!(clause(field("a").ne(1.5)), "a != 1.5");
    assert_eq!(clause(field("a").lt(-1)), "a < -1");
    assert_eq!(clause(field("a").le(u64::MAX)), "a <= 18446744073709551615");
    assert_eq!(clause(field("a").gt(true)), "a > true");
    assert_eq!(clause(field("a").ge("x")), "a >= 'x'");
    assert_eq!(clause(field("a").like("x%")), "a LIKE 'x%'");
    assert_eq!(clause(field("a").not_like("x%")), "a NOT LIKE 'x%'");
    assert_eq!(clause(field("a").between(1, 2)), "a BETWEEN 1 AND 2");
    assert_eq!(clause(field("a").is_in(["x", "y"])), "a IN ('x', 'y')");
    assert_eq!(clause(field("a").not_in([1, 2])), "a NOT IN (1, 2)");
    assert_eq!(clause(field("a").is_null()), "a IS NULL");
    assert_eq!(clause(field("a").is_not_null()), "a IS NOT NULL");
    assert_eq!(clause(field("a.b").eq(None::<i32>)), "a.b IS NULL");
    assert_eq!(clause(field("a").ne(None::<i32>)), "a IS NOT NULL");
}

#[test]
fn an_empty_list_matches_no_row_and_its_negation_every_row() {
    assert_eq!(clause(field("a").is_in([0_i32; 0])), "1=0");
    assert_eq!(clause(field("a").not_in([0_i32; 0])), "1=1");
}

#[test]
fn a_time_is_sent_in_milliseconds() {
    let time = UNIX_EPOCH + Duration::from_millis(1_700_000_000_000);
    assert_eq!(
        clause(field("created").ge(time)),
        "created >= 1700000000000"
    );
    let time = Timestamp::from_millis(5);
    assert_eq!(clause(field("created").lt(time)), "created < 5");
}

#[test]
fn conditions_keep_their_grouping() {
    let either = field("a").eq(1).or(field("b").eq(2));
    assert_eq!(
        clause(either.and("c = 3 OR d = 4")),
        "((a = 1) OR (b = 2)) AND (c = 3 OR d = 4)"
    );
    assert_eq!(clause(!field("a").eq(1)), "NOT (a = 1)");
    assert_eq!(clause(Filter::from("").and(field("a").eq(1))), "a = 1");
    assert_eq!(clause(field("a").eq(1).and("")), "a = 1");
    assert_eq!(clause(Filter::from("").or(field("a").eq(1))), "");
    assert_eq!(clause(field("a").eq(1).or("")), "");
}

#[test]
fn quotes_in_a_string_are_doubled_and_nothing_else_is_changed() {
    let text = r#"O'Hara's \ " -- ; /* %"#;
    assert_eq!(
        clause(field("a").eq(text)),
        r#"a = 'O''Hara''s \ " -- ; /* %'"#
    );
}

#[test]
fn invalid_names_and_values_are_rejected_by_name() {
    for name in ["", "a b", "a=1 OR 1", "1a", "a.", ".a", "a'b", "a--", "a)"] {
        let error = field(name).eq(1).to_clause().unwrap_err().to_string();
        assert!(error.contains(&format!("{name:?}")), "{error}");
    }
    for filter in [
        field("a").eq(f64::NAN),
        field("a").lt(f64::INFINITY),
        field("a").eq("x\0y"),
        field("a").lt(None::<i32>),
        field("a").is_in([Some(1), None]),
        field("b").eq(1).and(field("a").eq(f64::NAN)),
        !field("a").eq(f64::NAN),
    ] {
        let error = filter.to_clause().unwrap_err().to_string();
        assert!(error.contains("column a"), "{error}");
    }
}

#[test]
fn debug_omits_values() {
    let filter = field("card").eq("4111-1111");
    assert_eq!(format!("{filter:?}"), "Filter { .. }");
    assert_eq!(format!("{:?}", Value::from("4111")), "Value { .. }");
}

#[test]
fn every_kind_of_integer_text_and_float_is_a_value() {
    use std::borrow::Cow;
    use std::rc::Rc;
    use std::sync::Arc;

    assert_eq!(clause(field("a").eq(7_usize)), "a = 7");
    assert_eq!(clause(field("a").eq(-7_isize)), "a = -7");
    assert_eq!(clause(field("a").is_in(vec![1_usize, 2])), "a IN (1, 2)");
    assert_eq!(
        clause(field("a").eq(usize::MAX)),
        "a = 18446744073709551615"
    );
    assert_eq!(
        clause(field("a").eq(i128::MIN)),
        format!("a = {}", i128::MIN)
    );
    assert_eq!(clause(field("a").eq(7_u128)), "a = 7");
    assert!(field("a").eq(u128::MAX).to_clause().is_err());
    assert_eq!(clause(field("a").eq('\'')), "a = ''''");
    assert_eq!(clause(field("a").eq(Cow::Borrowed("x"))), "a = 'x'");
    assert_eq!(
        clause(field("a").eq(Cow::<str>::Owned("x".to_owned()))),
        "a = 'x'"
    );
    assert_eq!(clause(field("a").eq(Box::<str>::from("x"))), "a = 'x'");
    assert_eq!(clause(field("a").eq(Rc::<str>::from("x"))), "a = 'x'");
    assert_eq!(clause(field("a").eq(Arc::<str>::from("x"))), "a = 'x'");
    // The digits that serde_json writes for the same number.
    assert_eq!(clause(field("a").eq(0.1_f32)), "a = 0.1");
    assert_eq!(clause(field("a").eq(16_777_216_f32)), "a = 16777216");
    assert!(field("a").eq(f32::NAN).to_clause().is_err());
    assert!(field("a").eq(f32::NEG_INFINITY).to_clause().is_err());
}

#[test]
#[expect(
    clippy::needless_borrows_for_generic_args,
    reason = "the references are tested"
)]
fn a_reference_is_the_value_it_refers_to() {
    let (text, number, time) = ("x".to_owned(), 5, Timestamp::from_millis(5));
    assert_eq!(clause(field("a").eq(&text)), "a = 'x'");
    assert_eq!(clause(field("a").eq(&text.as_str())), "a = 'x'");
    assert_eq!(clause(field("a").eq(&&number)), "a = 5");
    assert_eq!(clause(field("a").eq(&time)), "a = 5");
    assert_eq!(clause(field("a").eq(&Some(number))), "a = 5");
    assert_eq!(clause(field("a").eq(Some(&number))), "a = 5");
    assert_eq!(clause(field("a").eq(&None::<String>)), "a IS NULL");
    assert_eq!(clause(field("a").eq(Value::from(5))), "a = 5");
    let (numbers, texts) = ([1, 2], vec!["x".to_owned()]);
    assert_eq!(clause(field("a").is_in(&numbers)), "a IN (1, 2)");
    assert_eq!(clause(field("a").is_in(&texts)), "a IN ('x')");
    assert_eq!(clause(field("a").between(&1, &2)), "a BETWEEN 1 AND 2");
}

#[test]
fn a_json_value_is_its_scalar() {
    use serde_json::json;

    assert_eq!(clause(field("a").eq(json!("O'Hara"))), "a = 'O''Hara'");
    assert_eq!(clause(field("a").eq(json!(5))), "a = 5");
    assert_eq!(
        clause(field("a").eq(json!(u64::MAX))),
        "a = 18446744073709551615"
    );
    assert_eq!(clause(field("a").eq(json!(1.5))), "a = 1.5");
    assert_eq!(clause(field("a").eq(json!(true))), "a = true");
    assert_eq!(clause(field("a").eq(json!(null))), "a IS NULL");
    assert_eq!(clause(field("a").ne(&json!(null))), "a IS NOT NULL");
    for (value, name) in [(json!([1]), "array"), (json!({"secret": 1}), "object")] {
        let error = field("a").is_in([value]).to_clause().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidArgument);
        let text = error.to_string();
        assert_eq!(
            text,
            format!("filter: column a: a JSON {name} is not a single value")
        );
    }
}

#[cfg(feature = "chrono")]
#[test]
fn a_date_of_chrono_is_a_time() {
    let time = chrono::DateTime::from_timestamp_millis(1_700_000_000_123).unwrap();
    assert_eq!(clause(field("a").ge(time)), "a >= 1700000000123");
    let hour = chrono::FixedOffset::east_opt(3_600).unwrap();
    assert_eq!(
        clause(field("a").ge(time.with_timezone(&hour))),
        "a >= 1700000000123"
    );
}

#[cfg(feature = "time")]
#[test]
fn a_date_of_the_time_crate_is_a_time() {
    let time = time::OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    assert_eq!(clause(field("a").ge(time)), "a >= 1700000000000");
}

#[test]
fn wildcards_in_a_text_are_escaped() {
    assert_eq!(clause(field("a").starts_with("x")), "a LIKE 'x%'");
    assert_eq!(clause(field("a").ends_with("x")), "a LIKE '%x'");
    assert_eq!(clause(field("a").contains("x")), "a LIKE '%x%'");
    assert_eq!(clause(field("a").contains("")), "a LIKE '%%'");
    assert_eq!(clause(field("a").contains("wow!")), "a LIKE '%wow!%'");
    assert_eq!(
        clause(field("a").contains("100%!_")),
        "a LIKE '%100!%!!!_%' ESCAPE '!'"
    );
    assert_eq!(
        clause(field("a").ends_with(r"c:\d")),
        r"a LIKE '%c:\d' ESCAPE '!'"
    );
    assert_eq!(
        clause(field("a").starts_with("O'H_")),
        "a LIKE 'O''H!_%' ESCAPE '!'"
    );
    assert!(field("a").contains("x\0y").to_clause().is_err());
    assert!(field("a b").contains("x").to_clause().is_err());
    assert_eq!(
        clause(!field("a").contains("50%").and("b = 1")),
        "NOT ((a LIKE '%50!%%' ESCAPE '!') AND (b = 1))"
    );
}
