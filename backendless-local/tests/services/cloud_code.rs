//! Cloud Code: the methods that the embedding program registered.

use std::sync::mpsc;

use backendless_local::{Builder, Server, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Call, Local};

impl Local {
    fn invoke(&self, method: &str, argument: &Value) -> Call {
        self.post(&format!("/services/{method}"), argument)
    }
}

/// A server with a method `Svc/method`.
async fn with_method(
    method: impl Fn(Value) -> Result<Value, ServiceError> + Send + Sync + 'static,
) -> Local {
    Local::of(Server::builder().service("Svc", "method", method)).await
}

#[tokio::test]
async fn echo_is_always_there_and_answers_its_argument() {
    let local = Local::start().await;
    for argument in [
        json!({"a": {"b": [1, null]}}),
        json!([1, 2]),
        json!("text"),
        json!(7),
        json!(-0.1),
        json!(true),
        Value::Null,
    ] {
        let answer = local.invoke("echo/echo", &argument).ok().await;
        assert_eq!(answer, argument);
    }
}

#[tokio::test]
async fn a_method_gets_its_argument_and_its_answer_is_answered() {
    let local = with_method(|argument| Ok(json!([argument["price"], argument]))).await;
    let answer = local.invoke("Svc/method", &json!({"price": 3})).ok().await;
    assert_eq!(answer, json!([3, {"price": 3}]));
}

#[tokio::test]
async fn without_a_body_the_argument_is_null() {
    let local = with_method(|argument| Ok(json!({ "argument": argument }))).await;
    let answer = local
        .request(Method::POST, "/services/Svc/method")
        .ok()
        .await;
    assert_eq!(answer, json!({"argument": null}));
}

#[tokio::test]
async fn services_have_their_own_methods_and_names_any_sign() {
    let name = |name: &'static str| move |_: Value| Ok(json!(name));
    let builder: Builder = Server::builder()
        .service("A", "run", name("A"))
        .service("B", "run", name("B"))
        .service("B", "stop now", name("B stop"))
        .service("猫", "a/b", name("cat"))
        // Who registers a name again means it.
        .service("echo", "echo", name("mine"))
        .service("echo", "other", name("other"));
    let local = Local::of(builder).await;
    for (path, answer) in [
        ("A/run", "A"),
        ("B/run", "B"),
        ("B/stop%20now", "B stop"),
        ("%E7%8C%AB/a%2Fb", "cat"),
        ("echo/echo", "mine"),
        ("echo/other", "other"),
    ] {
        assert_eq!(local.invoke(path, &json!({})).ok().await, answer, "{path}");
    }
}

#[tokio::test]
async fn the_error_of_a_method_is_answered_with_its_code_and_message() {
    let local = with_method(|argument| {
        let code = argument.as_i64().unwrap_or(14_000);
        Err(ServiceError::new(code, "the cart is \"empty\": 猫"))
    })
    .await;
    for (argument, code) in [
        (json!(14_500), 14_500),
        (json!(-1), -1),
        (json!({}), 14_000),
    ] {
        let answer = local.invoke("Svc/method", &argument).send().await;
        let expected = (400, code, "the cart is \"empty\": 猫".to_owned());
        assert_eq!(answer.failure(), expected);
    }
}

#[tokio::test]
async fn an_unknown_service_and_an_unknown_method_are_told_apart() {
    let local = with_method(Ok).await;
    for (path, code) in [
        ("Other/method", 14_001),
        ("svc/method", 14_001),
        ("Svc/other", 14_002),
        ("Svc/Method", 14_002),
        ("echo/method", 14_002),
    ] {
        let refused = local.invoke(path, &json!({})).refused().await;
        assert_eq!(refused, (400, code), "{path}");
    }
}

#[tokio::test]
async fn an_argument_that_is_no_json_is_refused_and_the_method_not_called() {
    let (called, calls) = mpsc::channel();
    let local = with_method(move |_| {
        called.send(()).unwrap();
        Ok(Value::Null)
    })
    .await;
    for body in ["abc", "{", "1 2", "\u{feff}1"] {
        let call = local.request(Method::POST, "/services/Svc/method").0;
        assert_eq!(Call(call.body(body)).refused().await, (400, 8002), "{body}");
    }
    local.invoke("Svc/method", &json!(1)).ok().await;
    assert_eq!(calls.try_iter().count(), 1);
}

#[tokio::test]
async fn a_panic_ends_the_call_and_nothing_else() {
    let local = with_method(|_| panic!("a mistake of the method")).await;
    for _ in 0..8 {
        let (status, code, message) = local.invoke("Svc/method", &json!(1)).send().await.failure();
        assert_eq!((status, code), (400, 14_000));
        // What the panic said is for stderr.
        assert!(!message.contains("mistake"), "{message}");
    }
    assert_eq!(local.invoke("echo/echo", &json!(1)).ok().await, 1);
    local.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_wait_hold_nobody_up() {
    const WAITING: usize = 32;
    let (begun, begins) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let local = with_method(move |argument| {
        begun.send(()).unwrap();
        released.lock().unwrap().recv().unwrap();
        Ok(argument)
    })
    .await;
    let calls = (0..WAITING).map(|number| {
        let call = local.invoke("Svc/method", &json!(number));
        tokio::spawn(async move { (number, call.ok().await) })
    });
    let calls: Vec<_> = calls.collect();
    // Every call has begun, and none has ended.
    let begins = tokio::task::spawn_blocking(move || {
        let count = begins.iter().take(WAITING).count();
        (count, begins)
    });
    let (count, _begins) = begins.await.unwrap();
    assert_eq!(count, WAITING);

    // Logging in and storing files are work for other threads too, and are done.
    let user = json!({"email": "a@b.c", "password": "pw"});
    local.post("/users/register", &user).ok().await;
    let form = reqwest::multipart::Form::new()
        .part("file", reqwest::multipart::Part::bytes(b"a".as_slice()));
    let upload = local.request(Method::POST, "/files/a").0.multipart(form);
    Call(upload).ok().await;

    for _ in 0..WAITING {
        release.send(()).unwrap();
    }
    for call in calls {
        let (number, answer) = call.await.unwrap();
        assert_eq!(answer, number);
    }
}

#[tokio::test]
async fn a_method_that_never_ends_does_not_keep_the_server() {
    let (begun, begins) = mpsc::channel();
    let (_never, released) = mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let local = with_method(move |argument| {
        begun.send(()).unwrap();
        let _ = released.lock().unwrap().recv();
        Ok(argument)
    })
    .await;
    let call = local.invoke("Svc/method", &json!(1)).0.send();
    let call = tokio::spawn(call);
    let begins = tokio::task::spawn_blocking(move || begins.recv());
    begins.await.unwrap().unwrap();
    // A server that waited for the method would stay here for ever.
    drop(local);
    assert!(call.await.unwrap().is_err());
}
