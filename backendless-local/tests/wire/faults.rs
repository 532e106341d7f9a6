//! Injected faults: their effect on the response and on the operation.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use backendless_local::{Fault, Faults, Server};

use crate::support::{Folder, TestServer, text};
use serde_json::json;

/// Sends a request; returns the response and the result of reading to the end.
fn exchange(server: &Server, request: &str, body: &[u8]) -> (String, io::Result<()>) {
    let (app_id, api_key) = (server.app_id(), server.api_key());
    let (method, path) = request.split_once(' ').unwrap();
    let mut connection = TcpStream::connect(server.address()).unwrap();
    let length = body.len();
    write!(
        connection,
        "{method} /{app_id}/{api_key}{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .unwrap();
    connection.write_all(body).unwrap();
    let mut response = Vec::new();
    let end = connection.read_to_end(&mut response).map(|_| ());
    (String::from_utf8(response).unwrap(), end)
}

/// Sends one request with this fault. Returns the response, the error of the connection, and the
/// value of the counter that the request increments.
async fn with_fault(fault: Fault) -> (String, Option<io::ErrorKind>, serde_json::Value) {
    let folder = Folder::new(&format!("fault-{fault}").replace(' ', "-"));
    let server = Server::builder()
        .data_dir(&folder.0)
        .faults(Faults::seeded(1).with(fault, 1.0))
        .start()
        .await
        .unwrap();
    let add = "PUT /counters/c/incrementby/get?value=1234";
    let (response, end) = exchange(&server, add, b"");
    assert_eq!(server.faults(), [(fault, 1)]);
    server.stop().await;
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let counter = app.get("/counters/c").ok().await;
    (response, end.err().map(|error| error.kind()), counter)
}

#[tokio::test]
async fn connection_is_reset_before_or_after_the_operation() {
    for (fault, counter) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1234)] {
        let reset = Some(io::ErrorKind::ConnectionReset);
        assert_eq!(
            with_fault(fault).await,
            (String::new(), reset, json!(counter))
        );
    }
}

#[tokio::test]
async fn response_is_cut_off_in_the_middle_of_its_body() {
    let (response, end, counter) = with_fault(Fault::CutOff).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.contains("content-length: 4\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n12"), "{response}");
    assert_eq!((end, counter), (None, json!(1234)));
}

#[tokio::test]
async fn status_503_and_429_do_not_execute_the_operation() {
    let (response, _, counter) = with_fault(Fault::Unavailable).await;
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(response.contains("content-type: text/html"), "{response}");
    assert_eq!(counter, 0);
    let (response, _, counter) = with_fault(Fault::RateLimited).await;
    assert!(response.starts_with("HTTP/1.1 429 "), "{response}");
    assert!(response.contains("{\"code\":999,"), "{response}");
    assert_eq!(counter, 0);
}

#[tokio::test]
async fn delay_has_no_other_effect() {
    let (response, end, counter) = with_fault(Fault::Delay(std::time::Duration::ZERO)).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n1234"), "{response}");
    assert_eq!((end, counter), (None, json!(1234)));
}

#[tokio::test]
async fn cut_off_without_a_body_resets_the_connection() {
    let faults = Faults::seeded(1).with(Fault::CutOff, 1.0);
    let server = Server::builder().faults(faults).start().await.unwrap();
    let (response, end) = exchange(&server, "PUT /counters/c/reset", b"");
    assert_eq!(response, "");
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn download_is_cut_off() {
    let folder = Folder::new("fault-download");
    let app = TestServer::of(Server::builder().data_dir(&folder.0)).await;
    let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
                0123456789\r\n--x--\r\n";
    let upload = app.request(reqwest::Method::POST, "/files/f").raw(form);
    let upload = upload.header("content-type", "multipart/form-data; boundary=x");
    text(&upload.ok().await["fileURL"]);
    app.server.stop().await;

    let faults = Faults::seeded(1).with(Fault::CutOff, 1.0);
    let server = Server::builder().data_dir(&folder.0).faults(faults);
    let server = server.start().await.unwrap();
    let (response, end) = exchange(&server, "GET /files/f", b"");
    assert!(response.contains("content-length: 10\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\n01234"), "{response}");
    end.unwrap();
}

#[tokio::test]
async fn client_that_still_sends_can_read_status_503_and_429() {
    for (fault, status) in [(Fault::Unavailable, 503), (Fault::RateLimited, 429)] {
        let faults = Faults::seeded(1).with(fault, 1.0);
        let app = TestServer::of(Server::builder().faults(faults)).await;
        let body = vec![b'x'; 8 * 1024 * 1024];
        let call = app.post("/data/Row", json!(null)).raw(body);
        assert_eq!(call.send().await.status(), status);
    }
}

#[tokio::test]
async fn equal_seeds_choose_the_same_requests() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let faults = Faults::seeded(seed).with(Fault::RateLimited, 0.3);
        let app = TestServer::of(Server::builder().faults(faults)).await;
        let mut statuses = Vec::new();
        for _ in 0..60 {
            let status = app.get("/counters/c").send().await.status();
            statuses.push(status.as_u16());
        }
        let rejected = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!(app.server.faults(), [(Fault::RateLimited, rejected as u64)]);
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn invalid_rates_are_rejected_with_their_range() {
    let faults = Faults::seeded(0).with(Fault::CutOff, 1.5);
    let error = Server::builder().faults(faults).start().await.unwrap_err();
    assert!(error.to_string().contains("from 0 to 1"), "{error}");
}
