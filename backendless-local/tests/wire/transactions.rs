//! Transactions: results, references, rollback and the error of an operation, as the official tests expect them.

use serde_json::{Value, json};

use crate::support::{Call, TestServer, text};

/// A server with the tables of the official tests.
struct App(TestServer);

const MISSING_COLUMN: &str = "Column 'missedColumn' in table 'Person' does not exists. All tables and columns must be \
                              present in the database before a transaction is executed.";

impl App {
    async fn start() -> App {
        let app = TestServer::start().await;
        let person = app
            .post("/data/Person", json!({"name": "x", "age": 1, "tag": "x"}))
            .ok()
            .await;
        let order = app
            .post("/data/Order", json!({"label": "x", "price": 1}))
            .ok()
            .await;
        let path = format!("/data/Person/{}", text(&person["objectId"]));
        app.put(&format!("{path}/orders:Order:n"), json!([]))
            .ok()
            .await;
        app.put(&format!("{path}/order:Order:1"), json!([]))
            .ok()
            .await;
        app.delete(&path).ok().await;
        app.delete(&format!("/data/Order/{}", text(&order["objectId"])))
            .ok()
            .await;
        App(app)
    }

    fn send(&self, operations: Value) -> Call {
        self.0.post(
            "/transaction/unit-of-work",
            json!({"operations": operations}),
        )
    }

    /// Returns the results of a transaction that succeeds.
    async fn results(&self, operations: Value) -> Value {
        let response = self.send(operations).ok().await;
        assert_eq!(
            (&response["success"], &response["error"]),
            (&json!(true), &Value::Null),
            "{response}"
        );
        response["results"].clone()
    }

    /// Asserts that the operation at an index fails, and returns the message.
    async fn failure(&self, operations: Value, at: usize) -> String {
        let response = self.send(operations.clone()).ok().await;
        assert_eq!(
            (&response["success"], &response["results"]),
            (&json!(false), &Value::Null),
            "{response}"
        );
        assert_eq!(response["error"]["operation"], operations[at], "{response}");
        text(&response["error"]["message"])
    }

    async fn count(&self, table: &str) -> Value {
        self.0.get(&format!("/data/{table}/count")).ok().await
    }
}

fn operation(ty: &str, table: &str, id: &str, payload: Value) -> Value {
    json!({"operationType": ty, "table": table, "opResultId": id, "payload": payload})
}

fn reference(id: &str) -> Value {
    json!({"___ref": true, "opResultId": id})
}

fn property(id: &str, name: &str) -> Value {
    json!({"___ref": true, "opResultId": id, "propName": name})
}

fn element(id: &str, index: usize) -> Value {
    json!({"___ref": true, "opResultId": id, "resultIndex": index})
}

fn element_id(id: &str, index: usize) -> Value {
    json!({"___ref": true, "opResultId": id, "resultIndex": index, "propName": "objectId"})
}

#[tokio::test]
async fn every_operation_has_a_result_of_its_type() {
    let app = App::start().await;
    let results = app
        .results(json!([
            operation("CREATE", "Person", "a", json!({"name": "Bob", "age": 20})),
            operation("CREATE_BULK", "Person", "b", json!([{"name": "p1", "age": 1}, {"name": "p2", "age": 2}])),
            operation("UPDATE", "Person", "c", json!({"objectId": property("a", "objectId"), "age": 21})),
            operation("UPSERT", "Person", "d", json!({"objectId": "P-9", "name": "Eve"})),
            operation("UPSERT_BULK", "Person", "e", json!([{"objectId": "P-9", "age": 9}, {"name": "Kim"}])),
            operation("FIND", "Person", "f", json!({
                "whereClause": "age > 1", "properties": ["name", "age"], "pageSize": 2,
                "queryOptions": {"sortBy": ["age desc"]},
            })),
            operation("UPDATE_BULK", "Person", "g", json!({"conditional": "age < 3", "changes": {"tag": "t"}})),
            operation("UPDATE_BULK", "Person", "h", json!({"unconditional": reference("b"), "changes": {"tag": "u"}})),
            operation("DELETE_BULK", "Person", "i", json!({"unconditional": [element("b", 1), "unknown"]})),
            operation("DELETE", "Person", "j", element_id("f", 0)),
            operation("DELETE_BULK", "Person", "k", json!({"conditional": "name = 'Kim'"})),
            json!({"operationType": "CREATE", "table": "Person", "payload": {"name": "without an id"}}),
        ]))
        .await;
    assert_eq!(results.as_object().unwrap().len(), 11);
    let result = |id: &str, ty: &str| {
        assert_eq!(results[id]["operationType"], ty);
        results[id]["result"].clone()
    };
    let bob = result("a", "CREATE");
    assert_eq!(
        (&bob["age"], &bob["___class"], &bob["updated"]),
        (&json!(20), &json!("Person"), &Value::Null)
    );
    assert_eq!(result("b", "CREATE_BULK").as_array().unwrap().len(), 2);
    let updated = result("c", "UPDATE");
    assert_eq!(
        (&updated["objectId"], &updated["age"], &updated["name"]),
        (&bob["objectId"], &json!(21), &json!("Bob"))
    );
    assert_eq!(result("d", "UPSERT")["objectId"], "P-9");
    assert_eq!(result("e", "UPSERT_BULK")[0], "P-9");
    let found = result("f", "FIND");
    assert_eq!(
        (
            found.as_array().unwrap().len(),
            &found[0]["age"],
            &found[1]["age"]
        ),
        (2, &json!(21), &json!(9))
    );
    assert_eq!(result("g", "UPDATE_BULK"), 2);
    assert_eq!(result("h", "UPDATE_BULK"), 2);
    assert_eq!(result("i", "DELETE_BULK"), 1);
    assert!(result("j", "DELETE").is_i64());
    assert_eq!(result("k", "DELETE_BULK"), 1);
    let mut names = app.0.names("Person", "").await;
    names.sort();
    assert_eq!(names, ["Eve", "p1", "without an id"]);
}

#[tokio::test]
async fn relations_are_changed_with_parents_and_children_of_every_form() {
    let app = App::start().await;
    for (children, expected) in [
        (json!({"unconditional": [property("o", "objectId")]}), 1),
        (
            json!({"unconditional": [element("os", 0), element_id("f", 0)]}),
            2,
        ),
        (json!({"unconditional": reference("os")}), 2),
        (json!({"unconditional": reference("f")}), 3),
        (
            json!({"unconditional": [{"objectId": element("os", 1)}]}),
            1,
        ),
        (json!({"conditional": "price > 1"}), 2),
    ] {
        let mut relation =
            json!({"parentObject": property("p", "objectId"), "relationColumn": "orders"});
        relation
            .as_object_mut()
            .unwrap()
            .extend(children.as_object().unwrap().clone());
        let results = app
            .results(json!([
                operation("DELETE_BULK", "Order", "x", json!({"conditional": "price > 0"})),
                operation("CREATE", "Person", "p", json!({"name": "Bob"})),
                operation("CREATE", "Order", "o", json!({"label": "o", "price": 1})),
                operation("CREATE_BULK", "Order", "os", json!([{"label": "a", "price": 2}, {"label": "b", "price": 3}])),
                operation("FIND", "Order", "f", json!({"queryOptions": {"sortBy": ["price"]}})),
                operation("ADD_RELATION", "Person", "add", relation.clone()),
                operation("ADD_RELATION", "Person", "again", relation.clone()),
                operation("DELETE_RELATION", "Person", "delete", relation.clone()),
                operation("SET_RELATION", "Person", "set", relation),
                operation("FIND", "Person", "persons", json!({
                    "whereClause": "name = 'Bob'", "queryOptions": {"related": ["orders"], "sortBy": ["created desc"]},
                })),
            ]))
            .await;
        let counts =
            ["add", "again", "delete", "set"].map(|id| results[id]["result"].as_i64().unwrap());
        assert_eq!(counts, [expected, 0, expected, expected], "{children}");
        let persons = results["persons"]["result"].as_array().unwrap();
        let related = persons
            .iter()
            .map(|person| person["orders"].as_array().unwrap().len());
        assert!(
            related
                .into_iter()
                .any(|count| i64::try_from(count).unwrap() == expected),
            "{children}"
        );
    }
}

#[tokio::test]
async fn a_column_that_does_not_exist_fails_the_transaction() {
    let app = App::start().await;
    let changes = json!({"age": 1, "missedColumn": "m"});
    let row = json!({"name": "p", "missedColumn": "m"});
    for (ty, payload) in [
        ("CREATE", row.clone()),
        ("CREATE_BULK", json!([{"name": "p"}, row])),
        ("UPSERT", row.clone()),
        ("UPSERT_BULK", json!([row])),
        ("UPDATE", json!({"objectId": "x", "missedColumn": "m"})),
        (
            "UPDATE_BULK",
            json!({"conditional": "age > 0", "changes": changes}),
        ),
    ] {
        let operations = json!([
            operation("CREATE", "Person", "createPerson1", json!({"name": "p"})),
            operation(ty, "Person", "second", payload),
        ]);
        assert_eq!(app.failure(operations, 1).await, MISSING_COLUMN, "{ty}");
        assert_eq!(app.count("Person").await, 0, "{ty}");
    }
    // The column was not created.
    app.0
        .get("/data/Person")
        .query(&[("property", "missedColumn")])
        .rejected(400, 1006)
        .await;
}

#[tokio::test]
async fn an_operation_that_fails_undoes_the_others_and_is_returned() {
    let app = App::start().await;
    let objects: Vec<Value> = (0..101).map(|n| json!({"name": format!("p{n}")})).collect();
    for (failing, message) in [
        (
            operation("CREATE_BULK", "Person", "z", json!(objects)),
            "Bulk create operation supports no more than 100 objects",
        ),
        (
            operation("UPDATE", "Person", "z", json!({"objectId": "x", "age": 1})),
            "Entity with ID x not found",
        ),
        (
            operation("DELETE", "Person", "z", json!("x")),
            "Entity with ID x not found",
        ),
        (
            operation("DELETE", "Person", "z", property("a", "age")),
            "an id is not a string",
        ),
        (
            operation("UPDATE", "Person", "z", json!({"age": 1})),
            "'objectId' is missing",
        ),
        (
            operation("CREATE", "Person", "z", json!([])),
            "not a JSON object",
        ),
        (
            operation("CREATE", "Person", "z", json!({"objectId": "x"})),
            "must not be given",
        ),
        (
            operation("CREATE", "Person", "z", json!({"age": "text"})),
            "invalid data type for properties - age",
        ),
        (
            operation("CREATE", "Missing", "z", json!({})),
            "Table not found",
        ),
        (
            operation("FIND", "Person", "z", json!({"whereClause": "age >"})),
            "Invalid where clause",
        ),
        (
            operation("DELETE_BULK", "Person", "z", json!({})),
            "is missing",
        ),
        (
            operation("DELETE_BULK", "Person", "z", json!({"conditional": ""})),
            "where clause is empty",
        ),
        (
            operation("CREATE", "Person", "z", json!({"name": reference("none")})),
            "no earlier operation",
        ),
        (
            operation("CREATE", "Person", "z", json!({"name": reference("z")})),
            "no earlier operation",
        ),
        (
            operation("CREATE", "Person", "z", json!({"name": element("a", 0)})),
            "has no element 0",
        ),
        (
            operation(
                "CREATE",
                "Person",
                "z",
                json!({"name": property("a", "none")}),
            ),
            "has no property 'none'",
        ),
        (
            operation(
                "ADD_RELATION",
                "Person",
                "z",
                json!({
                    "parentObject": property("a", "objectId"), "relationColumn": "new:Order:n", "unconditional": [],
                }),
            ),
            "does not exist",
        ),
        (
            operation(
                "SET_RELATION",
                "Person",
                "z",
                json!({
                    "parentObject": "x", "relationColumn": "orders", "unconditional": [],
                }),
            ),
            "Entity with ID x not found",
        ),
    ] {
        let operations = json!([
            operation("CREATE", "Person", "a", json!({"name": "Bob", "age": 1})),
            failing,
        ]);
        let found = app.failure(operations, 1).await;
        assert!(found.contains(message), "{found}");
        assert_eq!(app.count("Person").await, 0, "{message}");
    }
    // The server is not left in a transaction.
    app.results(json!([operation(
        "CREATE",
        "Person",
        "a",
        json!({"name": "Bob"})
    )]))
    .await;
    assert_eq!(app.count("Person").await, 1);
}

#[tokio::test]
async fn invalid_transactions_are_rejected() {
    let app = App::start().await;
    let path = "/transaction/unit-of-work";
    for (body, code) in [
        (json!({}), 8007),
        (json!({"operations": {}}), 8007),
        (json!({"operations": [5]}), 8000),
        (json!({"operations": [{"table": "Person"}]}), 8007),
        (json!({"operations": [{"operationType": "CREATE"}]}), 8007),
        (
            json!({"operations": [{"operationType": "DROP", "table": "Person"}]}),
            8000,
        ),
        (
            json!({"operations": [], "isolationLevelEnum": "CHAOS"}),
            8000,
        ),
        (
            json!({"operations": [operation("FIND", "Person", "a", json!({})), operation("FIND", "Person", "a", json!({}))]}),
            8000,
        ),
    ] {
        app.0.post(path, body).rejected(400, code).await;
    }
    for level in [
        "READ_UNCOMMITTED",
        "READ_COMMITTED",
        "REPEATABLE_READ",
        "SERIALIZABLE",
    ] {
        let body = json!({"operations": [], "isolationLevelEnum": level});
        let response = app.0.post(path, body).ok().await;
        assert_eq!(
            response,
            json!({"success": true, "error": null, "results": {}})
        );
    }
}

/// Each row contains the previous one twice.
#[tokio::test]
async fn values_that_double_with_each_operation_are_limited() {
    let app = App::start().await;
    app.0
        .post("/data/Tree", json!({"a": {}, "b": {}}))
        .ok()
        .await;
    // Long enough that the results, whose memory is limited as well, are not the first to be too large.
    let leaf = json!({"text": "x".repeat(10_000)});
    let mut operations = vec![operation(
        "CREATE",
        "Tree",
        "n0",
        json!({"a": leaf, "b": leaf}),
    )];
    for n in 1..40 {
        let previous = reference(&format!("n{}", n - 1));
        let row = json!({"a": previous, "b": previous});
        operations.push(operation("CREATE", "Tree", &format!("n{n}"), row));
    }
    let response = app.send(json!(operations)).ok().await;
    assert_eq!(response["success"], false);
    let message = text(&response["error"]["message"]);
    assert!(message.contains("more than 16777216 bytes"), "{message}");
    assert_eq!(app.count("Tree").await, 1);
}
