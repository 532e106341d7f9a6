//! How long a client waits before a retry, and when it stops retrying.

use std::time::{Duration, SystemTime};

use backendless::{Client, ClientBuilder, Error, ErrorKind, FileInfo, RetryPolicy, Upload};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};

const SECOND: Duration = Duration::from_secs(1);

/// A client whose waits take no time, and the clock that records them.
fn client(
    server: &ScriptedServer,
    set: impl Fn(ClientBuilder) -> ClientBuilder,
) -> (Client, TestClock) {
    // 6 November 1994, 08:49:37 GMT: the date in the examples of RFC 9110.
    let clock = TestClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
    let builder = server.client_builder().clock(clock.clone());
    (set(builder).build().unwrap(), clock)
}

/// A server that responds with 503 and `Retry-After`.
async fn unavailable(retry_after: &str) -> ScriptedServer {
    let headers = [("retry-after", retry_after)];
    ScriptedServer::always(Behaviour::response(503, &headers, "")).await
}

async fn read_counter(client: &Client) -> Error {
    client.counters().get("visits").await.unwrap_err()
}

#[tokio::test]
async fn retry_after_is_respected_in_seconds_and_as_a_date() {
    for (retry_after, waits) in [
        ("7", [7, 7]),
        // The date is fixed, and the clock advances to it with the first wait.
        ("Sun, 06 Nov 1994 08:49:57 GMT", [20, 0]),
        ("Sunday, 06-Nov-94 08:49:57 GMT", [20, 0]),
        ("Sun Nov  6 08:49:57 1994", [20, 0]),
        ("Sun, 06 Nov 1994 08:49:07 GMT", [0, 0]),
        ("soon", [0, 0]),
        ("-7", [0, 0]),
        ("", [0, 0]),
    ] {
        let server = unavailable(retry_after).await;
        let no_delay = RetryPolicy::default().base_delay(Duration::ZERO);
        let (client, clock) = client(&server, |builder| builder.retry(no_delay.clone()));
        let error = read_counter(&client).await;
        assert_eq!(error.attempts(), 3);
        assert_eq!(
            clock.sleeps(),
            waits.map(Duration::from_secs),
            "{retry_after}"
        );
    }
}

#[tokio::test]
async fn wait_is_the_maximum_of_delay_and_retry_after() {
    let policy = RetryPolicy::default().base_delay(10 * SECOND);
    let waits = async |retry_after: &str| {
        let server = unavailable(retry_after).await;
        let (client, clock) = client(&server, |builder| {
            builder.retry(policy.clone()).jitter_seed(7)
        });
        read_counter(&client).await;
        clock.sleeps()
    };
    let jittered = waits("").await;
    assert!(jittered.iter().all(|wait| *wait > Duration::ZERO));
    let [first, second] = jittered[..] else {
        panic!("{jittered:?}");
    };
    let shorter = first.min(second).as_secs();
    for seconds in [0, shorter, shorter + 1, 20] {
        let requested = Duration::from_secs(seconds);
        let expected = [first.max(requested), second.max(requested)];
        assert_eq!(waits(&seconds.to_string()).await, expected);
    }
}

#[tokio::test]
async fn wait_beyond_the_total_timeout_is_not_started() {
    let server = unavailable("30").await;
    for limited in [true, false] {
        let (client, clock) = client(&server, |builder| builder.timeout(29 * SECOND));
        let counters = client.counters();
        let call = match limited {
            true => counters.get("visits").timeout(30 * SECOND),
            false => counters.get("visits"),
        };
        let error = call.await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        assert_eq!(error.status(), Some(503));
        assert_eq!(error.retry_after(), Some(30 * SECOND));
        let text = error.to_string();
        assert!(
            text.contains("the next delay of 30s would exceed the remaining time of "),
            "{text}"
        );
        assert!(clock.sleeps().is_empty());
    }
}

#[tokio::test]
async fn extreme_retry_after_is_not_waited_for() {
    for retry_after in ["18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = unavailable(retry_after).await;
        let (client, clock) = client(&server, |builder| builder);
        let error = read_counter(&client).await;
        assert_eq!((error.attempts(), error.status()), (1, Some(503)));
        assert!(
            error
                .retry_after()
                .is_some_and(|wait| wait > 1_000_000 * SECOND)
        );
        assert!(clock.sleeps().is_empty());
    }
}

#[tokio::test]
async fn transfer_does_not_wait_for_a_day() {
    let server = unavailable("86400").await;
    let (client, clock) = client(&server, |builder| builder);
    let files = client.files();
    let upload = files.upload("a.txt", Upload::bytes("x")).overwrite(true);
    assert_eq!(upload.await.unwrap_err().attempts(), 1);
    let info = FileInfo::from_url(format!("{}/a.txt", server.url()));
    assert_eq!(files.download(&info).await.unwrap_err().attempts(), 1);
    assert!(clock.sleeps().is_empty());
}

#[tokio::test]
async fn all_attempts_stay_within_the_total_timeout() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let policy = RetryPolicy::default()
        .max_attempts(1_000)
        .base_delay(4 * SECOND);
    let (client, clock) = client(&server, |builder| {
        builder
            .timeout(60 * SECOND)
            .retry(policy.clone())
            .retry_budget(1_000)
            .jitter_seed(7)
    });
    let error = read_counter(&client).await;
    let waited: Duration = clock.sleeps().iter().sum();
    assert!(waited < 60 * SECOND && waited > 50 * SECOND, "{waited:?}");
    assert_eq!(error.attempts() as usize, clock.sleeps().len() + 1);
    let text = error.to_string();
    assert!(
        text.contains("would exceed the remaining time of"),
        "{text}"
    );
}

#[tokio::test]
async fn budget_limits_retries_and_successes_refill_it() {
    let outage = vec![Behaviour::json(503, ""); 14];
    let recovered = vec![Behaviour::json(200, "1"); 20];
    let again = vec![Behaviour::json(503, ""); 4];
    let script = [outage, recovered, again].concat();
    let server = ScriptedServer::start(script).await;
    let (client, _) = client(&server, |builder| builder.retry_budget(4));
    let mut attempts = Vec::new();
    for _ in 0..10 {
        let error = read_counter(&client).await;
        assert_eq!(error.kind(), ErrorKind::Api);
        attempts.push(error.attempts());
        let spent = error
            .to_string()
            .contains("the retry budget of the client is exhausted");
        assert_eq!(spent, error.attempts() < 3, "{error}");
    }
    assert_eq!(attempts, [3, 3, 1, 1, 1, 1, 1, 1, 1, 1]);
    for _ in 0..20 {
        client.counters().get("visits").await.unwrap();
    }
    // Ten successes add one retry to the budget.
    assert_eq!(read_counter(&client).await.attempts(), 3);
    assert_eq!(read_counter(&client).await.attempts(), 1);
    assert_eq!(server.requests().len(), 38);
}

#[tokio::test]
async fn budget_is_shared_by_all_callers() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let (client, _) = client(&server, |builder| builder);
    let calls = (0..200).map(|_| read_counter(&client));
    let errors = futures_util::future::join_all(calls).await;
    let attempts: u32 = errors.iter().map(Error::attempts).sum();
    // One for each call, and the default budget of 100 retries.
    assert_eq!(attempts, 300);
    assert_eq!(server.requests().len(), 300);
}
