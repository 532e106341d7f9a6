//! Faults on purpose: each is what it says, on the wire and in what was done.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use backendless_local::{Fault, Faults, Server};

use crate::support::{Folder, Wire, text};
use serde_json::json;

/// What comes back for a request, and how the connection ends.
fn exchange(server: &Server, request: &str, body: &[u8]) -> (String, io::Result<()>) {
    let (app_id, api_key) = (server.app_id(), server.api_key());
    let (method, path) = request.split_once(' ').unwrap();
    let mut connection = TcpStream::connect(server.address()).unwrap();
    let length = body.len();
    write!(
        connection,
        "{method} /{app_id}/{api_key}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .unwrap();
    connection.write_all(body).unwrap();
    let mut answer = Vec::new();
    let end = connection.read_to_end(&mut answer).map(|_| ());
    (String::from_utf8(answer).unwrap(), end)
}

/// What the only request to a server is answered that this fault always strikes, and what the
/// counter that the request adds to is afterwards.
async fn struck(fault: Fault) -> (String, Option<io::ErrorKind>, serde_json::Value) {
    let folder = Folder::new(&format!("fault-{fault}").replace(' ', "-"));
    let server = Server::builder()
        .data_dir(&folder.0)
        .faults(Faults::seeded(1).with(fault, 1.0))
        .start()
        .await
        .unwrap();
    let add = "PUT /counters/c/incrementby/get?value=1234";
    let (answer, end) = exchange(&server, add, b"");
    assert_eq!(server.faults(), [(fault, 1)]);
    server.stop().await;
    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    let counter = wire.get("/counters/c").ok().await;
    (answer, end.err().map(|error| error.kind()), counter)
}

#[tokio::test]
async fn a_reset_comes_before_what_is_asked_for_is_done_or_after() {
    for (fault, counter) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1234)] {
        let reset = Some(io::ErrorKind::ConnectionReset);
        assert_eq!(struck(fault).await, (String::new(), reset, json!(counter)));
    }
}

#[tokio::test]
async fn an_answer_is_cut_off_in_the_middle_of_its_body() {
    let (answer, end, counter) = struck(Fault::CutOff).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-length: 4\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n12"), "{answer}");
    assert_eq!((end, counter), (None, json!(1234)));
}

#[tokio::test]
async fn a_refusal_does_nothing() {
    let (answer, _, counter) = struck(Fault::Unavailable).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("content-type: text/html"), "{answer}");
    assert_eq!(counter, 0);
    let (answer, _, counter) = struck(Fault::RateLimited).await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    assert!(answer.contains("{\"code\":999,"), "{answer}");
    assert_eq!(counter, 0);
}

#[tokio::test]
async fn a_delay_changes_nothing_else() {
    let (answer, end, counter) = struck(Fault::Delay(std::time::Duration::ZERO)).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n1234"), "{answer}");
    assert_eq!((end, counter), (None, json!(1234)));
}

#[tokio::test]
async fn an_answer_without_a_body_is_lost_whole() {
    let faults = Faults::seeded(1).with(Fault::CutOff, 1.0);
    let server = Server::builder().faults(faults).start().await.unwrap();
    let (answer, end) = exchange(&server, "PUT /counters/c/reset", b"");
    assert_eq!(answer, "");
    assert_eq!(end.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_download_is_cut_off_too() {
    let folder = Folder::new("fault-download");
    let wire = Wire::of(Server::builder().data_dir(&folder.0)).await;
    let form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n\
                0123456789\r\n--x--\r\n";
    let upload = wire.request(reqwest::Method::POST, "/files/f").raw(form);
    let upload = upload.header("content-type", "multipart/form-data; boundary=x");
    text(&upload.ok().await["fileURL"]);
    wire.server.stop().await;

    let faults = Faults::seeded(1).with(Fault::CutOff, 1.0);
    let server = Server::builder().data_dir(&folder.0).faults(faults);
    let server = server.start().await.unwrap();
    let (answer, end) = exchange(&server, "GET /files/f", b"");
    assert!(answer.contains("content-length: 10\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n01234"), "{answer}");
    end.unwrap();
}

#[tokio::test]
async fn a_refusal_is_read_by_a_client_that_still_sends() {
    for (fault, status) in [(Fault::Unavailable, 503), (Fault::RateLimited, 429)] {
        let faults = Faults::seeded(1).with(fault, 1.0);
        let wire = Wire::of(Server::builder().faults(faults)).await;
        let body = vec![b'x'; 8 * 1024 * 1024];
        let call = wire.post("/data/Row", json!(null)).raw(body);
        assert_eq!(call.send().await.status(), status);
    }
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_requests() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let faults = Faults::seeded(seed).with(Fault::RateLimited, 0.3);
        let wire = Wire::of(Server::builder().faults(faults)).await;
        let mut statuses = Vec::new();
        for _ in 0..60 {
            let status = wire.get("/counters/c").send().await.status();
            statuses.push(status.as_u16());
        }
        let refused = statuses.iter().filter(|status| **status == 429).count();
        assert_eq!(wire.server.faults(), [(Fault::RateLimited, refused as u64)]);
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn rates_that_are_no_shares_are_an_error_that_says_so() {
    let faults = Faults::seeded(0).with(Fault::CutOff, 1.5);
    let error = Server::builder().faults(faults).start().await.unwrap_err();
    assert!(error.to_string().contains("from 0 to 1"), "{error}");
}
