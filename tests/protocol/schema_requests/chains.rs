//! Chains of requests: create, get, update, get, delete, get.

use serde_json::{Value, json};

use super::generate::percent_encoded;
use crate::wire::{Outgoing, Reply, Wire};

/// Sends requests one after the other, and records what is wrong.
pub(super) struct Chain<'w> {
    wire: &'w Wire,
    app_path: &'w str,
    /// The user token that requests have.
    token: Option<String>,
    requests: usize,
    problems: Vec<String>,
}

impl<'w> Chain<'w> {
    pub(super) fn new(wire: &'w Wire, app_path: &'w str) -> Self {
        Self {
            wire,
            app_path,
            token: None,
            requests: 0,
            problems: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (usize, Vec<String>) {
        (self.requests, self.problems)
    }

    async fn send(&mut self, method: &str, target: &str, body: Option<&Value>) -> Option<Reply> {
        self.requests += 1;
        let mut outgoing = Outgoing {
            method: method.to_owned(),
            target: format!("{}{target}", self.app_path),
            ..Outgoing::default()
        };
        if let Some(token) = &self.token {
            let header = ("user-token".to_owned(), token.clone());
            outgoing.headers.push(header);
        }
        if let Some(body) = body {
            outgoing
                .headers
                .push(("content-type".to_owned(), "application/json".to_owned()));
            outgoing.body = body.to_string().into_bytes();
        }
        match self.wire.send(&outgoing).await {
            Ok(reply) => Some(reply),
            Err(problem) => {
                self.problems.push(format!("{method} {target}: {problem}"));
                None
            }
        }
    }

    /// Sends a request that must succeed, and returns its JSON.
    async fn ok(&mut self, method: &str, target: &str, body: Option<&Value>) -> Value {
        let Some(reply) = self.send(method, target, body).await else {
            return Value::Null;
        };
        if !reply.status.is_success() {
            let sent = body.map(Value::to_string).unwrap_or_default();
            let problem = format!(
                "{method} {target} {sent}: {} {}",
                reply.status,
                reply.json()
            );
            self.problems.push(problem);
        }
        reply.json()
    }

    /// Sends a request that must be rejected with an error of the service.
    async fn rejected(&mut self, method: &str, target: &str) {
        if let Some(reply) = self.send(method, target, None).await
            && !(reply.status.is_client_error() && reply.code().is_some())
        {
            let problem = format!("{method} {target}: {} {}", reply.status, reply.json());
            self.problems.push(problem);
        }
    }

    fn expect(&mut self, what: &str, actual: &Value, expected: &Value) {
        if actual != expected {
            self.problems
                .push(format!("{what} is {actual} instead of {expected}"));
        }
    }

    /// Each column of `row` must have its value in `stored`.
    fn expect_columns(&mut self, what: &str, stored: &Value, row: &Value) {
        for (name, value) in row.as_object().into_iter().flatten() {
            self.expect(&format!("{what}, column {name}"), &stored[name], value);
        }
    }

    /// A row is created, read, changed, counted and deleted.
    pub(super) async fn row(&mut self, row: &Value) {
        let created = self.ok("POST", "/data/Chain", Some(row)).await;
        self.expect_columns("a created row", &created, row);
        let id = percent_encoded(created["objectId"].as_str().unwrap_or("none"));
        let target = format!("/data/Chain/{id}");
        let read = self.ok("GET", &target, None).await;
        self.expect("a row that is read", &read, &created);
        let change = json!({"name": "changed", "age": 1});
        let updated = self.ok("PUT", &target, Some(&change)).await;
        self.expect_columns("an updated row", &updated, &change);
        let read = self.ok("GET", &target, None).await;
        self.expect("an updated row that is read", &read, &updated);
        let clause = percent_encoded(&format!(
            "objectId = '{}'",
            created["objectId"].as_str().unwrap_or_default()
        ));
        let count = self
            .ok("GET", &format!("/data/Chain/count?where={clause}"), None)
            .await;
        self.expect("the number of rows with the id", &count, &json!(1));
        let found = self
            .ok("GET", &format!("/data/Chain?where={clause}"), None)
            .await;
        self.expect("the rows with the id", &found, &json!([updated]));
        self.ok("DELETE", &target, None).await;
        self.rejected("GET", &target).await;
        self.rejected("DELETE", &target).await;
        let count = self
            .ok("GET", &format!("/data/Chain/count?where={clause}"), None)
            .await;
        self.expect("the number of rows after the deletion", &count, &json!(0));
    }

    /// A file is created, listed, copied and deleted.
    pub(super) async fn file(&mut self, number: usize, text: &str) {
        let name = percent_encoded(&format!("{number} {text}.txt").replace('"', ""));
        let path = format!("/files/chain%20{number}/{name}");
        let url = json!({"url": backendless_tests::catalogue::REMOTE_FILE});
        self.ok("POST", &path, Some(&url)).await;
        let exists = self.ok("GET", &format!("{path}?action=exists"), None).await;
        self.expect("whether the file exists", &exists, &json!(true));
        let count = self
            .ok(
                "GET",
                &format!("/files/chain%20{number}?action=count"),
                None,
            )
            .await;
        self.expect("the number of files", &count, &json!(1));
        self.ok("DELETE", &path, None).await;
        let exists = self.ok("GET", &format!("{path}?action=exists"), None).await;
        self.expect("whether the file exists", &exists, &json!(false));
        self.rejected("DELETE", &path).await;
    }

    /// A value is stored in the cache, read, replaced and removed.
    pub(super) async fn cached_value(&mut self, number: usize, value: &Value) {
        let target = format!("/cache/chain%20{number}");
        for value in [value, &json!("text"), &Value::Null] {
            self.ok("PUT", &target, Some(value)).await;
            let read = self.ok("GET", &target, None).await;
            self.expect("a cached value", &read, value);
        }
        let exists = self.ok("GET", &format!("{target}/check"), None).await;
        self.expect("whether the key exists", &exists, &json!(true));
        self.ok("DELETE", &target, None).await;
        let exists = self.ok("GET", &format!("{target}/check"), None).await;
        self.expect("whether the key exists", &exists, &json!(false));
        let read = self.ok("GET", &target, None).await;
        self.expect("a removed value", &read, &Value::Null);
    }

    /// A counter counts, and is reset.
    pub(super) async fn counter(&mut self, number: usize, by: i64) {
        let target = format!("/counters/chain%20{number}");
        let one = self
            .ok("PUT", &format!("{target}/increment/get"), None)
            .await;
        self.expect("a new counter", &one, &json!(1));
        let sum = self
            .ok("PUT", &format!("{target}/incrementby/get?value={by}"), None)
            .await;
        self.expect("the sum", &sum, &json!(1 + by));
        let read = self.ok("GET", &format!("{target}/get"), None).await;
        self.expect("the counter", &read, &json!(1 + by));
        self.ok("PUT", &format!("{target}/reset"), None).await;
        let read = self.ok("GET", &target, None).await;
        self.expect("the counter after the reset", &read, &json!(0));
    }

    /// A user registers, logs in, is changed and logs out; a second registration is rejected.
    pub(super) async fn user(&mut self, number: usize, name: &str) {
        let email = format!("chain-{number}@example.com");
        let user = json!({"email": email, "password": "pa55-w0rd", "name": name});
        let registered = self.ok("POST", "/users/register", Some(&user)).await;
        self.expect("the name", &registered["name"], &json!(name));
        let again = self.send("POST", "/users/register", Some(&user)).await;
        let code = again.and_then(|reply| reply.code());
        self.expect(
            "the code of a second registration",
            &json!(code),
            &json!(3033),
        );
        let login = json!({"login": email, "password": "pa55-w0rd"});
        let session = self.ok("POST", "/users/login", Some(&login)).await;
        self.expect(
            "the user of the session",
            &session["objectId"],
            &registered["objectId"],
        );
        let token = session["user-token"].as_str().unwrap_or("none").to_owned();
        let target = format!("/users/isvalidusertoken/{}", percent_encoded(&token));
        let is_valid = self.ok("GET", &target, None).await;
        self.expect("whether the token is valid", &is_valid, &json!(true));
        self.expect(
            "the password in the response",
            &session["password"],
            &Value::Null,
        );
        let id = percent_encoded(session["objectId"].as_str().unwrap_or("none"));
        let change = json!({"name": format!("{name} changed")});
        self.token = Some(token);
        let updated = self.ok("PUT", &format!("/users/{id}"), Some(&change)).await;
        self.expect("the changed name", &updated["name"], &change["name"]);
        self.ok("GET", "/users/logout", None).await;
        self.token = None;
        let is_valid = self.ok("GET", &target, None).await;
        self.expect(
            "whether the token is valid after the logout",
            &is_valid,
            &json!(false),
        );
    }
}
