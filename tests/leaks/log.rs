//! The log of successful calls, and that the capture is complete.

use std::collections::BTreeSet;

use backendless::testing::{self, Responder};
use backendless::{ErrorKind, operations};
use backendless_tests::HttpServer;
use backendless_tests::spec::Spec;

use crate::canaries::{self, TOKEN};
use crate::capture::Capture;
use crate::fixture::{
    CONNECTIONS, TRANSPORTS, Transport, builder, call_everything, call_everything_over, path_of,
    start_server, success,
};

#[tokio::test]
async fn log_and_panics_are_captured() {
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

/// The client's side of the HTTP stack logs through `tracing` and `log`, and both are captured. The
/// servers of these tests log nothing.
#[tokio::test]
async fn every_layer_of_the_stack_is_captured_at_trace_level() {
    let capture = Capture::start().await;
    for (transport, layers) in [
        (Transport::Http1, &["hyper_util", "reqwest"][..]),
        (Transport::Http1Tls, &["hyper_util", "reqwest", "rustls"]),
        (
            Transport::Http2Tls,
            &["hyper_util", "reqwest", "rustls", "h2"],
        ),
    ] {
        let server = start_server(transport, success);
        let client = builder(server.url()).build().unwrap();
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
async fn successful_calls_log_no_secret() {
    let capture = Capture::start().await;
    for connection in CONNECTIONS {
        let server = start_server(connection.0, success);
        let outcomes = call_everything_over(connection, &capture, &server).await;
        for (method, outcome) in &outcomes {
            if let Err(error) = outcome {
                panic!("{method}: {error}");
            }
        }
        assert_all_operations_were_called(&server);
        let version = server.requests()[0].version;
        assert_eq!(
            connection.0 == Transport::Http2Tls,
            version == axum::http::Version::HTTP_2
        );
    }
}

/// Fails with the name of an operation that was not called.
fn assert_all_operations_were_called(server: &HttpServer) {
    let spec = Spec::read();
    let requests = server.requests();
    let called = requests.iter().filter_map(|request| {
        let path = format!("/{}", path_of(request));
        spec.operation_of(request.method.as_str(), &path)
    });
    let called: BTreeSet<String> = called.map(|operation| operation.id).collect();
    let table: BTreeSet<String> = operations::ALL.iter().map(|o| o.id().to_owned()).collect();
    assert_eq!(called, table);
}

#[tokio::test]
async fn building_a_client_logs_no_secret() {
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

/// reqwest logs what is sent and received, if a caller asks for it.
#[tokio::test]
async fn verbose_connections_are_off() {
    let capture = Capture::start().await;
    for transport in TRANSPORTS {
        let server = start_server(transport, success);
        let client = builder(server.url()).http(|http| http.connection_verbose(true));
        let client = client.build().unwrap();
        call_everything("verbose", &capture, &client, server.url()).await;
    }
}

/// The requests of a responder contain every secret, and its `Debug` output none.
#[tokio::test]
async fn responder_shows_and_logs_no_secret() {
    let capture = Capture::start().await;
    let responder = Responder::new(|request: testing::Request| async move {
        tracing::info!(?request, "received");
        Err(std::io::Error::other(TOKEN))
    });
    let url = "https://api.example.com";
    let client = builder(url).responder(&responder).build().unwrap();
    let outcomes = call_everything("responder", &capture, &client, url).await;
    for (method, outcome) in &outcomes {
        let error = outcome.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{method}: {error}");
    }
    assert!(responder.requests().len() >= outcomes.len());
    canaries::assert_none(
        "responder",
        &format!("{responder:?} {:?}", responder.requests()),
    );
}
