//! Changes of components, and the operations that use them.

use std::collections::BTreeMap;

use super::{Context, both};
use crate::Error;
use crate::document::At;
use crate::rules::schemas::{component, of_content, reachable};
use crate::spec::diff::{Change, Comparison, Level, Side};

/// Compares each component that both sides have, and lists those that only one side has.
pub(in crate::spec::diff) fn compare_components(
    comparison: &mut Comparison<'_>,
) -> Result<(), Error> {
    let mut uses = BTreeMap::new();
    for side in [comparison.old, comparison.new] {
        count(side, &mut uses);
    }
    let (old, new) = (comparison.old, comparison.new);
    for (name, after) in new.document.components("schemas") {
        let pointer = after.pointer();
        let context = uses.get(name).cloned().unwrap_or_default();
        let label = format!("`{name}`");
        match old.document.at(pointer) {
            Some(before) => both(comparison, &context, &label, Some(before), Some(after))?,
            None => {
                let level = context.level(Level::Additive, Level::Additive);
                let change = Change::new(level, format!("schema {label} is new"), &after);
                context.add(comparison, change);
            }
        }
    }
    for (name, before) in old.document.components("schemas") {
        // What its removal means is a difference where it was used.
        if new.document.at(before.pointer()).is_none() {
            let context = uses.get(name).cloned().unwrap_or_default();
            let change = Change::new(
                Level::Textual,
                format!("schema `{name}` is removed"),
                &before,
            );
            context.add(comparison, change);
        }
    }
    Ok(())
}

/// Adds the operations that use each component, directly or through another.
fn count(side: &Side, uses: &mut BTreeMap<String, Context>) {
    for operation in &side.model.operations {
        let Some(at) = side.document.at(&operation.pointer) else {
            continue;
        };
        let body = at.child("requestBody").into_iter().collect::<Vec<_>>();
        let responses = at.entries_of("responses").into_iter().map(|(_, at)| at);
        let parameters = at.items_of("parameters");
        let mut sent: Vec<At<'_>> = body.iter().flat_map(of_content).collect();
        for parameter in parameters {
            sent.extend(parameter.child("schema"));
        }
        let received: Vec<At<'_>> = responses
            .collect::<Vec<_>>()
            .iter()
            .flat_map(of_content)
            .collect();
        for (roots, is_request) in [(sent, true), (received, false)] {
            for schema in reachable(&side.document, roots) {
                if let Some(name) = component(schema.node()) {
                    let context = uses.entry(name.to_owned()).or_default();
                    context.in_request |= is_request;
                    context.in_response |= !is_request;
                    context.operations.insert(operation.id.clone());
                }
            }
        }
    }
}
