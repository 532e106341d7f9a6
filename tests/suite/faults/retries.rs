//! Which requests are retried, and that a retry is the same request.

use std::io;

use backendless::{Client, ErrorKind, FileInfo, Record, RetryPolicy, Upload};
use backendless_tests::{Behaviour, RecordedRequest, ScriptedServer, TestClock};
use futures_util::{StreamExt, stream};
use serde_json::json;

/// A client whose waits take no time.
fn client(server: &ScriptedServer) -> Client {
    let builder = server.client_builder().clock(TestClock::default());
    builder.build().unwrap()
}

fn row() -> Behaviour {
    Behaviour::json(200, r#"{"objectId":"B2"}"#)
}

fn not_found() -> Behaviour {
    Behaviour::json(404, r#"{"code":1000,"message":"no such row"}"#)
}

fn stored() -> Behaviour {
    Behaviour::json(200, r#"{"fileURL":"http://127.0.0.1/a.txt"}"#)
}

fn transient_faults() -> [Behaviour; 2] {
    [Behaviour::reset_after_request(), Behaviour::json(503, "")]
}

/// The bodies of the uploads, with the same boundary in all of them.
///
/// Asserts that each body uses the boundary of its only `content-type`.
#[track_caller]
fn parts(server: &ScriptedServer) -> Vec<String> {
    let part = |request: RecordedRequest| {
        let boundary = request.body.lines().next().unwrap_or_default();
        let types = request
            .headers
            .iter()
            .filter(|(name, _)| name == "content-type");
        let types: Vec<&str> = types.map(|(_, value)| value.as_str()).collect();
        let expected = format!("multipart/form-data; boundary={}", &boundary[2..]);
        assert_eq!(types, [expected]);
        request.body.replace(boundary, "--boundary")
    };
    server.requests().into_iter().map(part).collect()
}

#[tokio::test]
async fn retry_sends_the_same_request() {
    let [reset, unavailable] = transient_faults();
    let server = ScriptedServer::start([reset, unavailable, row()]).await;
    let table = client(&server)
        .with_user_token("TOKEN")
        .data::<Record>("Person");
    let updated = table.update("B2", &json!({"age": 21})).await.unwrap();
    assert_eq!(updated.object_id, "B2");
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        assert_eq!(request.target, "/data/Person/B2");
        assert_eq!(request.body, r#"{"age":21}"#);
        assert_eq!(request.header("user-token"), Some("TOKEN"));
        assert_eq!(request.headers, requests[0].headers);
    }
}

#[tokio::test]
async fn idempotent_true_makes_a_call_retryable() {
    let [reset, unavailable] = transient_faults();
    let script = [reset, unavailable, row()];
    let server = ScriptedServer::start(script.clone()).await;
    let body = json!({});
    let table = client(&server).data::<Record>("Person");
    table.create(&body).idempotent(true).await.unwrap();
    assert_eq!(server.requests().len(), 3);

    let server = ScriptedServer::start(script).await;
    let table = client(&server).data::<Record>("Person");
    let error = table.create(&body).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::ConnectionLost, 1)
    );
    let text = error.to_string();
    assert!(text.contains("createObject is not idempotent"), "{text}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn idempotent_false_makes_a_call_final() {
    for fault in transient_faults() {
        let server = ScriptedServer::start([fault, row()]).await;
        let table = client(&server).data::<Record>("Person");
        let error = table.get("B2").idempotent(false).await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn call_can_have_its_own_policy() {
    for (policy, attempts) in [
        (RetryPolicy::none(), 1),
        (RetryPolicy::default().max_attempts(2), 2),
        (RetryPolicy::default().max_attempts(7), 7),
    ] {
        let server = ScriptedServer::always(Behaviour::json(503, "")).await;
        let counter = client(&server).counters().get("visits");
        let error = counter.retry(policy).await.unwrap_err();
        assert_eq!(error.attempts(), attempts);
        assert_eq!(server.requests().len(), attempts as usize);
    }
}

#[tokio::test]
async fn not_found_of_a_retried_delete_reports_its_attempts() {
    let [reset, _] = transient_faults();
    let server = ScriptedServer::start([reset, not_found()]).await;
    let table = client(&server).data::<Record>("Person");
    let error = table.delete("B2").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.attempts(), 2);

    let server = ScriptedServer::start([not_found()]).await;
    let table = client(&server).data::<Record>("Person");
    assert_eq!(table.delete("B2").await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn retried_upload_sends_the_complete_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "some text").unwrap();
    for upload in [Upload::bytes("some text"), Upload::file(&path)] {
        let [reset, unavailable] = transient_faults();
        let server = ScriptedServer::start([reset, unavailable, stored()]).await;
        let files = client(&server).files();
        files.upload("a.txt", upload).overwrite(true).await.unwrap();
        let parts = parts(&server);
        assert_eq!(parts.len(), 3);
        assert!(parts[0].contains("some text"), "{parts:?}");
        assert_eq!((&parts[1], &parts[2]), (&parts[0], &parts[0]));
    }
}

#[tokio::test]
async fn upload_without_overwrite_is_not_retried() {
    for fault in transient_faults() {
        let server = ScriptedServer::start([fault, stored()]).await;
        let files = client(&server).files();
        let error = files.upload("a.txt", Upload::bytes("x")).await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn upload_of_a_stream_is_not_retried() {
    let limited = Behaviour::json(429, "");
    for fault in transient_faults().into_iter().chain([limited]) {
        let server = ScriptedServer::start([fault, stored()]).await;
        let pieces = stream::iter([Ok::<_, io::Error>("one"), Ok("two")]);
        let upload = Upload::stream(pieces, Some(6));
        let files = client(&server).files();
        let call = files
            .upload("a.txt", upload)
            .overwrite(true)
            .idempotent(true);
        let error = call.await.unwrap_err();
        assert_eq!(error.attempts(), 1);
        let text = error.to_string();
        assert!(text.contains("not retried: its body is a stream"), "{text}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// The HTTP stack itself retries requests on reused connections; the client disables that.
#[tokio::test]
async fn http_stack_does_not_retry_on_a_reused_connection() {
    for broken in [
        Behaviour::reset_after_request(),
        Behaviour::close_before_headers(),
    ] {
        let server = ScriptedServer::start([row().kept_open(), broken, row()]).await;
        let table = client(&server).data::<Record>("Person");
        let body = json!({});
        table.create(&body).await.unwrap();
        let error = table.create(&body).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::ConnectionLost, 1)
        );
        assert_eq!((server.requests().len(), server.connections()), (2, 1));
    }
}

#[tokio::test]
async fn decode_error_reports_earlier_attempts() {
    let script = [Behaviour::json(503, ""), Behaviour::json(200, "{}")];
    let server = ScriptedServer::start(script.clone()).await;
    let login = client(&server).users().login("ann@example.com", "pa55");
    let error = login.await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));

    let server = ScriptedServer::start(script).await;
    let table = client(&server).data::<Record>("Person");
    let error = table.get("B2").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
}

#[tokio::test]
async fn upload_without_a_file_url_reports_earlier_attempts() {
    let script = [Behaviour::json(503, ""), Behaviour::json(200, "{}")];
    let server = ScriptedServer::start(script).await;
    let files = client(&server).files();
    let upload = files.upload("a.txt", Upload::bytes("x")).overwrite(true);
    let error = upload.await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
}

#[tokio::test]
async fn save_error_reports_earlier_attempts() {
    let script = [Behaviour::json(503, ""), Behaviour::json(200, "x")];
    let server = ScriptedServer::start(script).await;
    let info = FileInfo::from_url(format!("{}/a.txt", server.url()));
    let download = client(&server).files().download(&info).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/a.txt");
    let error = download.save_to(missing).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Io, 2));
}

#[tokio::test]
async fn undecodable_message_reports_earlier_attempts() {
    let undecodable = Behaviour::json(200, r#"{"messages":[5]}"#);
    let server = ScriptedServer::start([Behaviour::json(429, ""), undecodable]).await;
    let mut messages = client(&server).messaging().messages::<Record>("news", "S1");
    let error = messages.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
}
