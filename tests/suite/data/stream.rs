//! The stream of all rows: which pages it requests, and how it ends.

use backendless::{ErrorKind, Object, Record};
use backendless_tests::Recorder;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;

/// Pages of these sizes, with consecutive numbers as object ids.
fn pages(sizes: &[usize]) -> Vec<String> {
    let mut rows = 0..;
    let pages = sizes.iter().map(|size| {
        let page: Vec<_> = rows
            .by_ref()
            .take(*size)
            .map(|n| json!({"objectId": n}))
            .collect();
        json!(page).to_string()
    });
    pages.collect()
}

fn ids(rows: &[Object<Record>]) -> Vec<usize> {
    rows.iter()
        .map(|row| row.object_id.parse().unwrap())
        .collect()
}

fn queries(server: &Recorder) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests
        .map(|r| r.target.replace("/data/Person?", ""))
        .collect()
}

#[tokio::test]
async fn stream_reads_pages_until_an_empty_one() {
    let server = Recorder::in_turn(pages(&[100, 100, 50, 0])).await;
    let find = server.client().data::<Record>("Person").find();
    let rows: Vec<_> = find.stream().try_collect().await.unwrap();
    assert_eq!(ids(&rows), (0..250).collect::<Vec<_>>());
    assert_eq!(
        queries(&server),
        [
            "offset=0&pageSize=100",
            "offset=100&pageSize=100",
            "offset=200&pageSize=100",
            "offset=250&pageSize=100"
        ]
    );
}

#[tokio::test]
async fn full_last_page_is_followed_by_another_request() {
    let server = Recorder::in_turn(pages(&[2, 2, 0])).await;
    let find = server.client().data::<Record>("Person").find();
    let stream = find.page_size(2).offset(7).sort_by("created").stream();
    let rows: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(ids(&rows), [0, 1, 2, 3]);
    assert_eq!(
        queries(&server),
        [
            "offset=7&pageSize=2&sortBy=created",
            "offset=9&pageSize=2&sortBy=created",
            "offset=11&pageSize=2&sortBy=created"
        ]
    );
}

#[tokio::test]
async fn stream_is_lazy() {
    let server = Recorder::in_turn(pages(&[2, 2, 2, 0])).await;
    let find = server.client().data::<Record>("Person").find();
    let mut stream = find.page_size(2).stream();
    assert_eq!(server.requests().len(), 0);
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
    stream.next().await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn error_ends_the_stream() {
    let mut responses = pages(&[2]);
    responses.push("[{\"no\":\"row\"}]".to_owned());
    let server = Recorder::in_turn(responses).await;
    let find = server.client().data::<Record>("Person").find();
    let mut stream = find.page_size(2).stream();
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(stream.next().await.is_none());
    assert!(stream.next().await.is_none());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn invalid_page_size_is_the_first_item() {
    let server = Recorder::in_turn(pages(&[1])).await;
    for bad in [0, 101] {
        let find = server.client().data::<Record>("Person").find();
        let mut stream = find.page_size(bad).stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(stream.next().await.is_none());
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn by_key_continues_after_the_last_key() {
    let server = Recorder::in_turn(pages(&[2, 2, 1, 0])).await;
    let find = server.client().data::<Record>("Person").find();
    let stream = find
        .filter("age > 3")
        .page_size(2)
        .by_key()
        .concurrency(8)
        .stream();
    let rows: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(ids(&rows), [0, 1, 2, 3, 4]);
    assert_eq!(
        queries(&server),
        [
            "pageSize=2&sortBy=objectId&where=age+%3E+3",
            "pageSize=2&sortBy=objectId&where=%28age+%3E+3%29+AND+%28objectId+%3E+%271%27%29",
            "pageSize=2&sortBy=objectId&where=%28age+%3E+3%29+AND+%28objectId+%3E+%273%27%29",
            "pageSize=2&sortBy=objectId&where=%28age+%3E+3%29+AND+%28objectId+%3E+%274%27%29",
        ]
    );
}

#[tokio::test]
async fn by_key_rejects_a_sort_order_and_an_offset() {
    let server = Recorder::in_turn(pages(&[2])).await;
    let table = server.client().data::<Record>("Person");
    for find in [table.find().sort_by("age"), table.find().offset(0)] {
        let mut stream = find.by_key().stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(stream.next().await.is_none());
    }
    assert_eq!(server.requests().len(), 0);
}
