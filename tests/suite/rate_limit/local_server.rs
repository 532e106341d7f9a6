//! A client with a limit and the local server, which counts requests and enforces a limit of its own.

use std::sync::Arc;
use std::time::Duration;

use backendless::{Client, ClientBuilder, ErrorKind, Record, Registration, RetryPolicy, Upload};
use backendless_local::{Builder, Server};
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::clock::ServerClock;

const LIMIT: u32 = 20;
const LONG: Duration = Duration::from_secs(1_000_000);

async fn start(builder: Builder) -> Arc<Server> {
    Arc::new(builder.start().await.unwrap())
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder(server.app_id(), server.api_key()).api_url(server.url())
}

/// Increments a counter 100 times, `concurrency` times at once, and returns the number of failures.
async fn increment(client: &Client, concurrency: usize) -> usize {
    let calls = stream::iter(0..100).map(|_| async {
        match client.counters().increment("visits").await {
            Ok(_) => 0,
            Err(error) => {
                let code = error.code().map(backendless::ErrorCode::get);
                assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
                assert_eq!((error.status(), code), (Some(429), Some(999)));
                1
            }
        }
    });
    calls
        .buffer_unordered(concurrency)
        .fold(0, async |sum, failed| sum + failed)
        .await
}

#[tokio::test]
async fn client_with_the_limit_of_the_server_is_never_rejected() {
    for concurrency in [1, 8] {
        let server = start(Server::builder().requests_per_minute(LIMIT)).await;
        let client = builder(&server)
            .requests_per_minute(LIMIT)
            .timeout(LONG)
            .attempt_timeout(LONG)
            .clock(ServerClock::new(&server))
            .build()
            .unwrap();
        assert_eq!(increment(&client, concurrency).await, 0);
        let usage = server.usage();
        assert_eq!(usage.rejected(), 0);
        assert_eq!(client.usage().unwrap().busiest_minute(), LIMIT);
        if concurrency == 1 {
            assert_eq!(usage.busiest_minute(), LIMIT as usize);
        }
    }
}

#[tokio::test]
async fn client_without_a_limit_is_rejected() {
    let server = start(Server::builder().requests_per_minute(LIMIT)).await;
    let client = builder(&server).retry(RetryPolicy::none()).build().unwrap();
    assert_eq!(increment(&client, 8).await, 80);
    let usage = server.usage();
    assert_eq!((usage.rejected(), usage.busiest_minute()), (80, 100));
    assert_eq!(client.usage(), None);
}

#[tokio::test]
async fn clients_and_servers_count_the_same_requests() {
    let server = start(Server::builder()).await;
    let anonymous = builder(&server).build().unwrap();
    let robot = Registration::new("pa55").email("robot@example.com");
    anonymous.users().register(robot).await.unwrap();
    let before = server.usage().busiest_minute();

    let client = builder(&server)
        .credentials("robot@example.com", "pa55")
        .requests_per_minute(1_000)
        .build()
        .unwrap();
    let rows = client.data::<Record>("Row");
    let stored = rows.create_many((0..250).map(|n| json!({"n": n})));
    stored.concurrency(2).await.unwrap();
    let read = rows.find().page_size(50).stream();
    assert_eq!(read.try_collect::<Vec<_>>().await.unwrap().len(), 250);
    client
        .files()
        .upload("a.txt", Upload::bytes("one"))
        .await
        .unwrap();
    let file = client.files().download("a.txt").await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), "one");
    let as_user = client.with_user_token("unknown");
    as_user.counters().get("visits").await.unwrap_err();
    let counters = client.without_user_token().counters();
    join_all((0..10).map(|_| counters.increment("visits").send())).await;
    client.users().logout().await.unwrap();

    let sent = client.usage().unwrap();
    let received = server.usage();
    assert_eq!(
        sent.busiest_minute() as usize,
        received.busiest_minute() - before
    );
    assert_eq!(
        sent.current_minute() as usize,
        received.current_minute() - before
    );
    assert!(sent.current_minute() >= 3 + 6 + 2 + 1 + 10 + 2, "{sent:?}");
    assert_eq!(as_user.usage(), client.usage());
}
