//! Every path parameter of every operation.

use std::collections::BTreeSet;

use backendless::{Client, Error, operations, operations::Operation};
use backendless_tests::AddressForm;
use backendless_tests::catalogue::{self, Context, Values};
use backendless_tests::spec::Spec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::parsed::{ParsedTarget, parse, segments};
use super::text::{any_text, is_ordinary, ordinary};
use super::{Fixture, fail, for_all};

/// Calls the operation through the public API with these values for the parameters of its path.
async fn call(client: &Client, operation: &Operation, values: &[String]) -> Result<(), Error> {
    let entry = catalogue::entry(operation.id()).unwrap();
    let context = Context::new(client, &Values::default());
    entry.call.send(context.with_path(values.to_vec())).await
}

fn operations_with_parameters() -> impl Iterator<Item = &'static Operation> {
    let all = operations::ALL.iter().copied();
    all.filter(|operation| !operation.path_parameters().is_empty())
}

struct Paths {
    fixture: Fixture,
    /// A client of each form of the address.
    clients: [Client; 2],
    spec: Spec,
}

impl Paths {
    fn new() -> Self {
        let fixture = Fixture::new();
        let clients = AddressForm::ALL.map(|address| fixture.sink.client_of(address));
        let spec = Spec::read();
        Self {
            fixture,
            clients,
            spec,
        }
    }

    /// Asserts that the values are rejected, or arrive unchanged at this operation, whatever the form of the address is.
    fn check(&self, operation: &Operation, values: &[String]) -> TestCaseResult {
        let mut clients = self.clients.iter();
        clients.try_for_each(|client| self.check_client(client, operation, values))
    }

    fn check_client(
        &self,
        client: &Client,
        operation: &Operation,
        values: &[String],
    ) -> TestCaseResult {
        let call = call(client, operation, values);
        let Some(request) = self.fixture.send(call)? else {
            return check_rejection(operation, values);
        };
        let parameters = operation.path_parameters().iter();
        let path = parameters.zip(values).map(|(parameter, value)| {
            let segments = match parameter.multi_segment() {
                true => value.split('/').map(str::to_owned).collect(),
                false => vec![value.clone()],
            };
            (parameter.name().to_owned(), segments)
        });
        let expected = ParsedTarget {
            operation: operation.id().to_owned(),
            path: path.collect(),
            query: query_of(operation),
        };
        prop_assert_eq!(parse(&self.spec, &request)?, expected);
        Ok(())
    }
}

fn query_of(operation: &Operation) -> Vec<(String, String)> {
    let query = catalogue::entry(operation.id()).unwrap().query.iter();
    query
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Fails if ordinary values were rejected: a client that rejects everything would pass all other
/// checks.
fn check_rejection(operation: &Operation, values: &[String]) -> TestCaseResult {
    let mut parameters = operation.path_parameters().iter().zip(values);
    let ordinary = parameters.all(|(parameter, value)| {
        is_ordinary(value) && !parameter.reserved().contains(&value.as_str())
    });
    match ordinary {
        true => fail(format!("{operation} rejects {values:?}")),
        false => Ok(()),
    }
}

/// Tests any text in one parameter at a time, with ordinary values in the others.
#[test]
fn each_path_value_arrives_unchanged_or_is_rejected() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        for at in 0..operation.path_parameters().len() {
            for_all(60, (any_text(), ordinary()), |(text, other)| {
                let mut values = vec![other; operation.path_parameters().len()];
                values[at] = text;
                paths.check(operation, &values)
            });
        }
    }
}

/// Tests any text in all parameters of a path at once, since values may form another path only
/// together.
#[test]
fn all_path_values_arrive_unchanged_or_are_rejected() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        let count = operation.path_parameters().len();
        if count > 1 {
            for_all(
                150,
                proptest::collection::vec(any_text(), count),
                |values| paths.check(operation, &values),
            );
        }
    }
}

/// Tests any text in each segment of a file path.
#[test]
fn file_path_segments_arrive_unchanged_or_are_rejected() {
    let paths = Paths::new();
    let segments = proptest::collection::vec(any_text(), 1..4);
    let path = segments.prop_map(|segments| segments.join("/"));
    for_all(400, path, |path| {
        let values = [path];
        paths.check(&operations::UPLOAD_FILE, &values)?;
        paths.check(&operations::DELETE_FILE, &values)
    });
}

/// Values longer than any URL are rejected, not truncated.
#[test]
fn value_that_is_too_long_for_a_url_is_rejected() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        let values = operation.path_parameters().iter();
        let values: Vec<_> = values.map(|_| "ü".repeat(12_000)).collect();
        for client in &paths.clients {
            let call = call(client, operation, &values);
            let sent = paths.fixture.send(call).unwrap();
            assert_eq!(sent, None, "{operation}");
        }
    }
}

/// The app id and the API key are always the first two segments.
#[test]
fn app_id_and_key_are_the_first_segments_or_are_rejected() {
    let fixture = Fixture::new();
    for_all(60, (any_text(), any_text()), |(app_id, api_key)| {
        let client = Client::builder(&app_id, &api_key).api_url(fixture.sink.url());
        let Ok(client) = client.build() else {
            let ordinary = is_ordinary(&app_id) && is_ordinary(&api_key);
            prop_assert!(!ordinary, "an ordinary app is rejected");
            return Ok(());
        };
        let Some(request) = fixture.send(client.counters().get("c").send())? else {
            return Ok(());
        };
        let expected = [&app_id, &api_key, "counters", "c", "get"];
        prop_assert_eq!(segments(&request)?, expected);
        Ok(())
    });
}

/// The segments of the path of a domain are always the first ones.
#[test]
fn api_path_of_a_domain_precedes_the_path_or_is_rejected() {
    let fixture = Fixture::new();
    let segments = proptest::collection::vec(any_text(), 0..3);
    for_all(100, segments, |segments| {
        let path = format!("/{}", segments.join("/"));
        let client = Client::for_domain(fixture.sink.url()).api_path(&path);
        let Ok(client) = client.build() else {
            // A `%` may be meant as percent-encoding; `?` and `#` end a path.
            let is_accepted =
                |segment: &String| is_ordinary(segment) && !segment.contains(['%', '?', '#']);
            let ordinary = segments.iter().all(is_accepted);
            prop_assert!(!ordinary, "an ordinary path is rejected");
            return Ok(());
        };
        let Some(request) = fixture.send(client.counters().get("c").send())? else {
            return Ok(());
        };
        let path = path.trim_end_matches('/');
        let expected = format!("{path}/counters/c/get");
        let expected: Vec<&str> = expected.split('/').skip(1).collect();
        prop_assert_eq!(super::parsed::segments(&request)?, expected);
        Ok(())
    });
}

/// Tests the fixed segments of all path templates as parameter values, since they may form the path
/// of another operation.
#[test]
fn only_values_that_form_another_operation_are_rejected() {
    let paths = Paths::new();
    let templates = operations::ALL.iter().map(|operation| operation.path());
    let fixed_segments: BTreeSet<String> = templates
        .flat_map(|path| path.split('/').skip(1))
        .filter(|segment| !segment.starts_with('{'))
        .map(str::to_owned)
        .collect();
    for operation in operations_with_parameters() {
        for segment in &fixed_segments {
            let values = vec![segment.clone(); operation.path_parameters().len()];
            paths.check(operation, &values).unwrap();
        }
    }
}

#[test]
fn operation_table_has_the_path_parameters_of_the_document() {
    let table: BTreeSet<(String, String)> = operations_with_parameters()
        .flat_map(|operation| {
            let parameters = operation.path_parameters().iter();
            parameters.map(|parameter| (operation.id().to_owned(), parameter.name().to_owned()))
        })
        .collect();
    assert_eq!(table, Spec::read().parameters("path"));
}
