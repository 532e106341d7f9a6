//! Documentation that reads like written.

use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, parse_quote};

use super::{Context, Pass};
use crate::Error;

pub(super) const PASS: Pass = Pass {
    id: "docs",
    why: "progenitor writes each description as one block comment of endless lines, and names a type as all it says of it",
    apply,
};

/// The widest line of a comment, its `/// ` and indentation not counted.
const WIDTH: usize = 96;

fn apply(_: &Context<'_>, file: &mut syn::File) -> Result<(), Error> {
    Docs.visit_file_mut(file);
    Ok(())
}

struct Docs;

impl VisitMut for Docs {
    fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
        let tidy = std::mem::take(attrs);
        for attr in tidy {
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

    fn visit_item_mut(&mut self, item: &mut Item) {
        visit_mut::visit_item_mut(self, item);
    }
}

fn text(attr: &Attribute) -> Option<String> {
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

/// The lines of a comment, each with the space after the slashes.
pub(crate) fn wrapped(text: &str) -> Vec<String> {
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

/// Breaks a line between words. The rest of a list item is indented; code and tables are left alone.
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
