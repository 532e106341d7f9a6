//! Responses to transactions that report a failure, or that are none.

use backendless::transaction::{OperationRef, Results, Transaction, with};
use backendless::{Client, Error, ErrorCode, ErrorKind, Object, Record, RetryPolicy};
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use serde_json::{Value, json};

async fn committed(client: &Client) -> (Result<Results, Error>, OperationRef<Object<Record>>) {
    let mut transaction = client.transaction();
    let order = transaction.create("Order", &json!({"total": 20}));
    transaction.create("Item", &json!({"order": order.id()}));
    (transaction.commit().await, order)
}

async fn error_of(response: &Value) -> Error {
    let server = Recorder::responding(200, &response.to_string()).await;
    committed(&server.client()).await.0.unwrap_err()
}

#[tokio::test]
async fn a_failure_names_the_operation_and_has_the_message_of_the_service() {
    let error = error_of(&json!({"success": false, "results": null, "error": {
        "message": "Column 'order' in table 'Item' does not exists.",
        "operation": {"operationType": "CREATE", "table": "Item", "opResultId": "operation2", "payload": {}},
    }}))
    .await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.code(), None);
    assert_eq!((error.status(), error.attempts()), (Some(200), 1));
    assert!(!error.is_retryable());
    assert_eq!(
        error.message(),
        "nothing was stored, because operation 2 of 2 failed (CREATE of table 'Item'): Column 'order' in table 'Item' \
         does not exists."
    );
    assert_eq!(
        error.data(),
        Some(
            &json!({"index": 1, "opResultId": "operation2", "operationType": "CREATE", "table": "Item"})
        )
    );
}

#[tokio::test]
async fn an_incomplete_failure_is_a_failure() {
    let operation = json!({"opResultId": "other"});
    for (response, message) in [
        (
            json!({"success": false}),
            "nothing was stored, because an operation failed: the service gave no reason",
        ),
        (
            json!({"success": false, "error": {"message": "no", "code": 1000, "operation": operation}}),
            "nothing was stored, because an operation failed: no",
        ),
    ] {
        let error = error_of(&response).await;
        assert_eq!(error.kind(), ErrorKind::Api, "{error}");
        assert_eq!(error.message(), message);
        assert_eq!(error.data(), None);
        let code = response["error"]["code"].as_i64().map(ErrorCode::new);
        assert_eq!(error.code(), code);
    }
}

#[tokio::test]
async fn a_message_that_repeats_a_secret_is_withheld() {
    let server = Recorder::responding(
        200,
        r#"{"success":false,"error":{"message":"token 1F2E3D4C-5B6A-7988 is unknown","code":3064,
            "operation":{"opResultId":"operation1"}}}"#,
    )
    .await;
    let client = Client::builder("A0F5B1C2-77D3-42E4", "9C41E7A8-0B6D-4F53")
        .api_url(server.url())
        .build()
        .unwrap()
        .with_user_token("1F2E3D4C-5B6A-7988");
    let error = committed(&client).await.0.unwrap_err();
    assert!(error.message().contains("withheld"), "{error}");
    assert!(
        !format!("{error} {error:?}").contains("1F2E3D4C"),
        "{error}"
    );
    assert_eq!(error.data(), None);
}

#[tokio::test]
async fn a_response_without_success_does_not_match() {
    for response in [
        json!({}),
        json!(null),
        json!([]),
        json!({"success": "yes"}),
        json!(5),
    ] {
        let error = error_of(&response).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[tokio::test]
async fn a_result_that_is_missing_or_does_not_match_is_an_error_of_its_operation() {
    let response = json!({"success": true, "error": null, "results": {
        "operation1": {"operationType": "CREATE", "result": {"objectId": true}},
    }});
    let server = Recorder::responding(200, &response.to_string()).await;
    let client = server.client();
    let mut transaction = client.transaction();
    let first = transaction.create("Order", &json!({}));
    let second = transaction.create("Order", &json!({}));
    let results = transaction.commit().await.unwrap();
    let error = results.get(&first).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.message().starts_with("the result of operation1: "),
        "{error}"
    );
    assert!(error.message().contains("objectId"), "{error}");
    let error = results.get(&second).unwrap_err();
    assert_eq!(error.message(), "the response has no result of operation2");
    assert_eq!(
        error.operation().map(|operation| operation.id()),
        Some("executeTransaction")
    );
    // The ids of two transactions are equal.
    let (_, other) = committed(&client).await;
    let error = results.get(&other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn a_transaction_that_may_have_been_executed_is_sent_once() {
    for behaviour in [Behaviour::close_before_headers(), Behaviour::json(503, "")] {
        let server = ScriptedServer::always(behaviour.clone()).await;
        let builder = server.client_builder().retry(RetryPolicy::default());
        let client = builder.clock(TestClock::default()).build().unwrap();
        let error = committed(&client).await.0.unwrap_err();
        assert_eq!(error.attempts(), 1, "{behaviour:?}: {error}");
        assert_eq!(server.requests().len(), 1, "{behaviour:?}");
    }
}

/// `create` serializes its operation before it returns, so that later uses of the reference are plain values.
#[tokio::test]
async fn a_reference_is_a_value_outside_of_the_operations_of_another_transaction() {
    let client = Recorder::responding(200, "{}").await.client();
    let (mut first, mut second) = (client.transaction(), client.transaction());
    let order = first.create("Order", &json!({}));
    let values = || json!({"order": order.id()});
    let before = values();
    second.create("Item", &json!({}));
    assert_eq!(values(), before);
}

#[tokio::test]
async fn a_reference_to_an_operation_of_another_transaction_is_rejected() {
    let server = Recorder::responding(200, "{}").await;
    let client = server.client();
    let mut other = client.transaction();
    let order = other.create("Order", &json!({}));
    let found = other.find(client.data::<Record>("Order").find());
    let item = json!({"name": "milk"});
    let uses: [&dyn Fn(&mut Transaction); 5] = [
        &|it| drop(it.update("Order", &order, &item)),
        &|it| drop(it.delete("Order", found.index(0))),
        &|it| drop(it.delete_many("Order", found.ids())),
        &|it| drop(it.create("Item", &with(&item, "order", order.id()))),
        &|it| drop(it.set_relation("Order", "O-1", "items", [order.id()])),
    ];
    for (number, add) in uses.into_iter().enumerate() {
        let mut transaction = client.transaction();
        // Operations with the same ids as those of the other transaction.
        let own = transaction.create("Order", &json!({}));
        transaction.update("Order", &own, &json!({"total": 1}));
        add(&mut transaction);
        let error = transaction.commit().await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidArgument,
            "{number}: {error}"
        );
        let message = error.message();
        assert!(message.starts_with("operation 3 ("), "{number}: {error}");
        assert!(
            message.contains("is an operation of another transaction"),
            "{number}: {error}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}
