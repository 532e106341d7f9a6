//! How long a client waits before it tries again, and when it waits no more.

use std::time::{Duration, SystemTime};

use backendless::{Client, ClientBuilder, Error, ErrorKind, FileInfo, RetryPolicy, Upload};
use backendless_tests::{Behaviour, ScriptedServer, TestClock};

const SECOND: Duration = Duration::from_secs(1);

/// A client whose waits take no time, and the clock that keeps them.
fn client(
    server: &ScriptedServer,
    set: impl Fn(ClientBuilder) -> ClientBuilder,
) -> (Client, TestClock) {
    // 6 November 1994, 08:49:37 GMT: the date of RFC 9110's examples.
    let clock = TestClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777));
    let builder = server.client_builder().clock(clock.clone());
    (set(builder).build().unwrap(), clock)
}

/// A server that is unavailable and asks to be asked later.
async fn busy(retry_after: &str) -> ScriptedServer {
    let headers = [("retry-after", retry_after)];
    ScriptedServer::always(Behaviour::answer(503, &headers, "")).await
}

async fn read_counter(client: &Client) -> Error {
    client.counters().get("visits").await.unwrap_err()
}

#[tokio::test]
async fn a_wait_that_the_server_asks_for_is_waited_in_seconds_and_until_a_date() {
    for (retry_after, waits) in [
        ("7", [7, 7]),
        // The date stays where it is while the clock goes on.
        ("Sun, 06 Nov 1994 08:49:57 GMT", [20, 0]),
        ("Sunday, 06-Nov-94 08:49:57 GMT", [20, 0]),
        ("Sun Nov  6 08:49:57 1994", [20, 0]),
        ("Sun, 06 Nov 1994 08:49:07 GMT", [0, 0]),
        ("soon", [0, 0]),
        ("-7", [0, 0]),
        ("", [0, 0]),
    ] {
        let server = busy(retry_after).await;
        let at_once = RetryPolicy::default().base_delay(Duration::ZERO);
        let (client, clock) = client(&server, |builder| builder.retry(at_once.clone()));
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
async fn the_larger_of_both_waits_is_waited() {
    let policy = RetryPolicy::default().base_delay(10 * SECOND);
    let waits = async |retry_after: &str| {
        let server = busy(retry_after).await;
        let (client, clock) = client(&server, |builder| {
            builder.retry(policy.clone()).jitter_seed(7)
        });
        read_counter(&client).await;
        clock.sleeps()
    };
    let own = waits("").await;
    assert!(own.iter().all(|wait| *wait > Duration::ZERO));
    let [first, second] = own[..] else {
        panic!("{own:?}");
    };
    let shorter = first.min(second).as_secs();
    for seconds in [0, shorter, shorter + 1, 20] {
        let asked = Duration::from_secs(seconds);
        let expected = [first.max(asked), second.max(asked)];
        assert_eq!(waits(&seconds.to_string()).await, expected);
    }
}

#[tokio::test]
async fn a_wait_that_outlasts_the_call_is_not_begun() {
    let server = busy("30").await;
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
            text.contains("the next attempt would be in 30.0s"),
            "{text}"
        );
        assert!(clock.sleeps().is_empty());
    }
}

#[tokio::test]
async fn a_wait_without_end_is_not_begun() {
    for retry_after in ["18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = busy(retry_after).await;
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
async fn a_transfer_waits_no_day_because_the_server_says_so() {
    let server = busy("86400").await;
    let (client, clock) = client(&server, |builder| builder);
    let files = client.files();
    let upload = files.upload("a.txt", Upload::bytes("x")).overwrite(true);
    assert_eq!(upload.await.unwrap_err().attempts(), 1);
    let info = FileInfo::from_url(format!("{}/a.txt", server.url()));
    assert_eq!(files.download(&info).await.unwrap_err().attempts(), 1);
    assert!(clock.sleeps().is_empty());
}

#[tokio::test]
async fn all_attempts_together_stay_within_the_limit_of_the_call() {
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
    assert!(text.contains("the timeout of the request"), "{text}");
}

#[tokio::test]
async fn an_outage_is_not_multiplied_and_successes_fill_the_budget_again() {
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
    // Ten successes give one retry back.
    assert_eq!(read_counter(&client).await.attempts(), 3);
    assert_eq!(read_counter(&client).await.attempts(), 1);
    assert_eq!(server.requests().len(), 38);
}

#[tokio::test]
async fn an_outage_is_not_multiplied_by_many_callers_either() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let (client, _) = client(&server, |builder| builder);
    let calls = (0..200).map(|_| read_counter(&client));
    let errors = futures_util::future::join_all(calls).await;
    let attempts: u32 = errors.iter().map(Error::attempts).sum();
    // One for each call, and the hundred of the default budget.
    assert_eq!(attempts, 300);
    assert_eq!(server.requests().len(), 300);
}
