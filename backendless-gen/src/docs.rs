//! Wraps doc comments, and keeps text of the document from running as code.
//!
//! progenitor writes each description as one block comment with lines of any length.

use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, parse_quote};

/// Max width of a line in characters, without indentation and `/// `.
const WIDTH: usize = 96;

/// Wraps all doc comments of `file`.
pub(crate) fn apply(file: &mut syn::File) {
    Docs.visit_file_mut(file);
}

struct Docs;

impl VisitMut for Docs {
    fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
        for attr in std::mem::take(attrs) {
            match text(&attr) {
                Some(text) => attrs.extend(
                    wrapped(&text)
                        .into_iter()
                        .map(|line| parse_quote!(#[doc = #line])),
                ),
                None => attrs.push(attr),
            }
        }
    }
}

/// Hides documentation from doctests where Markdown could contain a code block, which `cargo test` would run, and replaces
/// control characters.
///
/// Such a text becomes a string, so that no character of it can end a comment either.
pub(crate) fn guard(file: &mut syn::File) {
    Guard.visit_file_mut(file);
}

struct Guard;

impl VisitMut for Guard {
    fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
        let texts: Vec<String> = attrs.iter().filter_map(text).collect();
        let is_guarded = texts.iter().any(|text| may_contain_code(text));
        for attr in attrs {
            let Some(text) = text(attr) else {
                continue;
            };
            let shown = text.replace(is_invisible, "\u{fffd}");
            if is_guarded {
                *attr = parse_quote!(#[cfg_attr(not(doctest), doc = #shown)]);
            } else if shown != text {
                *attr = parse_quote!(#[doc = #shown]);
            }
        }
    }
}

/// Whether a line can open a code block: by a fence, or by four columns of indentation, also behind a marker of a list or a
/// quotation. A doc attribute that is no single line is not trusted.
fn may_contain_code(text: &str) -> bool {
    ["```", "~~~", "    ", "\t", "\n", "\r"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// The text of a doc attribute.
pub(crate) fn text(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// The lines of a doc comment. Each starts with the space after the slashes, unless it is empty.
pub(crate) fn wrapped(text: &str) -> Vec<String> {
    // A carriage return alone ends a line as well, and is not allowed in a comment.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = text.trim().lines().flat_map(|line| wrap(line.trim_end()));
    lines
        .map(|line| {
            if line.is_empty() {
                line
            } else {
                format!(" {line}")
            }
        })
        .collect()
}

/// Whether a character controls how a text is displayed. Some are escapes of terminals, and a file with a NUL is binary for
/// git, which then shows no difference of it.
fn is_invisible(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Breaks a line between words. Continuation lines of a list item are indented; code and tables are not wrapped.
fn wrap(line: &str) -> Vec<String> {
    let trimmed = line.trim_start();
    if line.len() <= WIDTH || line.starts_with("    ") || trimmed.starts_with('|') {
        return vec![line.to_owned()];
    }
    let indent = if trimmed.starts_with("- ") { "  " } else { "" };
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        if !current.trim().is_empty() && current.len() + 1 + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut current, indent.to_owned()));
            current.push_str(word);
            continue;
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    lines.push(current);
    lines
}
