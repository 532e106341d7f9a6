//! The header `traceparent`, on the wire, and the span that it names.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use backendless::testing::{self, Responder};
use backendless::{Client, ErrorKind, FileInfo, Method};
use backendless_tests::{API_KEY, APP_ID, HttpServer, Response, TestClock, set_subscriber};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{
    Event, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};
use tracing::Instrument;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};

/// A tracing subscriber of this thread that exports OpenTelemetry spans to memory.
struct Tracing {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _default: DefaultGuard,
}

impl Tracing {
    fn start() -> Self {
        Self::with(Sampler::AlwaysOn, everything(), everything(), true)
    }

    /// `filter` applies to all spans, and `of_layer` to those of OpenTelemetry.
    fn with(sampler: Sampler, filter: Targets, of_layer: Targets, activates: bool) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .with_sampler(sampler)
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("suite"))
            .with_context_activation(activates)
            .with_filter(of_layer);
        let subscriber = tracing_subscriber::registry().with(filter).with(layer);
        Self {
            exporter,
            provider,
            _default: set_subscriber(subscriber),
        }
    }

    /// The exported span with this name.
    fn span(&self, name: &str) -> SpanData {
        self.provider.force_flush().unwrap();
        let spans = self.exporter.get_finished_spans().unwrap();
        let found = spans.iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("{name}: {spans:?}")).clone()
    }
}

fn everything() -> Targets {
    Targets::new().with_default(LevelFilter::TRACE)
}

fn client(url: &str) -> Client {
    let builder = Client::builder(APP_ID, API_KEY).api_url(url);
    builder
        .user_token("TOKEN-0003")
        .clock(TestClock::default())
        .build()
        .unwrap()
}

fn server() -> HttpServer {
    HttpServer::plain(|_| Response::json(200, "5"))
}

/// The `traceparent` of each request, in order.
fn received(server: &HttpServer) -> Vec<Option<String>> {
    let requests = server.requests();
    let headers = requests.iter().map(|request| {
        for absent in ["tracestate", "baggage"] {
            assert!(
                !request.headers.contains_key(absent),
                "{:?}",
                request.headers
            );
        }
        let value = request.headers.get("traceparent")?;
        Some(value.to_str().unwrap().to_owned())
    });
    headers.collect()
}

fn header_of(context: &SpanContext, flags: &str) -> Option<String> {
    let (trace, span) = (context.trace_id(), context.span_id());
    Some(format!("00-{trace:032x}-{span:016x}-{flags}"))
}

fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    let mut attributes = span.attributes.iter();
    let pair = attributes.find(|pair| pair.key.as_str() == key)?;
    Some(pair.value.clone())
}

fn wait_ms(event: &Event) -> Option<&Value> {
    let mut attributes = event.attributes.iter();
    let pair = attributes.find(|pair| pair.key.as_str() == "wait_ms")?;
    Some(&pair.value)
}

#[tokio::test]
async fn request_names_its_span_whose_parent_is_the_span_of_the_caller() {
    let tracing = Tracing::start();
    let server = server();
    let outer = tracing::info_span!("outer");
    let visits = client(server.url()).counters().get("visits").send();
    assert_eq!(visits.instrument(outer).await.unwrap(), 5);

    let (outer, call) = (tracing.span("outer"), tracing.span("getCounter"));
    assert_eq!(call.parent_span_id, outer.span_context.span_id());
    assert_eq!(call.span_context.trace_id(), outer.span_context.trace_id());
    assert_eq!(received(&server), [header_of(&call.span_context, "01")]);
    assert_eq!(attribute(&call, "http.request.resend_count"), None);
    // Numbers, not texts.
    let status = attribute(&call, "http.response.status_code");
    assert_eq!(status, Some(Value::I64(200)));
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(attribute(&call, "server.port"), Some(Value::I64(port)));
}

#[tokio::test]
async fn each_attempt_is_sent_with_the_trace_and_each_retry_is_an_event_of_the_span() {
    let tracing = Tracing::start();
    let attempts = AtomicUsize::new(0);
    let server = HttpServer::plain(move |_| match attempts.fetch_add(1, Ordering::Relaxed) {
        0 => Response::json(503, "{}"),
        1 => Response::json(429, "{}"),
        _ => Response::json(200, "5"),
    });
    assert_eq!(
        client(server.url()).counters().get("visits").await.unwrap(),
        5
    );

    let call = tracing.span("getCounter");
    let header = header_of(&call.span_context, "01");
    assert_eq!(received(&server), [header.clone(), header.clone(), header]);
    for (name, value) in [
        ("http.request.resend_count", 2),
        ("http.response.status_code", 200),
    ] {
        assert_eq!(attribute(&call, name), Some(Value::I64(value)), "{name}");
        let attributes = call.attributes.iter();
        let same = attributes.filter(|pair| pair.key.as_str() == name);
        assert_eq!(same.count(), 1, "{name}");
    }
    // The HTTP stack has events of its own.
    let events = call.events.iter();
    let events: Vec<_> = events
        .filter(|event| event.name == "retrying the request")
        .collect();
    assert_eq!(events.len(), 2, "{events:?}");
    for (event, status) in events.into_iter().zip([503_i64, 429]) {
        let expected = KeyValue::new("http.response.status_code", status);
        assert!(event.attributes.contains(&expected), "{event:?}");
        let wait = wait_ms(event);
        // The delay is random, and may be less than a millisecond.
        assert!(matches!(wait, Some(Value::I64(0..))), "{event:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_the_rate_limit_is_an_event_of_the_span() {
    let tracing = Tracing::start();
    let responder = Responder::new(|_| async { Ok(testing::Response::json(200, &5)) });
    let client = Client::builder(APP_ID, API_KEY).requests_per_minute(1);
    let client = client.responder(&responder).build().unwrap();
    client.counters().get("visits").await.unwrap();
    client.counters().increment("visits").await.unwrap();

    let call = tracing.span("incrementAndGet");
    let mut events = call.events.iter();
    let event = events.find(|event| event.name == "waiting for the rate limit");
    let wait = wait_ms(event.unwrap());
    assert!(
        matches!(wait, Some(Value::I64(59_000..=60_000))),
        "{event:?}"
    );
}

#[tokio::test]
async fn the_login_of_a_service_account_belongs_to_the_trace_of_the_request() {
    let tracing = Tracing::start();
    let server = HttpServer::plain(|request| match request.uri.path().ends_with("/login") {
        true => Response::json(200, r#"{"objectId": "B2", "user-token": "TOKEN-0004"}"#),
        false => Response::json(200, "5"),
    });
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let client = client
        .credentials("robot@example.com", "PASSWORD-7")
        .build()
        .unwrap();
    let people = client.data::<serde_json::Value>("Person");
    assert_eq!(people.count().await.unwrap(), 5);

    let (login, count) = (tracing.span("loginUser"), tracing.span("countObjects"));
    assert_eq!(login.span_context.trace_id(), count.span_context.trace_id());
    assert_eq!(login.parent_span_id, count.span_context.span_id());
    let expected = [login, count].map(|span| header_of(&span.span_context, "01"));
    assert_eq!(received(&server), expected);
}

#[tokio::test]
async fn a_trace_that_is_not_sampled_is_sent_without_the_flag() {
    let _tracing = Tracing::with(Sampler::AlwaysOff, everything(), everything(), true);
    let server = server();
    client(server.url()).counters().get("visits").await.unwrap();
    let headers = received(&server);
    let header = headers[0].as_deref().unwrap();
    assert!(
        header.starts_with("00-") && header.ends_with("-00"),
        "{header}"
    );
}

#[tokio::test]
async fn if_the_span_of_the_request_is_filtered_that_of_the_caller_is_sent() {
    let filter = || everything().with_target("backendless", LevelFilter::OFF);
    for (filter, of_layer, activates) in [
        (everything(), filter(), true),
        (filter(), everything(), true),
        (filter(), everything(), false),
    ] {
        let tracing = Tracing::with(Sampler::AlwaysOn, filter, of_layer, activates);
        let server = server();
        let outer = tracing::info_span!("outer");
        let visits = client(server.url()).counters().get("visits").send();
        visits.instrument(outer).await.unwrap();
        let outer = tracing.span("outer");
        assert_eq!(received(&server), [header_of(&outer.span_context, "01")]);
    }
}

/// The span of the request is the current one for `tracing`, and has no context.
#[tokio::test]
async fn if_only_the_layer_filters_the_span_and_activates_no_context_nothing_is_sent() {
    let filter = everything().with_target("backendless", LevelFilter::OFF);
    let tracing = Tracing::with(Sampler::AlwaysOn, everything(), filter, false);
    let server = server();
    let outer = tracing::info_span!("outer");
    let visits = client(server.url()).counters().get("visits").send();
    visits.instrument(outer).await.unwrap();
    assert!(tracing.span("outer").span_context.is_valid());
    assert_eq!(received(&server), [None]);
}

#[tokio::test]
async fn without_context_activation_the_span_of_the_request_is_sent() {
    let tracing = Tracing::with(Sampler::AlwaysOn, everything(), everything(), false);
    let server = server();
    client(server.url()).counters().get("visits").await.unwrap();
    let call = tracing.span("getCounter");
    assert_eq!(received(&server), [header_of(&call.span_context, "01")]);
}

#[tokio::test]
async fn a_span_of_the_opentelemetry_api_is_sent_but_no_state_and_no_baggage() {
    let server = server();
    let state = TraceState::from_key_value([("vendor", "STATE")]).unwrap();
    let context = SpanContext::new(
        TraceId::from(0xA0F5_u128),
        SpanId::from(0x9C41_u64),
        TraceFlags::SAMPLED,
        true,
        state,
    );
    let context = Context::new().with_remote_span_context(context);
    let context = context.with_baggage([KeyValue::new("customer", "BAGGAGE")]);
    let _entered = context.attach();
    client(server.url()).counters().get("visits").await.unwrap();
    let expected = "00-0000000000000000000000000000a0f5-0000000000009c41-01";
    assert_eq!(received(&server), [Some(expected.to_owned())]);
}

#[tokio::test]
async fn without_a_context_nothing_is_sent() {
    let server = server();
    let client = client(server.url());
    client.counters().get("visits").await.unwrap();
    // Spans without OpenTelemetry.
    let _default = set_subscriber(tracing_subscriber::registry());
    client.counters().get("visits").await.unwrap();
    assert_eq!(received(&server), [None, None]);
}

#[tokio::test]
async fn another_origin_receives_no_trace() {
    let _tracing = Tracing::start();
    let (server, elsewhere) = (server(), server());
    let client = client(server.url());
    for (server, is_sent) in [(&server, true), (&elsewhere, false)] {
        let file = FileInfo::from_url(format!("{}/a.txt", server.url()));
        let _ = client.files().download(&file).await.unwrap();
        assert_eq!(received(server)[0].is_some(), is_sent);
    }
}

#[tokio::test]
async fn a_failed_request_has_its_error_in_the_span() {
    let tracing = Tracing::start();
    let server = HttpServer::plain(|_| Response::json(503, "{}"));
    let error = client(server.url())
        .counters()
        .increment("visits")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    let call = tracing.span("incrementAndGet");
    assert_eq!(received(&server), [header_of(&call.span_context, "01")]);
    assert_eq!(attribute(&call, "error.type"), Some(Value::from("Api")));
}

#[tokio::test(start_paused = true)]
async fn the_status_of_an_earlier_attempt_is_not_that_of_the_request() {
    let tracing = Tracing::start();
    let attempts = AtomicUsize::new(0);
    let responder = Responder::new(move |_| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed);
        async move {
            match attempt {
                0 => Ok(testing::Response::new(503)),
                _ => Err(io::ErrorKind::ConnectionReset.into()),
            }
        }
    });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let client = client.build().unwrap();
    let error = client.counters().get("visits").await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    let call = tracing.span("getCounter");
    assert_eq!(attribute(&call, "http.response.status_code"), None);
    let resend_count = attribute(&call, "http.request.resend_count");
    assert_eq!(resend_count, Some(Value::I64(2)));
    let requests = responder.requests();
    let header = header_of(&call.span_context, "01");
    for request in &requests {
        assert_eq!(request.header("traceparent"), header.as_deref());
    }
}

/// A `traceparent` of the caller is the only one, also for a request to any path, whose span has the operation `request`.
#[tokio::test]
async fn header_of_the_caller_replaces_the_context_of_the_span() {
    let tracing = Tracing::start();
    let server = server();
    let client = client(server.url());
    let own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let get = client.counters().get("visits").header("traceparent", own);
    get.await.unwrap();
    let any = client.request(Method::GET, "/hive/{name}").segment("a");
    any.header("traceparent", own).fetch::<u8>().await.unwrap();
    client.request(Method::GET, "/hive").await.unwrap();

    let span = tracing.span("GET /hive");
    let context = header_of(&span.span_context, "01");
    assert_eq!(
        received(&server),
        [Some(own.to_owned()), Some(own.to_owned()), context]
    );
    for request in server.requests() {
        assert_eq!(request.headers.get_all("traceparent").iter().count(), 1);
    }
    for name in ["GET /hive", "GET /hive/{name}"] {
        let operation = attribute(&tracing.span(name), "backendless.operation");
        assert_eq!(operation, Some(Value::from("request")), "{name}");
    }
}
