//! What cannot be forgotten: every operation of the document has its place in the public API, and
//! what both sides say is what the document says.

use std::collections::BTreeSet;

use backendless::Client;
use backendless::operations;
use backendless_local::Server;
use backendless_tests::spec::Spec;
use backendless_tests::{Recorder, Tap, every_call};

/// An operation that is added to the document and not wrapped fails this test, by its name.
#[tokio::test]
async fn the_public_api_calls_every_operation_of_the_document() {
    let spec = Spec::read();
    // No call waits for more behind this answer; null would be no messages yet, for ever.
    let server = Recorder::answering(200, "true").await;
    every_call(&server.client().with_user_token("TOKEN")).await;
    let called: BTreeSet<String> = server
        .requests()
        .iter()
        .map(|request| {
            let operation = spec.operation_of(&request.method, &request.target);
            operation
                .unwrap_or_else(|| panic!("no operation is {request:#?}"))
                .id
        })
        .collect();
    let table: BTreeSet<String> = operations::ALL.iter().map(|o| o.id().to_owned()).collect();
    assert_eq!(called, table);
    assert_eq!(spec.operation_ids(), table);
}

/// Every request of the client and every answer of the local server, against `openapi.yaml`.
#[tokio::test]
async fn requests_and_answers_are_what_the_document_says() {
    let spec = Spec::read();
    let server = Server::start().await.unwrap();
    let tap = Tap::before(&server.url()).await;
    let client = Client::builder(server.app_id(), server.api_key())
        .api_url(tap.url())
        .build()
        .unwrap();
    for (method, outcome) in every_call(&client).await {
        if let Err(error) = outcome {
            panic!("{method}: {error}");
        }
    }
    let app_path = format!("/{}/{}", server.app_id(), server.api_key());
    let exchanges = tap.exchanges();
    let problems: Vec<String> = exchanges
        .iter()
        .flat_map(|exchange| spec.problems_of(exchange, &app_path))
        .collect();
    assert_eq!(problems, [""; 0]);
    assert!(exchanges.len() > operations::ALL.len());
}
