//! Rust names of operations and parameters, derived in the same way as in progenitor.

use heck::{ToPascalCase, ToSnakeCase};
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

#[cfg(test)]
mod tests {
    use super::function;

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
