//! Variants of the faults that `computed`, `http2`, `limits`, `data` and `address` test.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use backendless::{
    Client, Clock, Error, ErrorKind, FileInfo, Object, Record, Result, RetryPolicy, Upload,
};
use backendless_tests::http2::{
    Http2Server, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM, StreamAction,
};
use backendless_tests::{
    API_KEY, APP_ID, Authority, Behaviour, HttpServer, Recorder, Response, ScriptedServer,
    TestClock,
};
use futures_util::future::try_join_all;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::net::TcpListener;

/// Computed updates in other bodies, and with other faults than 503.
#[tokio::test]
async fn a_computed_update_of_any_table_is_sent_once() {
    #[derive(Serialize)]
    struct Changes {
        #[serde(flatten)]
        rest: serde_json::Map<String, serde_json::Value>,
        raw: Box<RawValue>,
    }
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    let expression = r#"{"value":"n+1","\u005f\u005f\u005fclass":"Backendless\u0045xpression"}"#;
    let operation = r#"{"args":{},"_\u005f_oper\u0061tion":"JSON_ARRAY_INSERT"}"#;
    for text in [
        expression.to_owned(),
        operation.to_owned(),
        format!("[[[{operation}]]]"),
        format!(r#"{{"a":[{{"b":{expression}}}]}}"#),
    ] {
        for fault in [
            Behaviour::json(502, ""),
            Behaviour::json(504, ""),
            Behaviour::reset_after_request(),
            Behaviour::close_in_body(),
        ] {
            let server = ScriptedServer::always(fault).await;
            let builder = server.client_builder().clock(TestClock::default());
            let client = builder.build().unwrap();
            for table in ["Person", "Users"] {
                let rest = json!({"password": "pa55", "name": "Ann"});
                let rest = rest.as_object().unwrap().clone();
                let raw = raw(&text);
                let changes = Changes { rest, raw };
                let table = client.data::<Record>(table);
                let error = table.update("B2", &changes).await.unwrap_err();
                assert_eq!(error.attempts(), 1, "{text}: {error}");
            }
            assert_eq!(server.requests().len(), 2);
        }
    }
}

async fn http2(
    script: impl Fn(usize) -> StreamAction + Send + Sync + 'static,
) -> (Http2Server, Client) {
    let authority = Authority::new();
    let server = Http2Server::start(authority.identity(&["127.0.0.1"]), script).await;
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .root_certificate(authority.pem())
        .clock(TestClock::default())
        .build()
        .unwrap();
    (server, client)
}

#[tokio::test]
async fn a_request_that_is_rejected_in_two_ways_is_sent_three_times() {
    let (server, client) = http2(|n| match n % 3 {
        0 => StreamAction::Reset(REFUSED_STREAM),
        1 => StreamAction::GoAwayBefore(NO_ERROR),
        _ => StreamAction::Respond,
    })
    .await;
    for processed in 1..=3 {
        let call = client
            .cloud_code()
            .invoke::<_, usize>("Service", "method", &json!({"n": [1]}));
        assert_eq!(call.await.unwrap(), processed);
    }
    assert_eq!((server.requests(), server.processed()), (9, 3));
}

#[tokio::test]
async fn requests_before_the_last_stream_of_a_goaway_are_not_repeated() {
    let (server, client) = http2(|n| match n {
        7 => StreamAction::GoAwayBefore(NO_ERROR),
        _ => StreamAction::Respond,
    })
    .await;
    let counters = client.counters();
    assert_eq!(counters.increment("visits").await.unwrap(), 1);
    let increments = (0..20).map(|_| counters.increment("visits").send());
    let mut visits = try_join_all(increments).await.unwrap();
    visits.sort_unstable();
    assert_eq!(visits, (2..=21).collect::<Vec<i64>>());
    assert_eq!(server.processed(), 21);
}

#[tokio::test]
async fn a_refused_stream_and_then_a_lost_response_is_final() {
    let (server, client) = http2(|n| match n {
        0 => StreamAction::Reset(REFUSED_STREAM),
        _ => StreamAction::ResetAfter(INTERNAL_ERROR),
    })
    .await;
    let error = client.counters().increment("visits").await.unwrap_err();
    assert_eq!(
        (error.attempts(), error.is_retryable()),
        (2, false),
        "{error}"
    );
    assert_eq!(server.processed(), 1);

    // The content of a stream cannot be repeated, and the error says so.
    let (server, client) = http2(|_| StreamAction::Reset(REFUSED_STREAM)).await;
    let content = stream::iter([Ok::<_, std::io::Error>("one")]);
    let upload = client.files().upload("a", Upload::stream(content, Some(3)));
    let error = upload.await.unwrap_err();
    assert_eq!(error.attempts(), 1, "{error}");
    assert_eq!(server.processed(), 0);
}

const LIMIT: Duration = Duration::from_millis(100);
/// Expires only if a request does not end with its timeout.
const HANG: Duration = Duration::from_secs(30);

async fn timeout_of<R>(request: impl IntoFuture<Output = Result<R>>) -> Error {
    let result = tokio::time::timeout(HANG, request.into_future()).await;
    let error = result.expect("the request ends with its timeout").err();
    let error = error.expect("the request fails");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    error
}

/// A server that accepts connections and never writes.
async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.push(stream);
        }
    });
    address
}

#[tokio::test]
async fn handshakes_with_a_silent_server_or_proxy_end_with_the_timeout() {
    let silent = silent().await;
    let builder = || Client::builder(APP_ID, API_KEY);
    for builder in [
        builder().api_url(format!("https://{silent}")),
        builder()
            .api_url("https://api.example.com")
            .proxy(format!("http://{silent}")),
        builder()
            .api_url("http://api.example.com")
            .proxy(format!("http://{silent}")),
        builder()
            .api_url("https://api.example.com")
            .proxy(format!("https://{silent}")),
    ] {
        let client = builder.credentials("robot", "pa55").build().unwrap();
        timeout_of(client.counters().get("visits").timeout(LIMIT)).await;
        timeout_of(client.users().login("ann", "pa55").timeout(LIMIT)).await;
        let upload = client.files().upload("a.txt", Upload::bytes("one"));
        timeout_of(upload.timeout(LIMIT)).await;
    }
}

#[tokio::test]
async fn the_body_of_a_login_or_a_file_that_stalls_ends_with_the_timeout() {
    let server = ScriptedServer::always(Behaviour::stall_in_body()).await;
    let client = server.client_builder().build().unwrap();
    timeout_of(client.users().login("ann", "pa55").timeout(LIMIT)).await;
    timeout_of(client.users().restore_password("ann").timeout(LIMIT)).await;
    let account = server.client_builder().credentials("robot", "pa55");
    let account = account.build().unwrap();
    timeout_of(account.counters().increment("visits").timeout(LIMIT)).await;
    timeout_of(account.data::<Record>("T").find().timeout(LIMIT)).await;

    let info = FileInfo::from_url(server.url().to_owned() + "/a.txt");
    let download = client.files().download(&info).timeout(LIMIT).await.unwrap();
    timeout_of(download.bytes()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let download = client.files().download(&info).timeout(LIMIT).await.unwrap();
    timeout_of(download.save_to(&path)).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_stream_and_a_source_that_stall_end_with_the_timeout() {
    let server = ScriptedServer::always(Behaviour::stall()).await;
    let client = server.client();
    let mut rows = client.data::<Record>("T").find().timeout(LIMIT).stream();
    timeout_of(rows.try_next()).await;
    let mut by_key = client
        .data::<Record>("T")
        .find()
        .timeout(LIMIT)
        .by_key()
        .stream();
    timeout_of(by_key.try_next()).await;
    let source = stream::pending::<std::result::Result<&str, std::io::Error>>();
    let upload = client.files().upload("a.txt", Upload::stream(source, None));
    timeout_of(upload.timeout(LIMIT)).await;
    let mut messages = client.messaging().messages::<Record>("news", "S1");
    assert!(messages.next().now_or_never().is_none());
}

/// A clock whose sleeps do not end until it is released.
#[derive(Clone, Debug, Default)]
struct HeldClock(Arc<AtomicBool>);

impl Clock for HeldClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        match self.0.load(Ordering::SeqCst) {
            true => Box::pin(std::future::ready(())),
            false => Box::pin(std::future::pending()),
        }
    }
}

/// Attempts of a request whose policy allows more than the budget.
async fn attempts(client: &Client) -> u32 {
    let policy = RetryPolicy::default().max_attempts(100);
    let request = client.counters().get("visits").retry(policy);
    request.await.unwrap_err().attempts()
}

#[tokio::test]
async fn a_dropped_wait_of_any_request_returns_its_retry() {
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let clock = HeldClock::default();
    let builder = server.client_builder().clock(clock.clone()).retry_budget(2);
    let client = builder.build().unwrap();
    for _ in 0..5 {
        let sent = server.requests().len();
        let info = FileInfo::from_url(server.url().to_owned() + "/a.txt");
        let upload = client
            .files()
            .upload("a", Upload::bytes("one"))
            .overwrite(true);
        let find = client.data::<Record>("T").find();
        let waiting = [
            tokio::spawn(async move { drop(upload.await) }),
            tokio::spawn({
                let files = client.files();
                async move { drop(files.download(&info).await) }
            }),
        ];
        while server.requests().len() < sent + 2 {
            tokio::task::yield_now().await;
        }
        let mut rows = find.stream();
        let first = tokio::time::timeout(LIMIT, rows.next()).await;
        assert!(first.is_err() || first.unwrap().is_some());
        for task in waiting {
            task.abort();
            drop(task.await);
        }
    }
    clock.0.store(true, Ordering::SeqCst);
    assert_eq!(attempts(&client).await, 3);
}

#[tokio::test]
async fn a_retry_that_fails_before_it_is_sent_is_returned() {
    /// A clock that deletes a file in each sleep.
    #[derive(Debug)]
    struct Deleting(std::path::PathBuf);
    impl Clock for Deleting {
        fn now(&self) -> Instant {
            Instant::now()
        }
        fn system_time(&self) -> SystemTime {
            SystemTime::now()
        }
        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            drop(std::fs::remove_file(&self.0));
            Box::pin(std::future::ready(()))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    let server = ScriptedServer::always(Behaviour::json(503, "")).await;
    let builder = server.client_builder().clock(Deleting(path.clone()));
    let client = builder.retry_budget(2).build().unwrap();
    for _ in 0..5 {
        std::fs::write(&path, "one").unwrap();
        let upload = client
            .files()
            .upload("a", Upload::file(&path))
            .overwrite(true);
        let error = upload.await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Io, 1),
            "{error}"
        );
    }
    assert_eq!(attempts(&client).await, 3);
}

/// Reads all rows of a server that returns `page(offset, size, key)`.
async fn read(
    concurrency: usize,
    is_by_key: bool,
    page: impl Fn(usize, usize, Option<usize>) -> Vec<usize> + Send + Sync + 'static,
) -> Result<Vec<usize>> {
    let server = HttpServer::plain(move |request| {
        let query = request.uri.query().unwrap_or_default();
        let number = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name));
            pair.map_or(0, |text| text.parse().unwrap())
        };
        let key = query.split("%27").nth(1).map(|key| key.parse().unwrap());
        let rows = page(number("offset="), number("pageSize="), key);
        let rows: Vec<_> = rows
            .iter()
            .map(|id| json!({"objectId": format!("{id:05}")}))
            .collect();
        Response::json(200, json!(rows).to_string())
    });
    let client = Client::builder(APP_ID, API_KEY).api_url(server.url());
    let find = client.build().unwrap().data::<Record>("T").find();
    let find = find.concurrency(concurrency);
    let mut rows = match is_by_key {
        true => find.by_key().stream(),
        false => find.stream(),
    };
    let mut ids = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let row: Object<Record> = row;
        ids.push(row.object_id.parse().unwrap());
        assert!(ids.len() < 5_000, "the stream does not end");
    }
    Ok(ids)
}

#[tokio::test]
async fn caps_that_change_within_a_stream_lose_no_row() {
    type Cap = fn(usize) -> usize;
    let caps: [Cap; 5] = [
        |first| if first < 200 { 100 } else { 7 },
        |first| if first < 200 { 7 } else { 100 },
        |first| 1 + first % 3,
        |first| if first % 100 == 0 { 150 } else { 50 },
        |_| 50,
    ];
    for (number, cap) in caps.into_iter().enumerate() {
        for total in [50, 300, 350] {
            for concurrency in [1, 8] {
                let rows = read(concurrency, false, move |offset, size, _| {
                    // A cap above 100 returns more rows than were requested.
                    let count = match cap(offset) {
                        150 => 150,
                        cap => cap.min(size),
                    };
                    (offset..total).take(count).collect()
                });
                let rows = rows.await.unwrap();
                assert_eq!(
                    rows,
                    (0..total).collect::<Vec<_>>(),
                    "{number} {total} {concurrency}"
                );
                let rows = read(concurrency, true, move |_, size, key| {
                    let first = key.map_or(0, |key| key + 1);
                    (first..total).take(cap(first).min(size)).collect()
                });
                let rows = rows.await.unwrap();
                assert_eq!(
                    rows,
                    (0..total).collect::<Vec<_>>(),
                    "{number} {total} by key"
                );
            }
        }
    }
}

#[tokio::test]
async fn keys_that_are_repeated_or_missing_are_errors() {
    // The last row of a page is the first of the next one; a duplicate in a page; a page that goes back.
    let overlapping = read(4, true, |_, size, key| {
        (key.unwrap_or(0)..300).take(size).collect()
    });
    let duplicate = read(4, true, |_, _, key| match key {
        None => vec![1, 2, 2, 3],
        Some(_) => vec![],
    });
    let backwards = read(4, true, |_, _, key| match key {
        None => vec![10, 20],
        Some(20) => vec![30],
        Some(_) => vec![5],
    });
    for error in [overlapping.await, duplicate.await, backwards.await] {
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
    }
    for row in ["{}", r#"{"objectId":null}"#, r#"{"objectId":""}"#] {
        let server = Recorder::responding(200, &format!("[{row}]")).await;
        let find = server.client().data::<Record>("T").find().by_key();
        let error = find.stream().try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{row}");
    }
}

/// Error bodies of other services for an unknown path.
const FOREIGN: [&str; 9] = [
    r#"{"code":404,"message":"not found"}"#,
    r#"{"code":20404,"message":"The requested resource was not found","more_info":"https://example.com/20404","status":404}"#,
    r#"{"code":5,"message":"Not Found","details":[]}"#,
    r#"{"kind":"Status","status":"Failure","message":"no","reason":"NotFound","code":404}"#,
    r#"{"code":"NotFound","message":"no"}"#,
    r#"{"code":"NoSuchKey","message":"no"}"#,
    r#"{"message":"Missing Authentication Token"}"#,
    r#"{"success":false,"errors":[{"code":7003,"message":"Could not route"}]}"#,
    "\u{feff}{}",
];

#[tokio::test]
async fn an_error_of_another_service_is_no_missing_value() {
    for body in FOREIGN {
        let server = Recorder::responding(404, body).await;
        let client = server.client();
        let file = FileInfo::from_url(server.url() + "/a.txt");
        let table = client.data::<Record>("T");
        let errors = [
            client.cache().get::<u8>("k").await.err(),
            client.cache().contains("k").await.err(),
            client.cache().delete("k").await.err(),
            table.get("x").await.err(),
            table.count().await.err(),
            table.delete("x").await.err(),
            client.counters().increment("k").await.err(),
            client.files().upload("a", Upload::bytes("one")).await.err(),
            client.files().download(&file).await.err(),
            client.users().restore_password("ann").await.err(),
        ];
        for (number, error) in errors.into_iter().enumerate() {
            let Some(error) = error else {
                panic!("{number}: {body} is a success");
            };
            assert_eq!(error.kind(), ErrorKind::Api, "{body}: {error}");
            assert!(error.message().contains("check the "), "{error}");
        }
    }
}

/// Pages that start with a byte order mark, with text, or with a comment.
#[tokio::test]
async fn a_page_of_another_server_in_any_form_is_no_success() {
    for (media_type, page) in [
        ("text/html", "\u{feff}<!DOCTYPE html><title>Welcome</title>"),
        ("text/html", "\u{feff}\r\n<html></html>"),
        ("text/html", "Welcome <b>home</b>"),
        ("text/html", "<!-- page --><p>"),
        ("Text/HTML; charset=utf-8", "not found"),
    ] {
        let server = Recorder::with_headers(200, &[("content-type", media_type)], page).await;
        let client = server.client();
        let table = client.data::<Record>("T");
        let errors = [
            client.cache().put("k", &1).await.err(),
            client.cache().delete("k").await.err(),
            client.cache().get::<u8>("k").await.err(),
            client.cache().contains("k").await.err(),
            table.count().await.err(),
            table.delete("x").await.err(),
            client.counters().reset("k").await.err(),
            client.counters().get("k").await.err(),
            client.files().upload("a", Upload::bytes("one")).await.err(),
            client.files().delete("a").await.err(),
            client.users().restore_password("ann").await.err(),
            client.users().logout().await.err(),
        ];
        for (number, error) in errors.into_iter().enumerate() {
            let Some(error) = error else {
                panic!("{number}: {page:?} is a success");
            };
            assert_eq!(error.kind(), ErrorKind::Decode, "{number}: {error}");
            assert!(
                error.message().contains("check the API URL"),
                "{number} {page:?}: {error}"
            );
        }
    }
}
