//! Reports operations with servers of their own: the SDK sends all requests to the API URL of its client.

use std::collections::BTreeSet;

use crate::document::{At, Document, Node, Pointer};
use crate::inline::{operations, path_items};

/// Adds a note for each operation whose servers are not those of the document, and the servers to its description.
pub(super) fn report(document: &mut Document) {
    let common = urls(&document.root()).unwrap_or_default();
    let mut found: Vec<(Pointer, BTreeSet<String>)> = Vec::new();
    for item in path_items(document) {
        for (_, operation) in operations(&item) {
            let own = urls(&operation).or_else(|| urls(&item));
            // One common server suffices: a client that uses it sends the request where it belongs.
            if let Some(own) = own.filter(|own| own.is_disjoint(&common)) {
                found.push((operation.pointer().clone(), own));
            }
        }
    }
    for (pointer, own) in found {
        let own: Vec<String> = own.iter().map(|url| format!("`{url}`")).collect();
        let own = own.join(" or ");
        let problem = format!("the server of this operation is {own}, not that of the document");
        let help = "a client with this API URL for the operation; its documentation contains it";
        document.note(&pointer, &problem, help);
        if let Some(operation) = document.node_mut(&pointer) {
            let sentence = format!(
                "The server of this operation is {own}: send it with a client that has this API URL."
            );
            Node::describe(operation, &sentence);
        }
    }
}

/// The URLs of `servers`, without a slash at the end. `None` without `servers`.
fn urls(owner: &At<'_>) -> Option<BTreeSet<String>> {
    let servers = owner.child("servers")?.items();
    let urls = servers.iter().filter_map(|server| server.str("url"));
    let urls: BTreeSet<String> = urls
        .map(|url| url.trim_end_matches('/').to_owned())
        .collect();
    Some(urls).filter(|urls| !urls.is_empty())
}
