//! Texts of failed assertions and of requests that no mock matches.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::{Mock, MockServer};

/// The text with which `assert_calls` fails.
fn failure(mock: &Mock<'_>, count: usize) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| mock.assert_calls(count))).unwrap_err();
    *panic
        .downcast::<String>()
        .expect("the assertion panics with a text")
}

#[tokio::test]
async fn failed_assertion_prints_what_is_expected_and_how_each_request_differs() {
    let server = MockServer::start_async().await;
    let find = server.find_objects(|when, then| {
        when.table_name("Todo")
            .where_("age > 20")
            .page_size(10)
            .user_token("T");
        then.ok(&json!([]));
    });
    assert_eq!(
        failure(&find, 1),
        "the mock of findObjects received 0 requests, expected 1\n  expected: GET \
         /data/{table-name}: findObjects, table-name = Todo, where = age > 20, pageSize = 10, the \
         user token\n  the server received no request"
    );

    let people = server.client().data::<crate::Record>("Todo");
    let unmatched = people.find().filter("age > 30").page_size(10);
    unmatched.await.unwrap_err();
    server.client().counters().get("hits").await.unwrap_err();
    let text = failure(&find, 1);
    assert_eq!(
        text.split_once("the server received:\n").unwrap().1,
        "  - GET /data/Todo with the query pageSize=10 & where=age > 30\n      where is `age > 30`, \
         expected `age > 20`\n      no user token was received\n  - GET /counters/hits/get\n      \
         another operation"
    );
    assert!(!text.contains("is_true"), "{text}");
    for secret in [server.app_id(), server.api_key()] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn failed_assertion_lists_the_differences_of_a_json_body() {
    let server = MockServer::start_async().await;
    let create = server.create_object(|when, then| {
        when.table_name("Person").body(&json!({
            "name": "Bob", "age": 20, "tags": ["a", "b"], "home": {"a/b": 1}, "password": "pa55",
        }));
        then.ok(&json!({"objectId": "B2"}));
    });
    let people = server.client().data::<crate::Record>("Person");
    let row = json!({
        "name": "Ann", "tags": ["a", "c"], "home": {"a/b": 2}, "more": [1], "password": "other",
    });
    people.create(&row).await.unwrap_err();
    let text = failure(&create, 1);
    for line in [
        r#"body/name is "Ann", expected "Bob""#,
        "body/age is missing, expected 20",
        r#"body/tags/1 is "c", expected "b""#,
        "body/home/a~1b is 2, expected 1",
        "body/more is [1], expected nothing",
        "body/password is a password, expected a password",
    ] {
        assert!(text.contains(&format!("\n      {line}")), "{line}: {text}");
    }
    assert!(!text.contains("pa55") && !text.contains("other"), "{text}");
    people.create(&json!([])).await.unwrap_err();
    assert!(failure(&create, 1).contains("      body is [], expected {"));
}

#[tokio::test]
async fn request_too_many_is_listed() {
    let server = MockServer::start_async().await;
    let count = server.count_objects(|when, then| {
        when.table_name("Person");
        then.ok(&1);
    });
    let people = server.client().data::<crate::Record>("Person");
    for _ in 0..30 {
        people.count().await.unwrap();
    }
    count.assert_calls(30);
    let text = failure(&count, 29);
    assert!(
        text.starts_with("the mock of countObjects received 30 requests, expected 29\n"),
        "{text}"
    );
    assert!(
        text.contains("received 10 earlier requests, and:"),
        "{text}"
    );
    assert_eq!(text.matches("has all conditions above").count(), 20);
    assert_eq!(count.calls(), 30);
    count.into_inner().assert_calls(30);
}

#[tokio::test]
async fn unmatched_request_is_compared_with_each_mock_those_of_its_operation_first() {
    let server = MockServer::start_async().await;
    let _counter = server.get_counter(|when, then| {
        when.counter_name("hits");
        then.ok(&1);
    });
    let _cache = server.cache_get(|when, then| {
        when.key("k").into_inner().header("x-trace", "1");
        then.ok(&1);
    });
    let error = server
        .client()
        .cache()
        .get::<u8>("other")
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "no mock matches GET /cache/other. Mocks: cacheGet, key = k (key is `other`, expected `k`); \
         getCounter, counter-name = hits (another operation)"
    );
    let error = server.client().cache().get::<u8>("k").await.unwrap_err();
    assert!(
        error
            .message()
            .contains("cacheGet, key = k (a condition added with `into_inner` differs)"),
        "{error}"
    );
}

#[tokio::test]
async fn values_that_differ_are_never_printed_as_equal() {
    let server = MockServer::start_async().await;
    let (long, people) = ("x".repeat(300), "Person");
    let find = server.find_objects(|when, then| {
        when.table_name(people).where_(format!("name = '{long}1'"));
        then.ok(&json!([]));
    });
    let create = server.create_object(|when, then| {
        when.table_name(people)
            .body(&json!({"text": format!("{long}a"), "n": 1}));
        then.ok(&json!({}));
    });
    let people = server.client().data::<crate::Record>(people);
    let filtered = people.find().filter(format!("name = '{long}2'"));
    filtered.await.unwrap_err();
    let row = json!({"text": format!("{long}b"), "n": 1.0});
    people.create(&row).await.unwrap_err();
    let context = "x".repeat(40);
    let text = failure(&find, 1);
    assert!(
        text.contains(&format!(
            "where is `...{context}2'`, expected `...{context}1'`"
        )),
        "{text}"
    );
    // The line of the request is cut.
    let received = text.split_once("the server received:").unwrap().1;
    assert!(!received.contains(&"x".repeat(201)), "{text}");
    let text = failure(&create, 1);
    let expected = format!("body/text is ...{context}b\", expected ...{context}a\"");
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains("body/n is 1.0, expected 1\n"), "{text}");
}

#[tokio::test]
async fn request_that_an_earlier_mock_responded_to_is_explained() {
    let server = MockServer::start_async().await;
    let count = |rows: i64| {
        server.count_objects(|when, then| {
            when.table_name("Person");
            then.ok(&rows);
        })
    };
    let (first, second) = (count(1), count(2));
    let people = server.client().data::<crate::Record>("Person");
    assert_eq!(people.count().await.unwrap(), 1);
    let text = failure(&second, 1);
    assert!(text.contains("has all conditions above\n"), "{text}");
    assert!(
        text.contains("a mock that was added earlier responded"),
        "{text}"
    );
    assert!(!failure(&first, 2).contains("earlier responded"));
}

#[tokio::test]
async fn number_without_a_json_form_is_rejected_in_a_mock() {
    let server = MockServer::start_async().await;
    let body = json!({"x": 1});
    let panic = |add: &dyn Fn()| -> String {
        let panic = catch_unwind(AssertUnwindSafe(add)).unwrap_err();
        *panic
            .downcast::<String>()
            .expect("the mock panics with a text")
    };
    for number in [f64::NAN, f64::INFINITY] {
        let text = panic(&|| {
            server.create_object(|when, then| {
                when.table_name("P")
                    .body(&std::collections::BTreeMap::from([("x", Some(number))]));
                then.ok(&body);
            });
        });
        assert!(
            text.starts_with("the expected body cannot be serialized: at x: "),
            "{text}"
        );
        let text = panic(&|| {
            server.cache_get(|when, then| {
                when.key("k");
                then.ok(&(1, number));
            });
        });
        assert!(
            text.starts_with("the response body cannot be serialized: at [1]: "),
            "{text}"
        );
    }
}
