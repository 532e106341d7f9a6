//! Secrets in clauses, in the log of requests: the constants of a clause that has a sensitive name, wherever they are.

use serde_json::json;

use crate::support::TestServer;

const CLAUSES: [&str; 12] = [
    "pin = 'canary-1234'",
    "'1234canary' = pin",
    "12345678 = pin",
    "upper(pass) = 'CANARY'",
    "concat(pass,'') = 'CANARY'",
    "pin+0 = 12345678",
    "secret->'$.k' = 'CANARY'",
    "pin at or after '2020CANARY'",
    "pin after 'CANARY'",
    "(pass) = 'CANARY'",
    "pass != ('CANARY')",
    "trim(pass) in ('CANARY')",
];

#[tokio::test]
async fn no_constant_of_a_clause_with_a_secret_is_in_the_log() {
    let app = TestServer::start().await;
    let row = json!({"pin": 1, "name": "x", "secret": {"k": "v"}, "pass": "a"});
    app.post("/data/Acc", row).ok().await;
    for clause in CLAUSES {
        let found = app.get("/data/Acc").query(&[("where", clause)]);
        found.send().await;
        let body = json!({"where": clause});
        app.post("/data/Acc/find", body).send().await;
    }
    let requests = app.server.requests();
    assert_eq!(requests.len(), 1 + 2 * CLAUSES.len());
    for request in requests {
        let shown = format!("{request:?}").to_lowercase();
        assert!(
            !shown.contains("canary") && !shown.contains("12345678"),
            "{shown}"
        );
    }
    // Another clause is shown as it was sent.
    let clause = "name = 'Bob' and shipping > 5";
    let found = app.get("/data/Acc").query(&[("where", clause)]);
    found.send().await;
    let path = app.server.requests().pop().unwrap().path().to_owned();
    assert_eq!(
        path,
        "/data/Acc?where=name+%3D+%27Bob%27+and+shipping+%3E+5"
    );
}
