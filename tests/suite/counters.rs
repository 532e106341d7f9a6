//! The counters: their requests, their responses, rejected arguments, and complete exchanges with the
//! local server.

use backendless::{Error, ErrorCode, ErrorKind};
use backendless_local::Server;
use backendless_tests::Recorder;
use futures_util::future::try_join_all;

use crate::support::{
    BAD_SEGMENTS, assert_no_body, assert_rejected, assert_request_line, local_client,
    recorded_request,
};

#[tokio::test]
async fn counters_send_no_body() {
    let request = recorded_request("5", |client| client.counters().increment("my counter")).await;
    assert_request_line(&request, "PUT", "/counters/my%20counter/increment/get");
    assert_no_body(&request);
    for (value, text) in [
        (3, "3"),
        (0, "0"),
        (-10, "-10"),
        (i64::MIN, "-9223372036854775808"),
    ] {
        let request =
            recorded_request("5", |client| client.counters().increment_by("c/d", value)).await;
        let target = format!("/counters/c%2Fd/incrementby/get?value={text}");
        assert_request_line(&request, "PUT", &target);
        assert_no_body(&request);
    }
    let request = recorded_request("", |client| client.counters().reset("c")).await;
    assert_request_line(&request, "PUT", "/counters/c/reset");
    assert_no_body(&request);
    let request = recorded_request("5", |client| client.counters().get("c")).await;
    assert_request_line(&request, "GET", "/counters/c/get");
    assert_no_body(&request);
}

#[tokio::test]
async fn counter_is_an_integer_of_any_media_type() {
    for (response, number) in [
        ("5", 5),
        ("5\n", 5),
        ("-10", -10),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        for headers in [&[("content-type", "text/plain")][..], &[]] {
            let server = Recorder::with_headers(200, headers, response).await;
            let counters = server.client().counters();
            assert_eq!(counters.increment("c").await.unwrap(), number);
            assert_eq!(counters.increment_by("c", 2).await.unwrap(), number);
            assert_eq!(counters.get("c").await.unwrap(), number);
            counters.reset("c").await.unwrap();
        }
    }
}

#[tokio::test]
async fn counter_that_is_not_an_integer_is_a_decode_error() {
    for response in ["", "null", "{}", "9223372036854775808", "1.5", "x"] {
        let server = Recorder::responding(200, response).await;
        let counters = server.client().counters();
        for error in [
            counters.increment("c").await.unwrap_err(),
            counters.increment_by("c", 2).await.unwrap_err(),
            counters.get("c").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{response}");
        }
        // Without a result, JSON is enough.
        assert_eq!(counters.reset("c").await.is_ok(), response != "x");
    }
}

#[tokio::test]
async fn invalid_counter_name_is_rejected() {
    let server = Recorder::responding(200, "5").await;
    let counters = server.client().counters();
    for bad in BAD_SEGMENTS {
        let rejected =
            |error: Error, operation| assert_rejected(&error, operation, "counter-name ");
        let error = counters.increment(bad).await.unwrap_err();
        rejected(error, "incrementAndGet");
        let error = counters.increment_by(bad, 1).await.unwrap_err();
        rejected(error, "incrementByAndGet");
        rejected(counters.get(bad).await.unwrap_err(), "getCounter");
        rejected(counters.reset(bad).await.unwrap_err(), "resetCounter");
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn concurrent_increments_are_all_counted() {
    let server = Server::start().await.unwrap();
    let counters = local_client(&server).counters();
    let steps = (0..64).map(|_| counters.increment("visits").send());
    let mut sums = try_join_all(steps).await.unwrap();
    sums.sort_unstable();
    assert_eq!(sums, (1..=64).collect::<Vec<_>>());
    assert_eq!(counters.get("visits").await.unwrap(), 64);
}

#[tokio::test]
async fn counters_start_at_zero_and_are_independent() {
    let server = Server::start().await.unwrap();
    let counters = local_client(&server).counters();
    assert_eq!(counters.get("a b/ü").await.unwrap(), 0);
    assert_eq!(counters.increment("a b/ü").await.unwrap(), 1);
    assert_eq!(counters.increment_by("a b/ü", -10).await.unwrap(), -9);
    assert_eq!(counters.increment_by("a b/ü", 0).await.unwrap(), -9);
    assert_eq!(counters.get("a b/ü").await.unwrap(), -9);
    counters.reset("a b/ü").await.unwrap();
    assert_eq!(counters.get("a b/ü").await.unwrap(), 0);
    counters.reset("never used").await.unwrap();

    let max = counters.increment_by("max", i64::MAX).await.unwrap();
    assert_eq!(max, i64::MAX);
    let error = counters.increment("max").await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::new(1030)));
    assert_eq!(counters.get("max").await.unwrap(), i64::MAX);
    let min = counters.increment_by("min", i64::MIN).await.unwrap();
    assert_eq!(min, i64::MIN);
}
