//! Which requests to any path are sent again.

use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::{AnyRequest, Client, ErrorKind, Method, RetryPolicy};
use backendless_tests::{Behaviour, HttpServer, Response, ScriptedServer, TestClock};
use serde_json::json;

use crate::support::error_body;

/// Returns a server that loses each response, and its client.
async fn losing_server() -> (ScriptedServer, Client) {
    let server = ScriptedServer::always(Behaviour::close_before_headers()).await;
    let builder = server.client_builder().clock(TestClock::default());
    (server, builder.build().unwrap())
}

/// Returns how often `request` is sent if each response is lost.
async fn attempts(request: impl FnOnce(&Client) -> AnyRequest) -> usize {
    let (server, client) = losing_server().await;
    let error = request(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert_eq!(server.requests().len(), error.attempts() as usize);
    server.requests().len()
}

#[tokio::test]
async fn idempotent_methods_are_sent_again() {
    for method in [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
    ] {
        let retried = attempts(|client| client.request(method.clone(), "/hive/x")).await;
        assert_eq!(retried, 3, "{method}");
        let once = attempts(|client| client.request(method.clone(), "/hive/x").idempotent(false));
        assert_eq!(once.await, 1, "{method}");
    }
    for method in [Method::POST, Method::PATCH] {
        let once = attempts(|client| client.request(method.clone(), "/hive/x")).await;
        assert_eq!(once, 1, "{method}");
        let retried = attempts(|client| client.request(method.clone(), "/hive/x").idempotent(true));
        assert_eq!(retried.await, 3, "{method}");
    }
}

#[tokio::test]
async fn documented_operation_that_is_not_idempotent_is_not_sent_again() {
    for (method, path) in [
        (Method::PUT, "/counters/visits/increment/get"),
        (Method::PUT, "/counters/vis%69ts/%69ncrement/get"),
        (Method::GET, "/messaging/news/subscription"),
        (Method::GET, "/services/Shop/item"),
        (Method::PUT, "/services/Shop/item"),
    ] {
        assert_eq!(
            attempts(|client| client.request(method.clone(), path)).await,
            1,
            "{path}"
        );
    }
    let values = attempts(|client| {
        let request = client.request(Method::PUT, "/{path*}");
        request.segment("counters/visits/increment/get")
    });
    assert_eq!(values.await, 1);
    // A POST is not sent again, although the operation is idempotent.
    let find = attempts(|client| client.request(Method::POST, "/data/Person/find"));
    assert_eq!(find.await, 1);
}

#[tokio::test]
async fn query_decides_when_the_operation_depends_on_it() {
    let sent = async |overwrite: bool, is_last: bool| {
        let (server, client) = losing_server().await;
        let put = client.request(Method::PUT, "/files/binary/a.txt");
        let lost = match is_last {
            true => put.fetch_empty().query("overwrite", overwrite).await,
            false => put.query("overwrite", overwrite).fetch_empty().await,
        };
        assert_eq!(lost.unwrap_err().kind(), ErrorKind::ConnectionLost);
        server.requests().len()
    };
    for is_last in [false, true] {
        assert_eq!(sent(true, is_last).await, 3, "{is_last}");
        assert_eq!(sent(false, is_last).await, 1, "{is_last}");
    }
}

#[tokio::test]
async fn computed_update_is_not_sent_again() {
    let computed = json!({"n": {"___class": "BackendlessExpression", "value": "n + 1"}});
    let put = |client: &Client| client.request(Method::PUT, "/data/Person/B2");
    assert_eq!(attempts(|client| put(client).json(&computed)).await, 1);
    let text = computed.to_string();
    assert_eq!(
        attempts(|client| put(client).body(text, "application/json")).await,
        1
    );
    assert_eq!(
        attempts(|client| put(client).json(&json!({"n": 1}))).await,
        3
    );
}

#[tokio::test]
async fn error_says_why_a_request_is_not_sent_again() {
    let (_server, client) = losing_server().await;
    let error = client
        .request(Method::POST, "/hive/{x}")
        .segment(1)
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("POST /hive/{x}: the connection to 127.0.0.1:"),
        "{text}"
    );
    assert!(text.contains(" was lost: "), "{text}");
    let reason = "not retried: POST /hive/{x} is not idempotent and may have been processed)";
    assert!(text.ends_with(reason), "{text}");
}

/// Starts a server whose first session is expired for requests, and counts the requests that are no logins.
fn expiring_server(requests: &'static AtomicUsize) -> HttpServer {
    HttpServer::plain(move |request| {
        if request.uri.path().ends_with("/users/login") {
            let token = format!("TOKEN-{}", requests.load(Ordering::SeqCst));
            return Response::json(
                200,
                json!({"objectId": "1", "user-token": token}).to_string(),
            );
        }
        requests.fetch_add(1, Ordering::SeqCst);
        let token = request.headers.get("user-token");
        match token.is_some_and(|token| token == "TOKEN-0") {
            true => Response::json(401, error_body(3064)),
            false => Response::json(200, "5"),
        }
    })
}

#[tokio::test]
async fn expired_session_is_renewed_and_the_request_sent_again() {
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let server = expiring_server(&REQUESTS);
    let client = Client::builder("APP", "KEY").api_url(server.url());
    let client = client.credentials("robot", "pa55").build().unwrap();
    // The code of the service proves that the request was not processed.
    let request = client.request(Method::POST, "/hive/x").json(&1);
    let response = request.fetch::<u8>().with_response().await.unwrap();
    assert_eq!((response.value, response.attempts()), (5, 2));
    let bodies: Vec<_> = server.requests().into_iter().map(|r| r.body).collect();
    assert_eq!(
        (bodies.len(), &bodies[1][..], &bodies[3][..]),
        (4, &b"1"[..], &b"1"[..])
    );
}

#[tokio::test]
async fn expired_session_does_not_repeat_the_call_of_application_code() {
    static REQUESTS: AtomicUsize = AtomicUsize::new(0);
    let server = expiring_server(&REQUESTS);
    let client = Client::builder("APP", "KEY").api_url(server.url());
    let client = client.credentials("robot", "pa55").build().unwrap();
    // The code may be that of the application, which was executed.
    let request = client.request(Method::POST, "/services/Shop/a/b/c");
    let error = request.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthorized, 1)
    );
    assert_eq!(REQUESTS.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn rate_limit_is_retried_for_each_method() {
    let limited = Behaviour::json(429, error_body(999));
    let server = ScriptedServer::start([limited, Behaviour::json(200, "7")]).await;
    let builder = server.client_builder().clock(TestClock::default());
    let client = builder.build().unwrap();
    let request = client.request(Method::POST, "/hive").fetch::<u8>();
    let response = request.with_response().await.unwrap();
    assert_eq!((response.value, response.attempts()), (7, 2));
    let request = client
        .request(Method::POST, "/hive")
        .retry(RetryPolicy::none());
    request.await.unwrap();
}
