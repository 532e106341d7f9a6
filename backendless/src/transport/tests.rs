use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::files::FileInfo;
use crate::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy, Upload};

/// Starts a server that sends `response`, part by part with a pause after each, on every connection, which it keeps open.
async fn start(response: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                for part in response {
                    let _ = stream.write_all(part.as_bytes()).await;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                std::future::pending::<()>().await;
            });
        }
    });
    url
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder("A0F5", "9C41")
        .api_url(url)
        .retry(RetryPolicy::none())
}

#[tokio::test]
async fn download_without_a_limit_waits_for_the_next_chunk() {
    let url = start(&["HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab", "cd"]).await;
    let builder = builder(&url).attempt_timeout(Duration::MAX);
    let files = builder.build().unwrap().files();
    let file = files.download(&FileInfo::from_url(format!("{url}/a.txt")));
    assert_eq!(file.await.unwrap().bytes().await.unwrap(), "abcd");
}

#[tokio::test]
async fn stalled_upload_with_a_total_timeout_reports_the_idle_timeout() {
    let url = start(&[]).await;
    let builder = builder(&url).attempt_timeout(Duration::from_millis(30));
    let files = builder.build().unwrap().files();
    let upload = files.upload("a.txt", Upload::bytes("one"));
    let error = upload.timeout(Duration::from_secs(3600)).await.unwrap_err();
    assert!(error.message().ends_with("within the idle timeout of 30ms"));
}

#[tokio::test]
async fn logout_during_a_login_of_another_request_has_its_own_timeout() {
    let url = start(&[]).await;
    let client = builder(&url).credentials("robot", "pa55").build().unwrap();
    let login = tokio::spawn(client.counters().get("visits").send());
    tokio::time::sleep(Duration::from_millis(20)).await;
    let logout = client.users().logout().timeout(Duration::from_millis(30));
    let error: Error = tokio::time::timeout(Duration::from_secs(5), logout.send())
        .await
        .expect("the logout ends at its timeout")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    login.abort();
}

// Without the feature, no caller can name the file.
#[cfg(feature = "raw")]
#[tokio::test]
async fn file_name_with_a_control_character_is_rejected() {
    let client = builder("http://127.0.0.1:9").build().unwrap();
    let form = crate::prepared::Multipart::new("a\r\nx: y", Upload::bytes("one"));
    let prepared = crate::generated::raw::upload_file::<serde_json::Value>("a.txt", None, form);
    let request = crate::Request::new(&client, prepared);
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn failed_login_after_a_method_that_may_have_run_is_not_retryable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for (status, body) in [
            (200, r#"{"user-token":"T1"}"#),
            (400, r#"{"code":3064,"message":"no session"}"#),
            (429, "{}"),
        ] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await;
            let length = body.len();
            let response = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    let client = builder(&url).credentials("robot", "pa55").build().unwrap();
    let cloud_code = client.cloud_code();
    let invocation = cloud_code.invoke_no_args::<()>("Orders", "create");
    let error = invocation.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(!error.is_retryable());
}
