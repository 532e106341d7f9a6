//! How names of the specification read in Rust: the way progenitor spells them.

use heck::ToSnakeCase;

/// The name of a function or an argument.
///
/// The same steps as progenitor's, so that what is generated here meets what is generated there.
pub(crate) fn function(name: &str) -> String {
    let plain = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        name => name
            .replace('\'', "")
            .replace(|c: char| !is_continue(c), "-")
            .to_snake_case(),
    };
    let plain = match plain.chars().next() {
        None => "x".to_owned(),
        Some(first) if first.is_alphabetic() => plain,
        Some(_) => format!("_{plain}"),
    };
    // `gen` is a keyword since the 2024 edition, which syn does not count.
    match syn::parse_str::<syn::Ident>(&plain) {
        Ok(_) if plain != "gen" => plain,
        _ => format!("{plain}_"),
    }
}

fn is_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
