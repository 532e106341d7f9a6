//! Rust names of operations and parameters, derived in the same way as in progenitor.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase, ToUpperCamelCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Converts the name of an operation or a parameter to that of a function or an argument.
///
/// Takes the same steps as progenitor, so that both use the same names.
pub(crate) fn function(name: &str) -> String {
    let plain = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        name => name
            .replace('\'', "")
            .replace(|c: char| !is_xid_continue(c), "-")
            .to_snake_case(),
    };
    let plain = match plain.chars().next() {
        None => "x".to_owned(),
        Some(first) if is_xid_start(first) => plain,
        Some(_) => format!("_{plain}"),
    };
    // `gen` is a keyword since the 2024 edition; syn accepts it as an identifier.
    match syn::parse_str::<syn::Ident>(&plain) {
        Ok(_) if plain != "gen" => plain,
        _ => format!("{plain}_"),
    }
}

/// Converts the name of a schema to that of its type.
///
/// Takes the same steps as typify, so that both use the same names.
pub(crate) fn schema_type(name: &str) -> String {
    let name = match name {
        "+1" => "Plus1".to_owned(),
        "-1" => "Minus1".to_owned(),
        name => name
            .replace('\'', "")
            .replace(|c: char| !is_xid_continue(c), "-")
            .to_pascal_case(),
    };
    let name = match name.chars().next() {
        None => "X".to_owned(),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("X{name}"),
    };
    match syn::parse_str::<syn::Ident>(&name) {
        Ok(_) => name,
        Err(_) => format!("{name}_"),
    }
}

/// The name of the constant of an operation in `operations.rs`.
pub(crate) fn constant(function: &str) -> String {
    match function.trim_end_matches('_').to_uppercase().as_str() {
        "ALL" => "ALL_".to_owned(),
        name => name.to_owned(),
    }
}

/// The name of the types of an operation in `mock.rs`, without their suffix.
pub(crate) fn type_name(function: &str) -> String {
    let name = function.to_upper_camel_case();
    // Camel case drops the `_` of a function name whose first letter would be a digit.
    match name.starts_with(char::is_alphabetic) {
        true => name,
        false => format!("Operation{name}"),
    }
}

/// The name, or the first of `name2`, `name3` and so on whose converted form is not in `taken`. Adds that form.
pub(crate) fn numbered(
    name: &str,
    taken: &mut BTreeSet<String>,
    convert: fn(&str) -> String,
) -> String {
    let mut unique = name.to_owned();
    let mut number = 1;
    while !taken.insert(convert(&unique)) {
        number += 1;
        unique = format!("{name}{number}");
    }
    unique
}

/// The new names of those of `names` whose converted forms are equal, or in `taken`.
///
/// A name that equals its converted form keeps it. `candidate` appends a number to another name.
pub(crate) fn distinguished<'n>(
    names: impl Iterator<Item = &'n str>,
    mut taken: BTreeSet<String>,
    convert: fn(&str) -> String,
    candidate: fn(&str, usize) -> String,
) -> BTreeMap<String, String> {
    let mut names: Vec<&str> = names.collect();
    names.sort_by_key(|name| **name != convert(name));
    let all: BTreeSet<String> = names.iter().map(|name| convert(name)).collect();
    // The number that is tried next, for each converted form: many names may have the same.
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut renamed = BTreeMap::new();
    for name in names {
        let own = convert(name);
        if taken.insert(own.clone()) {
            continue;
        }
        let next = next.entry(own).or_insert(2);
        let unique = (*next..).find_map(|number| {
            *next = number + 1;
            let new = candidate(name, number);
            let converted = convert(&new);
            (!all.contains(&converted) && taken.insert(converted)).then_some(new)
        });
        renamed.extend(unique.map(|new| (name.to_owned(), new)));
    }
    renamed
}

/// Returns the first free name of `name` with `_` and the suffix, then `name_2`, `name_3` and so on.
pub(crate) fn distinct(name: &str, suffix: Option<&str>, is_free: impl Fn(&str) -> bool) -> String {
    let stem = name.trim_end_matches('_');
    let suffixed = suffix.map(|suffix| format!("{stem}_{suffix}"));
    if let Some(suffixed) = suffixed.filter(|name| is_free(name)) {
        return suffixed;
    }
    let mut number = 2_usize;
    loop {
        let numbered = format!("{stem}_{number}");
        if is_free(&numbered) {
            return numbered;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{distinct, function};

    #[test]
    fn a_distinct_name_is_the_first_free_one() {
        let taken = ["id_query", "id_2", "type_2"];
        let is_free = |name: &str| !taken.contains(&name);
        assert_eq!(distinct("id", None, is_free), "id_3");
        assert_eq!(distinct("id", Some("query"), is_free), "id_3");
        assert_eq!(distinct("id", Some("header"), is_free), "id_header");
        assert_eq!(distinct("type_", None, is_free), "type_3");
        assert_eq!(distinct("gen_", Some("query"), is_free), "gen_query");
    }

    #[test]
    fn every_name_is_converted_to_a_valid_identifier() {
        let names = [
            ("createObject", "create_object"),
            ("table-name", "table_name"),
            ("where", "where_"),
            ("gen", "gen_"),
            ("2nd", "_2nd"),
            ("user's", "users"),
            ("x\u{b2}", "x"),
            ("!!", "x"),
            ("größe", "größe"),
            ("+1", "plus1"),
        ];
        for (name, expected) in names {
            assert_eq!(function(name), expected, "{name}");
            assert!(syn::parse_str::<syn::Ident>(expected).is_ok(), "{expected}");
        }
    }
}
