//! Valid actions of overlays: what each of them changes.
//!
//! `bad_input.rs` has the invalid ones.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use backendless_gen::{Overlay, Source, merged};
use serde_json::{Value, json};

const DOCUMENT: &str = "\
openapi: 3.0.1
info: {title: Shop, version: '1'}
tags: [{name: Items}, {name: Prices}, {name: Old}]
paths:
  /items:
    get:
      operationId: listItems
      tags: [Items]
      responses: {'200': {description: Items.}}
  /prices:
    get:
      operationId: listPrices
      tags: [Prices]
      responses: {'200': {description: Prices.}}
";

fn source(actions: &str) -> Source {
    let text =
        format!("overlay: 1.1.0\ninfo: {{title: More, version: 1.0.0}}\nactions:\n{actions}");
    Source::new("openapi.yaml", DOCUMENT).with_overlays([Overlay {
        name: "overlays/more.yaml".to_owned(),
        text,
    }])
}

/// The value at a JSON pointer after the actions. `null` if there is none.
fn after(actions: &str, pointer: &str) -> Value {
    let text = merged(&source(actions)).unwrap_or_else(|error| panic!("{error}"));
    let document: Value = serde_json::from_str(&text).unwrap();
    document.pointer(pointer).cloned().unwrap_or_default()
}

#[test]
fn an_update_is_merged_into_every_target() {
    let actions = "- {target: $.paths.*.get, x-source: a page, update: {responses: {'400': {description: No.}}}}\n";
    for path in ["items", "prices"] {
        let responses = after(actions, &format!("/paths/~1{path}/get/responses"));
        assert_eq!(responses["400"], json!({"description": "No."}), "{path}");
        assert!(responses["200"].is_object(), "{path}");
    }
}

#[test]
fn an_update_of_a_list_appends_an_item_or_all_items_of_a_list() {
    let item = "- {target: $.tags, x-source: a page, update: {name: New}}\n";
    assert_eq!(after(item, "/tags/3"), json!({"name": "New"}));
    let items = "- {target: $, x-source: a page, update: {tags: [{name: New}, {name: Newer}]}}\n";
    assert_eq!(after(items, "/tags/3"), json!({"name": "New"}));
    assert_eq!(after(items, "/tags/4"), json!({"name": "Newer"}));
}

#[test]
fn a_removal_removes_all_targets() {
    let actions = "- {target: '$.tags[?@.name != ''Prices'']', x-source: a page, remove: true}\n";
    assert_eq!(after(actions, "/tags"), json!([{"name": "Prices"}]));
}

#[test]
fn a_value_is_replaced_by_a_removal_and_an_update() {
    let actions = "\
- {target: $.info.title, x-source: a page, remove: true}
- {target: $.info, x-source: a page, update: {title: Store}}
";
    assert_eq!(after(actions, "/info/title"), json!("Store"));
}

#[test]
fn a_copy_is_merged_like_an_update() {
    let actions = "\
- {target: $.paths, x-source: a page, update: {/old: {}}}
- {target: '$.paths[''/old'']', x-source: a page, copy: '$.paths[''/items'']'}
- {target: '$.paths[''/items'']', x-source: a page, remove: true}
";
    assert_eq!(
        after(actions, "/paths/~1old/get/operationId"),
        json!("listItems")
    );
    assert_eq!(after(actions, "/paths/~1items"), Value::Null);
}

#[test]
fn an_error_in_a_value_that_an_overlay_adds_has_the_place_in_the_overlay() {
    let actions = "\
- target: $.paths['/items'].get
  x-source: a page
  update:
    parameters:
    - {name: sort, in: nowhere, schema: {type: string}}
";
    let error = merged(&source(actions)).unwrap_err().to_string();
    assert!(
        error.starts_with("overlays/more.yaml:8:24: /paths/~1items/get/parameters/0/in: "),
        "{error}"
    );
}
