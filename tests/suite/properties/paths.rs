//! Every parameter of every path of the operation table.

use std::collections::BTreeSet;

use backendless::{Client, Error, operation::Operation, operations};
use backendless_tests::catalogue::{self, Context, Values};
use backendless_tests::spec::Spec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::reading::{Reading, read, segments};
use super::text::{any_text, is_ordinary, ordinary};
use super::{Trial, fail, for_all};

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
    trial: Trial,
    client: Client,
    spec: Spec,
}

impl Paths {
    fn new() -> Self {
        let trial = Trial::new();
        let client = trial.sink.client();
        let spec = Spec::read();
        Self {
            trial,
            client,
            spec,
        }
    }

    /// Refused, or exactly these values in exactly this operation.
    fn check(&self, operation: &Operation, values: &[String]) -> TestCaseResult {
        let call = call(&self.client, operation, values);
        let Some(request) = self.trial.send(call)? else {
            return no_reason_to_refuse(operation, values);
        };
        let parameters = operation.path_parameters().iter();
        let path = parameters.zip(values).map(|(parameter, value)| {
            let several = parameter.several_segments();
            let segments = match several {
                true => value.split('/').map(str::to_owned).collect(),
                false => vec![value.clone()],
            };
            (parameter.name().to_owned(), segments)
        });
        let meant = Reading {
            operation: operation.id().to_owned(),
            path: path.collect(),
            query: query_of(operation),
        };
        prop_assert_eq!(read(&self.spec, &request)?, meant);
        Ok(())
    }
}

fn query_of(operation: &Operation) -> Vec<(String, String)> {
    let query = catalogue::entry(operation.id()).unwrap().query.iter();
    query
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A client that refused everything would never be wrong about a path.
fn no_reason_to_refuse(operation: &Operation, values: &[String]) -> TestCaseResult {
    let mut parameters = operation.path_parameters().iter().zip(values);
    let ordinary = parameters.all(|(parameter, value)| {
        is_ordinary(value) && !parameter.reserved().contains(&value.as_str())
    });
    match ordinary {
        true => fail(format!("{operation} refuses {values:?}")),
        false => Ok(()),
    }
}

/// One parameter after the other takes any text, with ordinary ones beside it.
#[test]
fn a_path_carries_every_value_or_refuses_it() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        for at in 0..operation.path_parameters().len() {
            for_all(150, (any_text(), ordinary()), |(text, beside)| {
                let mut values = vec![beside; operation.path_parameters().len()];
                values[at] = text;
                paths.check(operation, &values)
            });
        }
    }
}

/// All parameters of a path take any text at once: together they may say what none says alone.
#[test]
fn a_path_carries_all_its_values_or_refuses_them() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        let several = operation.path_parameters().len();
        if several > 1 {
            for_all(
                150,
                proptest::collection::vec(any_text(), several),
                |values| paths.check(operation, &values),
            );
        }
    }
}

/// A path of a file is made of segments, of which each takes any text.
#[test]
fn a_file_path_carries_every_segment_or_is_refused() {
    let paths = Paths::new();
    let segments = proptest::collection::vec(any_text(), 1..4);
    let path = segments.prop_map(|segments| segments.join("/"));
    for_all(400, path, |path| {
        let values = [path];
        paths.check(&operations::UPLOAD_FILE, &values)?;
        paths.check(&operations::DELETE_FILE, &values)
    });
}

/// Longer than any URL may be: refused, not cut.
#[test]
fn a_value_that_no_target_can_hold_is_refused() {
    let paths = Paths::new();
    for operation in operations_with_parameters() {
        let values = operation.path_parameters().iter();
        let values: Vec<_> = values.map(|_| "ü".repeat(12_000)).collect();
        let call = call(&paths.client, operation, &values);
        let sent = paths.trial.send(call).unwrap();
        assert_eq!(sent, None, "{operation}");
    }
}

/// The app id and the key are the first two segments, whatever they hold.
#[test]
fn an_app_is_no_other_app_or_refused() {
    let trial = Trial::new();
    for_all(60, (any_text(), any_text()), |(app_id, api_key)| {
        let client = Client::builder(&app_id, &api_key).api_url(trial.sink.url());
        let Ok(client) = client.build() else {
            let ordinary = is_ordinary(&app_id) && is_ordinary(&api_key);
            prop_assert!(!ordinary, "an ordinary app is refused");
            return Ok(());
        };
        let Some(request) = trial.send(client.counters().get("c").send())? else {
            return Ok(());
        };
        let meant = [&app_id, &api_key, "counters", "c", "get"];
        prop_assert_eq!(segments(&request)?, meant);
        Ok(())
    });
}

/// The values that the document makes another operation's, in every place where they stand.
#[test]
fn a_value_that_makes_another_operation_is_refused_and_no_other() {
    let paths = Paths::new();
    let templates = operations::ALL.iter().map(|operation| operation.path());
    let words: BTreeSet<String> = templates
        .flat_map(|path| path.split('/').skip(1))
        .filter(|word| !word.starts_with('{'))
        .map(str::to_owned)
        .collect();
    for operation in operations_with_parameters() {
        for word in &words {
            let values = vec![word.clone(); operation.path_parameters().len()];
            paths.check(operation, &values).unwrap();
        }
    }
}

#[test]
fn the_table_and_the_document_name_the_same_parameters() {
    let table: BTreeSet<(String, String)> = operations_with_parameters()
        .flat_map(|operation| {
            let parameters = operation.path_parameters().iter();
            parameters.map(|parameter| (operation.id().to_owned(), parameter.name().to_owned()))
        })
        .collect();
    assert_eq!(table, Spec::read().parameters("path"));
}
