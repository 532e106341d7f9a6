//! Checks of the files of the corpus.

use std::collections::{BTreeMap, BTreeSet};

use backendless_tests::spec::Spec;
use serde_json::json;

use crate::case::{all, files, folder, read};

/// The least number of cases of an operation.
const MIN_CASES: usize = 10;

#[test]
fn every_operation_has_at_least_ten_cases() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for id in Spec::read().operation_ids() {
        counts.insert(id, (0, 0));
    }
    for case in all() {
        let (handwritten, expanded) = counts
            .get_mut(case.operation())
            .unwrap_or_else(|| panic!("{}: unknown operation", case.title));
        *(if case.is_handwritten {
            handwritten
        } else {
            expanded
        }) += 1;
    }
    for (id, (handwritten, expanded)) in &counts {
        println!("{id}: {handwritten} written by hand, {expanded} expanded");
    }
    let total = counts
        .values()
        .fold((0, 0), |sum, n| (sum.0 + n.0, sum.1 + n.1));
    println!("total: {} written by hand, {} expanded", total.0, total.1);
    let few: Vec<_> = counts
        .iter()
        .filter(|(_, (a, b))| a + b < MIN_CASES || *a == 0)
        .collect();
    assert!(few.is_empty(), "{few:?}");
}

#[test]
fn names_of_the_cases_of_an_operation_differ() {
    let mut names = BTreeSet::new();
    for case in all() {
        let name = (case.operation().to_owned(), case.value["name"].to_string());
        assert!(names.insert(name), "{}", case.title);
    }
}

#[test]
fn files_match_the_schema() {
    let schema = read(&folder().join("case.schema.json"));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (file, value) in files("cases").into_iter().chain(files("expanded")) {
        let errors = validator.iter_errors(&value).take(5);
        let errors: Vec<String> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(json!(errors), json!([]), "{file}");
    }
}
