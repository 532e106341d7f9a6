//! The Cloud Code service.

use std::sync::mpsc;

use backendless_local::{Builder, Server, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

impl TestServer {
    fn invoke(&self, method: &str, argument: &Value) -> TestRequest {
        self.post(&format!("/services/{method}"), argument)
    }
}

/// Starts a server with a method `Svc/method`.
async fn with_method(
    method: impl Fn(Value) -> Result<Value, ServiceError> + Send + Sync + 'static,
) -> TestServer {
    TestServer::of(Server::builder().service("Svc", "method", method)).await
}

#[tokio::test]
async fn echo_exists_by_default_and_returns_its_argument() {
    let app = TestServer::start().await;
    for argument in [
        json!({"a": {"b": [1, null]}}),
        json!([1, 2]),
        json!("text"),
        json!(7),
        json!(-0.1),
        json!(true),
        Value::Null,
    ] {
        let response = app.invoke("echo/echo", &argument).ok().await;
        assert_eq!(response, argument);
    }
}

#[tokio::test]
async fn method_receives_its_argument_and_its_result_is_returned() {
    let app = with_method(|argument| Ok(json!([argument["price"], argument]))).await;
    let response = app.invoke("Svc/method", &json!({"price": 3})).ok().await;
    assert_eq!(response, json!([3, {"price": 3}]));
}

#[tokio::test]
async fn missing_body_is_a_null_argument() {
    let app = with_method(|argument| Ok(json!({ "argument": argument }))).await;
    let response = app.request(Method::POST, "/services/Svc/method").ok().await;
    assert_eq!(response, json!({"argument": null}));
}

#[tokio::test]
async fn services_have_separate_methods_and_names_with_any_character() {
    let name = |name: &'static str| move |_: Value| Ok(json!(name));
    let builder: Builder = Server::builder()
        .service("A", "run", name("A"))
        .service("B", "run", name("B"))
        .service("B", "stop now", name("B stop"))
        .service("猫", "a/b", name("cat"))
        // A second registration replaces the first.
        .service("echo", "echo", name("mine"))
        .service("echo", "other", name("other"));
    let app = TestServer::of(builder).await;
    for (path, response) in [
        ("A/run", "A"),
        ("B/run", "B"),
        ("B/stop%20now", "B stop"),
        ("%E7%8C%AB/a%2Fb", "cat"),
        ("echo/echo", "mine"),
        ("echo/other", "other"),
    ] {
        assert_eq!(app.invoke(path, &json!({})).ok().await, response, "{path}");
    }
}

#[tokio::test]
async fn error_of_a_method_is_returned_with_code_and_message() {
    let app = with_method(|argument| {
        let code = argument.as_i64().unwrap_or(14_000);
        Err(ServiceError::new(code, "the cart is \"empty\": 猫"))
    })
    .await;
    for (argument, code) in [
        (json!(14_500), 14_500),
        (json!(-1), -1),
        (json!({}), 14_000),
    ] {
        let response = app.invoke("Svc/method", &argument).send().await;
        let expected = (400, code, "the cart is \"empty\": 猫".to_owned());
        assert_eq!(response.error(), expected);
    }
}

#[tokio::test]
async fn unknown_service_and_unknown_method_have_different_codes() {
    let app = with_method(Ok).await;
    for (path, code) in [
        ("Other/method", 14_001),
        ("svc/method", 14_001),
        ("Svc/other", 14_002),
        ("Svc/Method", 14_002),
        ("echo/method", 14_002),
    ] {
        let rejected = app.invoke(path, &json!({})).rejected().await;
        assert_eq!(rejected, (400, code), "{path}");
    }
}

#[tokio::test]
async fn invalid_json_argument_is_rejected_without_calling_the_method() {
    let (called, calls) = mpsc::channel();
    let app = with_method(move |_| {
        called.send(()).unwrap();
        Ok(Value::Null)
    })
    .await;
    for body in ["abc", "{", "1 2", "\u{feff}1"] {
        let call = app.request(Method::POST, "/services/Svc/method").0;
        let call = call.header("content-type", "application/json");
        assert_eq!(
            TestRequest(call.body(body)).rejected().await,
            (400, 8002),
            "{body}"
        );
    }
    app.invoke("Svc/method", &json!(1)).ok().await;
    assert_eq!(calls.try_iter().count(), 1);
}

#[tokio::test]
async fn panic_of_a_method_fails_only_its_call() {
    let app = with_method(|_| panic!("a mistake of the method")).await;
    for _ in 0..8 {
        let (status, code, message) = app.invoke("Svc/method", &json!(1)).send().await.error();
        assert_eq!((status, code), (400, 14_000));
        // The message of the panic is only on stderr.
        assert!(!message.contains("mistake"), "{message}");
    }
    assert_eq!(app.invoke("echo/echo", &json!(1)).ok().await, 1);
    app.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_methods_do_not_delay_other_requests() {
    const CALLS: usize = 32;
    let (begun, begins) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let app = with_method(move |argument| {
        begun.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Ok(argument)
    })
    .await;
    let calls = (0..CALLS).map(|number| {
        let call = app.invoke("Svc/method", &json!(number));
        tokio::spawn(async move { (number, call.ok().await) })
    });
    let calls: Vec<_> = calls.collect();
    // Every call has started and none has ended.
    let begins = tokio::task::spawn_blocking(move || {
        let count = begins.iter().take(CALLS).count();
        (count, begins)
    });
    let (count, _begins) = begins.await.unwrap();
    assert_eq!(count, CALLS);

    // Password hashing and file storage use blocking threads and still succeed.
    let user = json!({"email": "a@b.c", "password": "pw"});
    app.post("/users/register", &user).ok().await;
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes(b"a".as_slice()));
    let upload = app.request(Method::POST, "/files/a").0.multipart(form);
    TestRequest(upload).ok().await;

    for _ in 0..CALLS {
        release.send(()).unwrap();
    }
    for call in calls {
        let (number, response) = call.await.unwrap();
        assert_eq!(response, number);
    }
}

#[tokio::test]
async fn method_that_never_returns_does_not_prevent_a_stop() {
    let (begun, begins) = mpsc::channel();
    let (_never, released) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let app = with_method(move |argument| {
        begun.send(()).unwrap();
        let _ = released.lock().unwrap().recv();
        Ok(argument)
    })
    .await;
    let call = app.invoke("Svc/method", &json!(1)).0.send();
    let call = tokio::spawn(call);
    let begins = tokio::task::spawn_blocking(move || begins.recv());
    begins.await.unwrap().unwrap();
    // If the server waited for the method, this would block forever.
    drop(app);
    assert!(call.await.unwrap().is_err());
}

#[tokio::test]
async fn event_without_a_handler_has_the_message_of_the_service() {
    let app = TestServer::start().await;
    let call = app.post("/servercode/events/customEvent", &json!({}));
    let (status, code, message) = call.send().await.error();
    assert_eq!((status, code), (400, 14_000));
    assert_eq!(
        message,
        "Custom event handler with name 'customEvent' does not exists"
    );
}
