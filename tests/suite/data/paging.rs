//! Streams of servers that return other pages than requested: all rows, or an error.

use std::collections::HashMap;

use backendless::{Client, Error, ErrorKind, Find, Object, Record, RetryPolicy};
use backendless_tests::{API_KEY, APP_ID, HttpServer, Response, ServerRequest};
use futures_util::TryStreamExt;
use serde_json::json;

/// A page as the client requests it.
struct Requested {
    offset: usize,
    size: usize,
    /// The id in the filter of a stream by key.
    after: Option<String>,
}

fn requested(request: &ServerRequest) -> Requested {
    let query = request.uri.query().unwrap_or_default();
    let pairs: HashMap<_, _> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let number = |name| {
        pairs
            .get(name)
            .map_or(0, |text: &&str| text.parse().unwrap())
    };
    // objectId > 'x'
    let after = pairs
        .get("where")
        .and_then(|clause| clause.split("%27").nth(1));
    Requested {
        offset: number("offset"),
        size: number("pageSize"),
        after: after.map(str::to_owned),
    }
}

/// A server that returns the rows with the ids that `page` chooses.
fn serving(
    page: impl Fn(Requested) -> Vec<String> + Send + Sync + 'static,
) -> (HttpServer, Find<Record>) {
    let server = HttpServer::plain(move |request| {
        let rows = page(requested(request)).into_iter();
        let rows: Vec<_> = rows.map(|id| json!({"objectId": id})).collect();
        Response::json(200, json!(rows).to_string())
    });
    let client = Client::builder(APP_ID, API_KEY)
        .api_url(server.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let find = client.data::<Record>("Person").find();
    (server, find)
}

fn id(row: usize) -> String {
    format!("{row:04}")
}

fn ids(rows: impl IntoIterator<Item = usize>) -> Vec<String> {
    rows.into_iter().map(id).collect()
}

/// The ids of `table` that a server with pages of at most `cap` rows returns.
fn slice(table: usize, requested: &Requested, cap: usize) -> Vec<String> {
    let first = match &requested.after {
        Some(after) => after.parse::<usize>().unwrap() + 1,
        None => requested.offset,
    };
    ids((first..table).take(requested.size.min(cap)))
}

/// Reads at most 2,000 rows, so that an endless stream is an error of the test.
async fn read(find: Find<Record>) -> Result<Vec<String>, Error> {
    let mut rows = find.stream();
    let mut ids = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let row: Object<Record> = row;
        ids.push(row.object_id);
        assert!(ids.len() <= 2_000, "the stream does not end");
    }
    Ok(ids)
}

#[tokio::test]
async fn all_rows_of_a_server_with_shorter_pages_are_read() {
    for cap in [1, 7, 50, 99] {
        for table in [0, 1, 7, 49, 50, 51, 100, 200, 230] {
            for concurrency in [1, 2, 5] {
                let page = move |requested: Requested| slice(table, &requested, cap);
                let (_server, find) = serving(page);
                let rows = read(find.concurrency(concurrency)).await.unwrap();
                assert_eq!(rows, ids(0..table), "{cap} {table} {concurrency}");
            }
            let page = move |requested: Requested| slice(table, &requested, cap);
            let (_server, find) = serving(page);
            let rows = read(find.by_key()).await.unwrap();
            assert_eq!(rows, ids(0..table), "{cap} {table} by key");
        }
    }
}

#[tokio::test]
async fn all_rows_of_pages_with_varying_lengths_are_read() {
    for concurrency in [1, 3, 8] {
        let page = |requested: Requested| {
            let cap = 1 + (requested.offset * 7_919) % 40;
            slice(300, &requested, cap)
        };
        let (_server, find) = serving(page);
        let rows = read(find.page_size(30).concurrency(concurrency)).await;
        assert_eq!(rows.unwrap(), ids(0..300), "{concurrency}");
    }
}

#[tokio::test]
async fn a_page_with_more_rows_than_requested_repeats_none() {
    for concurrency in [1, 4] {
        let (_server, find) = serving(|requested| ids((requested.offset..500).take(70)));
        let rows = read(find.page_size(50).concurrency(concurrency)).await;
        assert_eq!(rows.unwrap(), ids(0..500), "{concurrency}");
    }
}

#[tokio::test]
async fn shorter_pages_do_not_multiply_the_requests() {
    let (server, find) = serving(|requested| slice(1_000, &requested, 50));
    assert_eq!(read(find.concurrency(4)).await.unwrap().len(), 1_000);
    // 20 pages, a gap in each of the pages that were requested early, and the pages behind the end.
    assert!(
        server.requests().len() <= 20 + 4 + 4,
        "{}",
        server.requests().len()
    );

    let (server, find) = serving(|requested| slice(1_000, &requested, 100));
    assert_eq!(read(find).await.unwrap().len(), 1_000);
    assert_eq!(server.requests().len(), 11);
}

#[track_caller]
fn assert_no_page(result: Result<Vec<String>, Error>, text: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert_eq!(error.attempts(), 1, "{error}");
    assert!(error.message().contains(text), "{error}");
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_an_error() {
    for rows in [1, 50, 100] {
        for concurrency in [1, 4] {
            let (_server, find) = serving(move |_| ids(0..rows));
            let result = read(find.concurrency(concurrency)).await;
            assert_no_page(result, "the server ignores the offset");
        }
    }
    // The same rows in another order, which depends on the request.
    for concurrency in [1, 4] {
        let (_server, find) = serving(|requested| {
            let mut page = ids(0..100);
            page.rotate_left((requested.offset * 7_919 / 100) % 97);
            page
        });
        let result = read(find.concurrency(concurrency)).await;
        assert_no_page(result, "the server ignores the offset");
    }
    // The offset is used modulo the length of the table.
    let (_server, find) =
        serving(|requested| ids((0..300).cycle().skip(requested.offset).take(100)));
    assert_no_page(read(find).await, "the server ignores the offset");
}

#[tokio::test]
async fn a_key_that_does_not_advance_is_an_error() {
    const NOT_ADVANCED: &str = "does not follow the row before it";
    for rows in [1, 50, 100] {
        let (_server, find) = serving(move |_| ids(0..rows));
        assert_no_page(read(find.by_key()).await, NOT_ADVANCED);
    }
    // The filter includes the last key.
    let (_server, find) = serving(|requested| {
        let first = requested.after.map_or(0, |after| after.parse().unwrap());
        ids((first..300).take(100))
    });
    assert_no_page(read(find.by_key()).await, NOT_ADVANCED);
    // The rows have another order.
    let (_server, find) = serving(|requested| {
        let mut page = slice(300, &requested, 100);
        page.reverse();
        page
    });
    assert_no_page(read(find.by_key()).await, NOT_ADVANCED);
    let (_server, find) = serving(|_| vec![id(5), id(9), id(2)]);
    assert_no_page(read(find.by_key()).await, NOT_ADVANCED);
    // Two pages in turn, with ids whose order is not known.
    let (_server, find) = serving(|requested| match requested.after.as_deref() {
        Some("a_1") => vec!["b_1".to_owned()],
        _ => vec!["a_1".to_owned()],
    });
    assert_no_page(read(find.by_key()).await, NOT_ADVANCED);
}

#[tokio::test]
async fn a_row_without_a_key_is_an_error() {
    let (_server, find) = serving(|_| vec![id(1), String::new()]);
    assert_no_page(read(find.by_key()).await, "empty objectId");
    for key in ["null", "{}"] {
        let server =
            HttpServer::plain(move |_| Response::json(200, format!("[{{\"objectId\":{key}}}]")));
        let client = Client::builder(APP_ID, API_KEY)
            .api_url(server.url())
            .build()
            .unwrap();
        let result = read(client.data::<Record>("Person").find().by_key()).await;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Decode);
    }
}
