//! The layer of `tracing` that sends events to the log of the application.

use std::fmt;
use std::time::Duration;

use backendless::{ErrorKind, LogLayer, LogLevel};
use backendless_local::Server;
use backendless_tests::{RecordedRequest, Recorder, TestClock, set_subscriber};
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

use crate::support::{assert_request_line, error_body, local_client};

const HOUR: Duration = Duration::from_secs(3600);

/// Records the events of this thread in the layer.
fn record(layer: &LogLayer) -> DefaultGuard {
    let subscriber = tracing_subscriber::registry().with(layer.clone());
    set_subscriber(subscriber)
}

/// The messages of a request, without their times.
fn messages(request: &RecordedRequest) -> Vec<Value> {
    let mut messages: Vec<Value> = serde_json::from_str(&request.body).unwrap();
    for message in &mut messages {
        let time = message.as_object_mut().unwrap().remove("timestamp");
        assert!(time.is_some_and(|time| time.is_i64()), "{message}");
    }
    messages
}

fn texts(request: &RecordedRequest) -> Vec<String> {
    let messages = messages(request);
    let texts = messages.iter().map(|message| message["message"].as_str());
    texts.map(|text| text.unwrap().to_owned()).collect()
}

/// Waits for a number of requests.
async fn wait_for(server: &Recorder, requests: usize) {
    let wait = async {
        while server.requests().len() < requests {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait)
        .await
        .unwrap();
}

#[derive(Debug)]
struct Cause(&'static str, Option<Box<Cause>>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

#[tokio::test]
async fn event_is_a_message_with_its_spans_and_fields() {
    let server = Recorder::responding(200, "").await;
    let (layer, _task) = server.client().logging().layer().build();
    let guard = record(&layer);
    let request = tracing::info_span!(
        "request",
        id = 5,
        user = "ann",
        status = tracing::field::Empty
    );
    let error = Cause("no answer", Some(Box::new(Cause("timeout", None))));
    let error: &(dyn std::error::Error + 'static) = &error;
    request.in_scope(|| {
        let step = tracing::debug_span!("step");
        request.record("status", 200);
        step.in_scope(
            || tracing::error!(target: "orders", error, count = 2, "the {} failed", "order"),
        );
    });
    tracing::info!(target: "shop::api", open = true, "ready");
    tracing::warn!(target: "shop::api", name = "a b");
    tracing::debug!(target: "shop::api", "not sent by default");
    drop(guard);
    layer.flush().await.unwrap();
    layer.flush().await.unwrap();

    let requests = server.requests();
    let [request] = &requests[..] else {
        panic!("{} requests", requests.len());
    };
    assert_request_line(request, "PUT", "/log");
    assert_eq!(
        messages(request),
        [
            json!({
                "logger": "orders",
                "log-level": "ERROR",
                "message": "request{id=5 user=\"ann\" status=200}: step: the order failed count=2",
                "exception": "no answer: timeout",
            }),
            json!({"logger": "shop::api", "log-level": "INFO", "message": "ready open=true"}),
            json!({"logger": "shop::api", "log-level": "WARN", "message": "name=\"a b\""}),
        ]
    );
    assert_eq!(layer.lost(), 0);
}

#[tokio::test]
async fn most_detailed_level_is_a_setting() {
    let server = Recorder::responding(200, "").await;
    let levels = [LogLevel::Error, LogLevel::Debug, LogLevel::Trace];
    for (level, expected) in levels.into_iter().zip([1, 4, 5]) {
        let (layer, _task) = server.client().logging().layer().max_level(level).build();
        let guard = record(&layer);
        tracing::error!("1");
        tracing::warn!("2");
        tracing::info!("3");
        tracing::debug!("4");
        tracing::trace!("5");
        drop(guard);
        layer.flush().await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(texts(&request), ["1", "2", "3", "4", "5"][..expected]);
    }
}

/// The subscriber records everything while the layer sends, which would otherwise cause a message for each request.
#[tokio::test]
async fn requests_of_the_layer_and_the_http_stack_are_not_logged() {
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let (layer, task) = client.logging().layer().max_level(LogLevel::Trace).build();
    let _guard = record(&layer);
    let task = tokio::spawn(task);
    for target in [
        "hyper_util::client",
        "h2::proto",
        "rustls::conn",
        "reqwest::connect",
    ] {
        // The target of an event is constant, that of a record of the crate `log` is a field.
        tracing::info!(target: "log", { "log.target" = target }, "of the HTTP stack");
    }
    tracing::info!(target: "hyper::proto", "of the HTTP stack");
    tracing::info!(target: "log", { "log.target" = "shop", "log.line" = 5 }, "of the crate log");
    for n in 0..3 {
        tracing::info!(target: "shop", n, "own");
        layer.flush().await.unwrap();
    }
    // Other requests of the client are observed as those of any other crate.
    client.counters().increment("visits").await.unwrap();
    layer.flush().await.unwrap();
    drop((layer, _guard));
    task.await.unwrap();
    let log = server.log().await.unwrap();
    let own = log.iter().filter(|message| message["logger"] == "shop");
    let own: Vec<&str> = own
        .map(|message| message["message"].as_str().unwrap())
        .collect();
    assert_eq!(own, ["of the crate log", "own n=0", "own n=1", "own n=2"]);
    let others = log.iter().filter(|message| message["logger"] != "shop");
    let others: Vec<&Value> = others.collect();
    assert_eq!(others, [&json!(null); 0]);
}

#[tokio::test]
async fn messages_are_sent_in_order_in_batches() {
    let server = Recorder::responding(200, "").await;
    let (layer, _task) = server.client().logging().layer().batch_size(2).build();
    let guard = record(&layer);
    for n in 0..5 {
        tracing::info!("{n}");
    }
    layer.flush().await.unwrap();
    drop(guard);
    let batches: Vec<_> = server.requests().iter().map(texts).collect();
    assert_eq!(batches, [vec!["0", "1"], vec!["2", "3"], vec!["4"]]);
}

#[tokio::test]
async fn messages_beyond_the_capacity_are_lost_counted_and_reported() {
    let server = Recorder::responding(200, "").await;
    let (layer, _task) = server.client().logging().layer().capacity(2).build();
    let guard = record(&layer);
    for n in 0..5 {
        tracing::info!("{n}");
    }
    assert_eq!(layer.lost(), 3);
    layer.flush().await.unwrap();
    tracing::info!("5");
    layer.flush().await.unwrap();
    drop(guard);
    let requests = server.requests();
    let notice = json!({
        "logger": "backendless.logging",
        "log-level": "WARN",
        "message": "3 log messages were lost before this one",
    });
    assert_eq!(messages(&requests[0])[0], notice);
    assert_eq!(texts(&requests[0])[1..], ["0", "1"]);
    assert_eq!(texts(&requests[1]), ["5"]);
    assert_eq!((requests.len(), layer.lost()), (2, 3));
}

#[tokio::test]
async fn messages_of_a_failed_request_are_lost_and_the_others_remain() {
    let responses = [(400, error_body(1234)), (200, String::new())];
    let server = Recorder::responding_in_turn(responses.to_vec()).await;
    let (layer, _task) = server.client().logging().layer().batch_size(1).build();
    let guard = record(&layer);
    tracing::info!("a");
    tracing::info!("b");
    let error = layer.flush().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!((layer.lost(), server.requests().len()), (1, 1));
    layer.flush().await.unwrap();
    drop(guard);
    let requests = server.requests();
    let expected = ["1 log messages were lost before this one", "b"];
    assert_eq!(texts(&requests[1]), expected);
    assert_eq!((requests.len(), layer.lost()), (2, 1));
}

#[tokio::test]
async fn panic_of_a_field_loses_the_message_only() {
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in Debug")
        }
    }
    let server = Recorder::responding(200, "").await;
    let (layer, _task) = server.client().logging().layer().build();
    let guard = record(&layer);
    tracing::info!(value = ?Panics, "lost");
    tracing::info_span!("span", value = ?Panics).in_scope(|| tracing::info!("sent"));
    drop(guard);
    layer.flush().await.unwrap();
    let expected = ["1 log messages were lost before this one", "span: sent"];
    assert_eq!(texts(&server.requests()[0]), expected);
}

#[tokio::test]
async fn long_text_is_truncated() {
    let server = Recorder::responding(200, "").await;
    let (layer, _task) = server.client().logging().layer().build();
    let guard = record(&layer);
    tracing::info!("{}", "ü".repeat(1_000_000));
    drop(guard);
    layer.flush().await.unwrap();
    let text = texts(&server.requests()[0]).remove(0);
    assert!(
        text.starts_with("üü") && text.len() < 20_000,
        "{}",
        text.len()
    );
    assert!(text.contains("bytes omitted"));
}

#[tokio::test]
async fn task_sends_a_full_batch_at_once_and_the_rest_when_the_layer_is_dropped() {
    let server = Recorder::responding(200, "").await;
    let client = server.client();
    let (layer, task) = client
        .logging()
        .layer()
        .batch_size(2)
        .interval(HOUR)
        .build();
    let task = tokio::spawn(task);
    let guard = record(&layer);
    tracing::info!("a");
    tracing::info!("b");
    wait_for(&server, 1).await;
    tracing::info!("c");
    drop(guard);
    assert!(!task.is_finished());
    drop(layer);
    task.await.unwrap();
    let batches: Vec<_> = server.requests().iter().map(texts).collect();
    assert_eq!(batches, [vec!["a", "b"], vec!["c"]]);
}

#[tokio::test]
async fn task_sends_a_message_after_the_interval() {
    let server = Recorder::responding(200, "").await;
    // Its sleeps complete at once.
    let clock = TestClock::default();
    let client = server.builder().clock(clock.clone()).build().unwrap();
    let (layer, task) = client.logging().layer().interval(HOUR).build();
    let task = tokio::spawn(task);
    let guard = record(&layer);
    tracing::info!("a");
    wait_for(&server, 1).await;
    drop((guard, layer));
    task.await.unwrap();
    assert_eq!(texts(&server.requests()[0]), ["a"]);
    assert_eq!(clock.sleeps(), [HOUR]);
}

#[tokio::test]
async fn task_survives_failed_requests_and_ends_without_sending_the_rest_again() {
    let server = Recorder::responding(400, &error_body(1234)).await;
    let client = server
        .builder()
        .clock(TestClock::default())
        .build()
        .unwrap();
    let (layer, task) = client.logging().layer().batch_size(1).build();
    let task = tokio::spawn(task);
    let guard = record(&layer);
    tracing::info!("a");
    wait_for(&server, 1).await;
    tracing::info!("b");
    wait_for(&server, 2).await;
    drop(guard);
    let counted = layer.clone();
    drop(layer);
    assert!(counted.flush().await.is_err());
    drop(counted);
    task.await.unwrap();
    assert_eq!(server.requests().len(), 2);
}
