//! The requests of transactions.

use backendless::filter::field;
use backendless::transaction::{Isolation, Transaction, with};
use backendless::{Client, Record};
use backendless_tests::{RecordedRequest, Recorder};
use serde_json::{Value, json};

use crate::support::{assert_request_line, value_without_json_form};

const SUCCESS: &str = r#"{"success":true,"error":null,"results":{}}"#;

/// The request of a transaction with the operations that `add` adds.
async fn sent(add: impl FnOnce(&Client, &mut Transaction)) -> RecordedRequest {
    let server = Recorder::responding(200, SUCCESS).await;
    let client = server.client();
    let mut transaction = client.transaction();
    add(&client, &mut transaction);
    transaction.commit().await.unwrap();
    server.request()
}

fn body(request: &RecordedRequest) -> Value {
    serde_json::from_str(&request.body).unwrap()
}

/// The operations of a request, without their ids.
async fn operations(add: impl FnOnce(&Client, &mut Transaction)) -> Vec<Value> {
    let mut body = body(&sent(add).await);
    let operations = body["operations"].as_array_mut().unwrap();
    for (at, operation) in operations.iter_mut().enumerate() {
        let id = operation.as_object_mut().unwrap().remove("opResultId");
        assert_eq!(id, Some(format!("operation{}", at + 1).into()));
    }
    operations.clone()
}

#[tokio::test]
async fn a_transaction_is_one_request() {
    let request = sent(|_, transaction| {
        transaction.create("Order", &json!({"total": 20}));
    })
    .await;
    assert_request_line(&request, "POST", "/transaction/unit-of-work");
    assert_eq!(
        body(&request),
        json!({"operations": [{
            "operationType": "CREATE", "table": "Order", "opResultId": "operation1", "payload": {"total": 20},
        }]})
    );
}

#[tokio::test]
async fn isolation_levels_have_the_names_of_the_service() {
    for (isolation, name) in [
        (Isolation::ReadUncommitted, "READ_UNCOMMITTED"),
        (Isolation::ReadCommitted, "READ_COMMITTED"),
        (Isolation::RepeatableRead, "REPEATABLE_READ"),
        (Isolation::Serializable, "SERIALIZABLE"),
    ] {
        let server = Recorder::responding(200, SUCCESS).await;
        let mut transaction = server.client().transaction().isolation(isolation);
        transaction.delete("Order", "A1");
        transaction.commit().await.unwrap();
        assert_eq!(body(&server.request())["isolationLevelEnum"], name);
    }
}

#[tokio::test]
async fn operations_on_rows_have_the_form_of_the_official_sdk() {
    let operations = operations(|_, transaction| {
        let row = json!({"name": "a"});
        transaction.create("Person", &row);
        transaction.create_many("Person", &[&row, &row]);
        transaction.upsert("Person", &row);
        transaction.upsert_many("Person", &[&row]);
        transaction.update("Person", "B2", &row);
        transaction.update_many("Person", field("age").gt(3), &row);
        transaction.update_many("Person", ["A1", "B2"], &row);
        transaction.delete("Person", "B2");
        transaction.delete_many("Person", vec!["A1"]);
        transaction.delete_many("Person", field("age").gt(3));
    })
    .await;
    let row = json!({"name": "a"});
    let expected = [
        ("CREATE", row.clone()),
        ("CREATE_BULK", json!([row, row])),
        ("UPSERT", row.clone()),
        ("UPSERT_BULK", json!([row])),
        ("UPDATE", json!({"objectId": "B2", "name": "a"})),
        (
            "UPDATE_BULK",
            json!({"conditional": "age > 3", "changes": row}),
        ),
        (
            "UPDATE_BULK",
            json!({"unconditional": ["A1", "B2"], "changes": row}),
        ),
        ("DELETE", json!("B2")),
        ("DELETE_BULK", json!({"unconditional": ["A1"]})),
        ("DELETE_BULK", json!({"conditional": "age > 3"})),
    ];
    let expected = expected.map(|(operation, payload)| {
        json!({"operationType": operation, "table": "Person", "payload": payload})
    });
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn a_search_has_the_names_of_a_transaction() {
    let operations = operations(|client, transaction| {
        let people = client.data::<Record>("Person");
        transaction.find(people.find());
        transaction.find(
            people
                .find()
                .filter("age > 3")
                .sort_by("age desc")
                .page_size(5)
                .offset(2)
                .properties(["name"])
                .load_relations(["friends"])
                .group_by(["name"]),
        );
    })
    .await;
    assert_eq!(operations[0]["payload"], json!({"queryOptions": {}}));
    assert_eq!(
        operations[1],
        json!({"operationType": "FIND", "table": "Person", "payload": {
            "whereClause": "age > 3", "pageSize": 5, "offset": 2, "properties": ["name"], "groupBy": ["name"],
            "queryOptions": {"sortBy": ["age desc"], "related": ["friends"]},
        }})
    );
}

#[tokio::test]
async fn references_have_the_form_of_the_official_sdk() {
    let operations = operations(|client, transaction| {
        let people = client.data::<Record>("Person");
        let order = transaction.create("Order", &json!({}));
        let many = transaction.create_many("Order", &[json!({})]);
        let found = transaction.find(people.find());
        transaction.create(
            "Item",
            &json!({"list": [order.id(), {"total": order.property("total")}], "first": many.index(0)}),
        );
        transaction.create("Item", &with(&json!({"n": 1}), "order", order.id()).and("person", found.index(2)));
        transaction.update("Order", &order, &json!({"name": found.index(0).property("name")}));
        transaction.delete("Person", found.index(1));
        transaction.delete_many("Person", found.ids());
        transaction.set_relation(&people, found.index(0), "orders", [order.id(), many.index(0)]);
        transaction.add_relation(&people, "B2", "orders", many.ids());
        transaction.remove_relation(&people, "B2", "orders", field("total").lt(3));
    })
    .await;
    let payloads: Vec<&Value> = operations
        .iter()
        .map(|operation| &operation["payload"])
        .collect();
    let order = json!({"___ref": true, "opResultId": "operation1", "propName": "objectId"});
    let many = json!({"___ref": true, "opResultId": "operation2", "resultIndex": 0});
    let person = |index: usize, property: &str| json!({"___ref": true, "opResultId": "operation3", "resultIndex": index, "propName": property});
    let total = json!({"___ref": true, "opResultId": "operation1", "propName": "total"});
    assert_eq!(
        *payloads[3],
        json!({"list": [order, {"total": total}], "first": many})
    );
    assert_eq!(
        *payloads[4],
        json!({"n": 1, "order": order, "person": person(2, "objectId")})
    );
    assert_eq!(
        *payloads[5],
        json!({"objectId": order, "name": person(0, "name")})
    );
    assert_eq!(*payloads[6], person(1, "objectId"));
    assert_eq!(
        *payloads[7],
        json!({"unconditional": {"___ref": true, "opResultId": "operation3"}})
    );
    assert_eq!(
        operations[8],
        json!({"operationType": "SET_RELATION", "table": "Person", "payload": {
            "parentObject": person(0, "objectId"), "relationColumn": "orders", "unconditional": [order, many],
        }})
    );
    assert_eq!(
        operations[9],
        json!({"operationType": "ADD_RELATION", "table": "Person", "payload": {
            "parentObject": "B2", "relationColumn": "orders",
            "unconditional": {"___ref": true, "opResultId": "operation2"},
        }})
    );
    assert_eq!(
        operations[10],
        json!({"operationType": "DELETE_RELATION", "table": "Person", "payload": {
            "parentObject": "B2", "relationColumn": "orders", "conditional": "total < 3",
        }})
    );
}

#[tokio::test]
async fn arguments_that_cannot_be_sent_are_rejected_at_the_commit() {
    let server = Recorder::responding(200, SUCCESS).await;
    let client = server.client();
    let people = client.data::<Record>("Person");
    let reject = async |expected: &str, add: &dyn Fn(&mut Transaction)| {
        let mut transaction = client.transaction();
        add(&mut transaction);
        let error = transaction.commit().await.unwrap_err();
        crate::support::assert_rejected(&error, "executeTransaction", expected);
    };
    reject("the transaction has no operation", &|_| {}).await;
    reject(
        "operation 2 (CREATE): the values cannot be serialized",
        &|transaction| {
            transaction.create("Person", &json!({}));
            transaction.create("Person", &value_without_json_form());
            transaction.create("Person", &f64::NAN);
        },
    )
    .await;
    reject(
        "operation 1 (UPDATE): the values cannot be serialized",
        &|transaction| {
            transaction.update("Person", "B2", &5);
        },
    )
    .await;
    reject(
        "operation 1 (DELETE_BULK): the filter has no condition",
        &|transaction| {
            transaction.delete_many("Person", backendless::filter::Filter::from(" "));
        },
    )
    .await;
    reject("operation 1 (FIND): page_size is 101", &|transaction| {
        transaction.find(people.find().page_size(101));
    })
    .await;
    reject(
        "operation 1 (FIND): the rows of a relation",
        &|transaction| {
            transaction.find(people.relation::<Record>("B2", "friends").find());
        },
    )
    .await;
    assert_eq!(server.requests().len(), 0);
}
