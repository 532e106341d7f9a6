//! Filters: `sqlparser` reads the condition that was built, and the local server finds its rows.

use backendless::filter::field;
use backendless::{Client, Record, Table};
use backendless_local::Server;
use backendless_tests::{Comparison, Condition, Literal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use super::parsed::parse;
use super::text::any_text;
use super::{Fixture, for_all};

fn columns() -> impl Strategy<Value = String> {
    let names = [
        "age",
        "Größe",
        "_x1",
        "a.b",
        "address.city.name",
        "order",
        "date",
        "select",
    ];
    let bad = [
        "", "1a", "a b", "a--", "a'b", "a.", "x)OR(1=1", "a\0", "a\n", "`a`", "not", "a.Null",
        "TRUE",
    ];
    prop_oneof![
        8 => select(names.to_vec()).prop_map(str::to_owned),
        1 => select(bad.to_vec()).prop_map(str::to_owned),
        1 => any_text(),
        1 => "\\PC{1,3}",
    ]
}

fn literals() -> impl Strategy<Value = Literal> {
    let float = prop_oneof![
        any::<f64>(),
        Just(-0.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE)
    ];
    let edge = select(vec![i64::MIN, i64::MIN + 1, -1, 0, i64::MAX, 1 << 53]);
    prop_oneof![
        1 => Just(Literal::Null),
        1 => any::<bool>().prop_map(Literal::Boolean),
        2 => prop_oneof![any::<i64>(), edge].prop_map(Literal::Signed),
        1 => prop_oneof![any::<u64>(), Just(u64::MAX)].prop_map(Literal::Unsigned),
        2 => float.prop_map(Literal::Float),
        6 => any_text().prop_map(Literal::Text),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let comparison = select(&Comparison::ALL[..]);
    let leaf = prop_oneof![
        6 => (columns(), comparison, literals()).prop_map(|(c, by, v)| Condition::Compare(c, by, v)),
        2 => (columns(), any::<bool>(), any_text()).prop_map(|(c, n, p)| Condition::Like(c, n, p)),
        2 => (columns(), any::<bool>(), vec(literals(), 0..4)).prop_map(|(c, n, l)| Condition::In(c, n, l)),
        1 => (columns(), literals(), literals()).prop_map(|(c, l, h)| Condition::Between(c, l, h)),
        1 => (columns(), any::<bool>()).prop_map(|(c, n)| Condition::Null(c, n)),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        let pair = pair.prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Condition::And(a, b)),
            pair.prop_map(|(a, b)| Condition::Or(a, b)),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

#[test]
fn clause_of_a_filter_parses_to_the_same_condition() {
    for_all(5_000, conditions(), |condition| {
        condition.check().map_err(TestCaseError::fail)
    });
}

/// The query, or the body of a POST, contains the clause unchanged.
#[test]
fn clause_of_a_filter_is_sent_unchanged() {
    let fixture = Fixture::new();
    let table = fixture.sink.client().data::<Record>("Person");
    let spec = backendless_tests::spec::Spec::read();
    for_all(300, conditions(), |condition| {
        let filter = condition.filter();
        let Some(request) = fixture.send(table.find().filter(filter.clone()).send())? else {
            prop_assert!(!condition.is_expressible());
            return Ok(());
        };
        let clause = filter
            .to_clause()
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let target = parse(&spec, &request)?;
        if target.operation == "findObjectsByPost" {
            let body = serde_json::json!({"where": clause});
            prop_assert_eq!(request.body, body.to_string().into_bytes());
            return Ok(());
        }
        prop_assert_eq!(target.query, [("where".to_owned(), clause.to_owned())]);
        Ok(())
    });
}

struct Local {
    runtime: tokio::runtime::Runtime,
    server: Server,
    table: Table<Record>,
}

impl Local {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(Server::start()).unwrap();
        let client = Client::builder(server.app_id(), server.api_key());
        let client = client.api_url(server.url()).build().unwrap();
        let table = client.data("Value");
        Self {
            runtime,
            server,
            table,
        }
    }

    /// Creates a row for each value, and asserts that a filter by a value finds exactly its rows.
    fn check(&self, column: &str, values: &[(Value, Literal)]) -> Result<(), TestCaseError> {
        let outcome = self.runtime.block_on(self.find(column, values));
        let (by_value, count) = outcome.map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(count, values.len());
        for ((value, _), found) in values.iter().zip(by_value) {
            let equal = values.iter().map(|(other, _)| other);
            let expected: Vec<_> = equal.filter(|other| *other == value).cloned().collect();
            prop_assert_eq!(found, expected);
        }
        Ok(())
    }

    /// The values found by each value, and the number of rows found by the list of all.
    async fn find(
        &self,
        column: &str,
        values: &[(Value, Literal)],
    ) -> backendless::Result<(Vec<Vec<Value>>, usize)> {
        for (value, _) in values {
            self.table.create(&json!({column: value})).await?;
        }
        let literals = values.iter().map(|(_, literal)| literal.clone());
        let mut by_value = Vec::new();
        for literal in literals.clone() {
            let rows = self.table.find().filter(field(column).eq(literal)).await?;
            by_value.push(rows.iter().map(|row| row[column].clone()).collect());
        }
        let all = self
            .table
            .find()
            .filter(field(column).is_in(literals))
            .await?;
        for row in &all {
            self.table.delete(&row.object_id).await?;
        }
        Ok((by_value, all.len()))
    }
}

#[test]
fn filter_by_a_value_finds_exactly_its_rows() {
    let local = Local::new();
    let text = || {
        any_text().prop_filter("a text that no clause can contain", |t| {
            !t.contains('\0') && t.len() < 3_000
        })
    };
    let texts = vec(text().prop_map(|t| (json!(t), Literal::Text(t))), 1..4);
    for_all(60, texts, |values| local.check("text", &values));
    let integer = prop_oneof![
        any::<i64>(),
        select(vec![i64::MIN, i64::MAX, 0, (1 << 53) + 1, 1 << 53])
    ];
    let integers = vec(integer.prop_map(|n| (json!(n), Literal::Signed(n))), 1..4);
    for_all(40, integers, |values| local.check("integer", &values));
    // Integers above 2^53, of which not every digit is significant, and other numbers.
    let whole_numbers = (1_i64 << 53..i64::MAX).prop_map(|n| n as f64);
    let number = prop_oneof![
        whole_numbers,
        proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL
    ];
    let numbers = vec(number.prop_map(|n| (json!(n), Literal::Float(n))), 1..4);
    for_all(40, numbers, |values| local.check("number", &values));
    let booleans = vec(
        any::<bool>().prop_map(|b| (json!(b), Literal::Boolean(b))),
        1..3,
    );
    for_all(10, booleans, |values| local.check("boolean", &values));
    local.runtime.block_on(local.server.stop());
}

/// Texts that try to end the literal, in a table with a row that no filter may find.
#[test]
fn text_cannot_end_its_literal() {
    let local = Local::new();
    local.runtime.block_on(async {
        local
            .table
            .create(&json!({"text": "secret"}))
            .await
            .unwrap();
        for text in [
            "' OR '1'='1",
            "\\' OR 1=1 -- ",
            "'' OR 1=1",
            "x' OR text != '",
            "%",
            "\\",
        ] {
            let table = &local.table;
            for filter in [field("text").eq(text), field("text").is_in([text])] {
                let rows = table.find().filter(filter).await.unwrap();
                assert!(rows.is_empty(), "{text} finds the secret row");
            }
        }
        local.server.stop().await;
    });
}
