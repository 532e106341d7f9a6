//! What is logged of calls that go well, and that it would be seen if it were too much.

use std::collections::BTreeSet;

use backendless::operations;
use backendless_tests::Host;
use backendless_tests::spec::Spec;

use crate::canaries::{self, TOKEN};
use crate::capture::Capture;
use crate::site::{WAYS, Way, builder, host, make_every_call, path_of, success};

#[tokio::test]
async fn what_is_logged_is_captured() {
    let capture = Capture::start().await;
    tracing::trace!(token = TOKEN, "an event");
    assert_eq!(canaries::find(&capture.take()), Some("CANARYTOKEN"));
    tracing::trace_span!("a span", token = TOKEN).in_scope(|| ());
    assert_eq!(canaries::find(&capture.take()), Some("CANARYTOKEN"));
    let span = tracing::trace_span!("a span", token = tracing::field::Empty);
    span.record("token", TOKEN);
    drop(span);
    assert_eq!(canaries::find(&capture.take()), Some("CANARYTOKEN"));
    let panicked = tokio::spawn(async { panic!("{TOKEN}") }).await;
    assert!(panicked.is_err());
    assert_eq!(canaries::find(&capture.take()), Some("CANARYTOKEN"));
    let elsewhere = std::thread::spawn(|| tracing::trace!(token = TOKEN, "of another thread"));
    elsewhere.join().unwrap();
    assert_eq!(canaries::find(&capture.take()), Some("CANARYTOKEN"));
    assert_eq!(canaries::find(&capture.take()), None);
}

/// The client's side of the stack says something, by each of the two ways to say it, and the
/// servers of these tests nothing.
#[tokio::test]
async fn every_layer_of_the_stack_is_captured_at_its_finest() {
    let capture = Capture::start().await;
    for (way, layers) in [
        (Way::Http1, &["hyper_util", "reqwest"][..]),
        (Way::Http1Tls, &["hyper_util", "reqwest", "rustls"]),
        (Way::Http2Tls, &["hyper_util", "reqwest", "rustls", "h2"]),
    ] {
        let host = host(way, success);
        let client = builder(host.url()).build().unwrap();
        client.counters().get("visits").await.unwrap();
        let log = capture.take();
        for layer in layers {
            let of_layer = |line: &&str| line.contains(&format!(" {layer}::"));
            assert!(log.lines().any(|line| of_layer(&line)), "{layer}: {log}");
        }
        assert!(log.contains("TRACE"), "{log}");
        for server in ["h2::server", "axum", "rustls::server"] {
            assert!(!log.contains(server), "{log}");
        }
    }
}

#[tokio::test]
async fn calls_that_go_well_log_no_secret() {
    let capture = Capture::start().await;
    for way in WAYS {
        let host = host(way, success);
        let client = builder(host.url()).build().unwrap();
        let outcomes = make_every_call(&format!("{way:?}"), &capture, &client, host.url()).await;
        for (method, outcome) in &outcomes {
            if let Err(error) = outcome {
                panic!("{method}: {error}");
            }
        }
        assert_all_operations_were_called(&host);
        let version = host.requests()[0].version;
        assert_eq!(way == Way::Http2Tls, version == axum::http::Version::HTTP_2);
    }
}

/// An operation that is added to the table and not in the catalogue fails this, by its name.
fn assert_all_operations_were_called(host: &Host) {
    let spec = Spec::read();
    let requests = host.requests();
    let called = requests.iter().filter_map(|request| {
        let path = format!("/{}", path_of(request));
        spec.operation_of(request.method.as_str(), &path)
    });
    let called: BTreeSet<String> = called.map(|operation| operation.id).collect();
    let table: BTreeSet<String> = operations::ALL.iter().map(|o| o.id().to_owned()).collect();
    assert_eq!(called, table);
}

#[tokio::test]
async fn a_client_that_is_made_logs_no_secret() {
    let capture = Capture::start().await;
    let proxy = format!(
        "http://{}:{}@localhost:1",
        canaries::PROXY_USER,
        canaries::PROXY_PASSWORD
    );
    let client = builder("https://localhost").proxy(&proxy).build().unwrap();
    drop(client.with_user_token(canaries::VALUE));
    for bad in [
        builder(&format!("http://{}", canaries::VALUE)),
        builder("http://localhost").proxy(canaries::PROXY_PASSWORD),
        builder("http://localhost").user_token(format!("{TOKEN}\n")),
        builder("http://localhost").user_agent(format!("{TOKEN}\n")),
        builder("http://localhost").root_certificate(canaries::VALUE),
        backendless::Client::builder(format!("{}/", canaries::APP_ID), canaries::API_KEY),
        backendless::Client::builder(canaries::APP_ID, format!("{}\\", canaries::API_KEY)),
    ] {
        let error = bad.build().unwrap_err();
        canaries::assert_none("build", &canaries::text_of(&error));
    }
    capture.assert_clean("a client");
}
