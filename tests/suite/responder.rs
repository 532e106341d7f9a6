//! `testing::Responder`: what it receives, and how its responses and errors are handled.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backendless::testing::{Request, Responder, Response};
use backendless::{Client, Error, ErrorKind, FileInfo, Record, RetryPolicy, Upload};
use backendless_tests::catalogue::{self, Context, Values};
use backendless_tests::{API_KEY, APP_ID, HttpServer, Response as ServerResponse, ServerRequest};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

const TOKEN: &str = "TOKEN-0003";

fn client(responder: &Responder) -> Client {
    let builder = Client::builder(APP_ID, API_KEY).user_token(TOKEN);
    builder
        .user_agent("shop/1")
        .responder(responder)
        .build()
        .unwrap()
}

/// A responder that returns the next of `responses` for each request, and the last one again.
fn sequence<const N: usize>(responses: [fn() -> io::Result<Response>; N]) -> Responder {
    let next = AtomicUsize::new(0);
    Responder::new(move |_| {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let response = responses[index.min(N - 1)]();
        async { response }
    })
}

fn always(response: fn() -> io::Result<Response>) -> Responder {
    sequence([response])
}

fn ok() -> io::Result<Response> {
    Ok(Response::json(200, &5))
}

async fn call(responder: &Responder) -> Result<i64, Error> {
    client(responder).counters().get("visits").await
}

#[tokio::test]
async fn request_has_method_path_query_headers_and_body() {
    let responder = always(|| {
        Ok(Response::json(
            200,
            &json!({"objectId": "B2", "name": "Bob"}),
        ))
    });
    let people = client(&responder).data::<Record>("Person");
    people.create(&json!({"name": "Bob"})).await.unwrap();
    people
        .get("a/b")
        .load_relations(["home", "work"])
        .await
        .unwrap();

    let requests = responder.requests();
    let [create, get] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!((create.method(), create.path()), ("POST", "/data/Person"));
    assert_eq!(create.origin(), "https://api.backendless.com");
    assert_eq!(create.json(), Some(json!({"name": "Bob"})));
    assert_eq!(create.body(), br#"{"name":"Bob"}"#);
    assert_eq!((create.query_string(), create.query("name")), (None, None));
    for (name, value) in [
        ("Content-Type", "application/json"),
        ("user-token", TOKEN),
        ("accept", "application/json"),
        ("accept-encoding", "gzip"),
        ("user-agent", "shop/1"),
    ] {
        assert_eq!(create.header(name), Some(value), "{name}");
    }
    assert_eq!(create.header("x-none"), None);

    assert_eq!((get.method(), get.path()), ("GET", "/data/Person/a%2Fb"));
    assert_eq!(get.query("loadRelations").as_deref(), Some("home,work"));
    assert_eq!((get.body(), get.json()), (&b""[..], None));
}

#[tokio::test]
async fn upload_is_received_as_a_form() {
    let responder = always(|| Ok(Response::json(200, &json!({"fileURL": "https://x/a.txt"}))));
    let chunks = [Ok::<_, io::Error>(Bytes::from("12")), Ok(Bytes::from("34"))];
    let upload = Upload::stream(stream::iter(chunks), None);
    let files = client(&responder);
    files.files().upload("docs/a.txt", upload).await.unwrap();
    let requests = responder.requests();
    let media_type = requests[0].header("content-type").unwrap();
    assert!(
        media_type.starts_with("multipart/form-data; boundary="),
        "{media_type}"
    );
    let body = String::from_utf8_lossy(requests[0].body()).into_owned();
    assert!(body.contains("filename=\"a.txt\""), "{body}");
    assert!(body.contains("\r\n\r\n1234\r\n"), "{body}");
}

#[tokio::test]
async fn response_has_status_headers_and_body() {
    let not_found = always(|| Ok(Response::error(404, 1000, "Entity not found")));
    let people = client(&not_found).data::<Record>("Person");
    let error = people.get("B2").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!((error.status(), error.attempts()), (Some(404), 1));
    assert!(error.to_string().contains("Entity not found"), "{error}");

    let limited = sequence([|| Ok(Response::new(429).header("Retry-After", "4000")), ok]);
    let error = call(&limited).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(4000)));
}

#[tokio::test(start_paused = true)]
async fn body_can_arrive_in_chunks_and_end_with_an_error() {
    let file = FileInfo::from_url("https://files.example.com/a/b.bin?signature=7");
    let complete = always(|| {
        let chunks = [Ok(Bytes::from("12")), Ok(Bytes::from("34"))];
        Ok(Response::new(200).chunks(stream::iter(chunks)))
    });
    let download = client(&complete).files().download(&file).await.unwrap();
    let chunks: Vec<Bytes> = download.try_collect().await.unwrap();
    assert_eq!(chunks.concat(), b"1234");
    let request = &complete.requests()[0];
    assert_eq!(request.origin(), "https://files.example.com");
    assert_eq!(request.path(), "/a/b.bin");
    assert_eq!(request.header("user-token"), None);

    let interrupted = sequence([
        || {
            let chunks = [
                Ok(Bytes::from("[")),
                Err(io::ErrorKind::ConnectionReset.into()),
            ];
            Ok(Response::new(200).chunks(stream::iter(chunks)))
        },
        ok,
    ]);
    assert_eq!(call(&interrupted).await.unwrap(), 5);
    assert_eq!(interrupted.requests().len(), 2);
}

#[tokio::test]
async fn only_the_complete_segments_of_the_app_path_are_omitted() {
    let keys = || Client::builder("A0F5", "9C41").api_url("https://shop.example.com");
    let domain = || Client::for_domain("https://shop.example.com");
    for (builder, file, path) in [
        (domain(), "/api/files/a.txt", "/files/a.txt"),
        (domain(), "/apiary/files/a.txt", "/apiary/files/a.txt"),
        (domain(), "/API/files/a.txt", "/API/files/a.txt"),
        (domain().api_path("/"), "/files/a.txt", "/files/a.txt"),
        (keys(), "/A0F5/9C41/files/a.txt", "/files/a.txt"),
        (keys(), "/A0F5/9C410/files/a", "/A0F5/9C410/files/a"),
    ] {
        let responder = always(ok);
        let client = builder.responder(&responder).build().unwrap();
        let file = FileInfo::from_url(format!("https://shop.example.com{file}"));
        let download = client.files().download(&file).await.unwrap();
        download.bytes().await.unwrap();
        assert_eq!(responder.requests()[0].path(), path);
    }
}

#[tokio::test(start_paused = true)]
async fn errors_of_the_network_have_the_kinds_of_a_real_one() {
    for (error, kind, attempts) in [
        (io::ErrorKind::ConnectionRefused, ErrorKind::Connect, 3),
        (io::ErrorKind::NetworkUnreachable, ErrorKind::Connect, 3),
        (io::ErrorKind::TimedOut, ErrorKind::Timeout, 1),
        (io::ErrorKind::ConnectionReset, ErrorKind::ConnectionLost, 1),
        (io::ErrorKind::UnexpectedEof, ErrorKind::ConnectionLost, 1),
    ] {
        let responder = Responder::new(move |_| async move { Err(io::Error::new(error, TOKEN)) });
        let counters = client(&responder).counters();
        // Not idempotent: retried only if nothing can have been sent.
        let failure = counters.increment("visits").await.unwrap_err();
        assert_eq!(
            (failure.kind(), failure.attempts()),
            (kind, attempts),
            "{error}"
        );
        assert!(
            !format!("{failure} {failure:?}").contains(TOKEN),
            "{failure:?}"
        );
        assert_eq!(responder.requests().len(), attempts as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn retries_and_timeouts_pass_in_the_time_of_tokio() {
    let start = tokio::time::Instant::now();
    let stalled = Responder::new(|_| std::future::pending());
    let error = call(&stalled).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    // Two attempts of 30 s are the 60 s of the request, with the delay between them.
    assert_eq!(stalled.requests().len(), 2);
    assert_eq!(start.elapsed().as_secs(), 60);

    let unavailable = sequence([
        || Err(io::ErrorKind::ConnectionRefused.into()),
        || Ok(Response::new(503)),
        ok,
    ]);
    assert_eq!(call(&unavailable).await.unwrap(), 5);
    assert_eq!(unavailable.requests().len(), 3);
}

#[tokio::test]
async fn stream_of_rows_reads_page_after_page() {
    let responder = Responder::new(|request: Request| async move {
        let offset = request
            .query("offset")
            .map_or(0, |text| text.parse().unwrap());
        let ids = (offset..250).take(100);
        let rows: Vec<_> = ids.map(|id| json!({"objectId": format!("{id}")})).collect();
        Ok(Response::json(200, &rows))
    });
    let people = client(&responder).data::<Record>("Person");
    let rows: Vec<_> = people
        .find()
        .page_size(100)
        .stream()
        .try_collect()
        .await
        .unwrap();
    assert_eq!((rows.len(), responder.requests().len()), (250, 4));
}

#[tokio::test]
async fn invalid_response_is_reported_by_the_request() {
    for (response, problem) in [
        (
            (|| Ok(Response::new(99))) as fn() -> io::Result<Response>,
            "the status 99, which is not in 100..=999",
        ),
        (
            || Ok(Response::new(200).header("a b", "c")),
            "an invalid name of a header",
        ),
        (
            || Ok(Response::new(200).header("a", "b\n")),
            "an invalid value of a header",
        ),
        (
            || Ok(Response::json(200, &f64::NAN)),
            "a body that is not JSON: NaN cannot be represented in JSON",
        ),
    ] {
        let error = call(&always(response)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::InvalidArgument, 0)
        );
        let text = format!("the request cannot be sent: the responder returned {problem}");
        assert!(error.to_string().contains(&text), "{error}");
    }
}

#[tokio::test]
async fn debug_output_has_no_secret() {
    let responder = always(ok);
    client(&responder)
        .users()
        .login("bob@example.com", "PASSWORD-7")
        .await
        .unwrap_err();
    let text = format!("{responder:?} {:?} {:?}", responder.requests(), ok());
    for secret in [APP_ID, API_KEY, TOKEN, "PASSWORD-7"] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// What a request has in memory and on the wire: not the headers of the connection, and not the random boundary of a form.
#[derive(Debug, PartialEq)]
struct Sent {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Sent {
    fn new<'h>(
        line: (&str, &str, Option<&str>),
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        body: &[u8],
    ) -> Self {
        let (method, path, query) = line;
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut headers: Vec<_> = headers.collect();
        headers.sort();
        let mut body = String::from_utf8_lossy(body).into_owned();
        for (_, value) in &mut headers {
            if let Some((form, boundary)) = value.split_once("boundary=") {
                body = body.replace(boundary, "BOUNDARY");
                *value = form.to_owned();
            }
        }
        // Ids that the client chooses are random, and some paths and bodies contain the time.
        let is_random = |c: char| c.is_ascii_digit() || ('A'..='F').contains(&c);
        let without_random = |text: &str| text.replace(is_random, "#");
        Self {
            method: method.to_owned(),
            path: without_random(path),
            query: query.map(without_random),
            headers,
            body: without_random(&body),
        }
    }

    fn on_the_wire(request: &ServerRequest) -> Self {
        let of_connection = ["host", "content-length", "transfer-encoding"];
        let headers = request.headers.iter();
        let headers = headers.filter(|(name, _)| !of_connection.contains(&name.as_str()));
        let path = request.uri.path();
        Self::new(
            (
                request.method.as_str(),
                path.strip_prefix(&format!("/{APP_ID}/{API_KEY}"))
                    .unwrap_or(path),
                request.uri.query(),
            ),
            headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
            &request.body,
        )
    }

    fn in_memory(request: &Request) -> Self {
        let headers = request.headers().iter();
        Self::new(
            (request.method(), request.path(), request.query_string()),
            headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
            request.body(),
        )
    }
}

/// The body of a successful response to a call of the catalogue.
fn success(method: &str, path: &str) -> serde_json::Value {
    catalogue::response_to(method, path, &Values::default()).unwrap_or_default()
}

#[tokio::test]
async fn every_operation_sends_in_memory_what_it_sends_on_the_wire() {
    let app_path = format!("/{APP_ID}/{API_KEY}");
    let server = HttpServer::plain(move |request| {
        let path = request.uri.path();
        let path = path.strip_prefix(&app_path).unwrap_or(path);
        ServerResponse::json(200, success(request.method.as_str(), path).to_string())
    });
    let responder = Responder::new(|request: Request| async move {
        Ok(Response::json(
            200,
            &success(request.method(), request.path()),
        ))
    });
    let builder = || {
        Client::builder(APP_ID, API_KEY)
            .api_url(server.url())
            .user_token(TOKEN)
    };
    let over_http = builder().build().unwrap();
    let in_memory = builder().responder(&responder).build().unwrap();
    let contexts = [&over_http, &in_memory].map(|client| Context::new(client, &Values::default()));
    let mut calls = 0;
    for entry in catalogue::entries() {
        for (name, call) in entry.calls() {
            for context in &contexts {
                if let Err(error) = call.send(entry.context(context)).await {
                    panic!("{name}: {error}");
                }
            }
            calls += 1;
            assert_eq!(responder.requests().len(), calls, "{name}");
            let over_http = Sent::on_the_wire(&server.requests()[calls - 1]);
            let in_memory = Sent::in_memory(&responder.requests()[calls - 1]);
            assert_eq!(over_http, in_memory, "{name}");
        }
    }
    assert!(calls > 98, "{calls}");
}

#[tokio::test(start_paused = true)]
async fn error_of_a_timeout_says_whether_the_response_had_started() {
    let stalled = Responder::new(|_| std::future::pending());
    let error = call(&stalled).await.unwrap_err();
    let text = "no response was received from ";
    assert!(error.message().starts_with(text), "{error}");
    let incomplete = Responder::new(|_| async {
        let start = stream::once(async { Ok(Bytes::from("{")) });
        Ok(Response::new(200).chunks(start.chain(stream::pending())))
    });
    let error = call(&incomplete).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = "the response was not complete within ";
    assert!(error.message().starts_with(text), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_request_replaces_that_of_its_attempts() {
    let responder = Responder::new(|_| async {
        sleep(Duration::from_secs(15)).await;
        Ok(Response::json(200, &7))
    });
    let client = Client::builder(APP_ID, API_KEY).responder(&responder);
    let client = client
        .attempt_timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let get = || client.counters().get("visits").retry(RetryPolicy::none());
    assert!(get().await.unwrap_err().is_timeout());
    assert_eq!(get().timeout(Duration::from_secs(20)).await.unwrap(), 7);
}
