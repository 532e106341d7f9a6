//! Settings of the builder and options that say who may use the server: the control token and the CORS origins.

use std::net::UdpSocket;

use backendless_local::protocol::TOKEN_HEADER;
use backendless_local::{Builder, Server};
use serde_json::{Value, json};

use crate::program::{Program, run, stdout};
use crate::support::{Folder, client};

/// Returns the error of a start that is rejected.
async fn rejected(builder: Builder) -> String {
    let started = builder.start().await;
    started.err().unwrap().to_string()
}

#[tokio::test]
async fn a_control_token_that_could_be_guessed_is_rejected_at_the_start() {
    for token in [
        "",
        "x",
        "123456789012345",
        "1234567890 123456",
        "1234567890123456\r\n",
    ] {
        let message = rejected(Server::builder().control_token(token)).await;
        assert!(message.starts_with("invalid control token: "), "{message}");
        assert!(message.contains("random_token"), "{message}");
        assert!(token.len() < 2 || !message.contains(token), "{message}");
    }
    for token in ["1234567890123456", &Server::random_token()] {
        assert!(Server::builder().control_token(token).start().await.is_ok());
    }
}

#[tokio::test]
async fn an_origin_that_no_page_or_any_page_has_is_rejected_at_the_start() {
    for origin in [
        "null",
        "*",
        "",
        "http://a.b/",
        "http://A.b",
        "http://localhost:80",
    ] {
        let message = rejected(Server::builder().cors_origin(origin)).await;
        let expected = format!("invalid CORS origin '{origin}': ");
        assert!(message.starts_with(&expected), "{message}");
    }
    let output = run(&["--port", "0", "--cors", "http://a.b/"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(&output), "");
    let message = String::from_utf8(output.stderr).unwrap();
    let expected = "use a scheme, a host and a port, without a path or a final /";
    assert!(message.contains(expected), "{message}");
}

#[tokio::test]
async fn a_wrong_control_token_is_an_error_that_says_which_line_to_copy() {
    let builder = Server::builder().control_token("1234567890123456");
    let server = builder.start().await.unwrap();
    let url = format!("{}/.control/export", server.url());
    for token in [None, Some(""), Some("1234567890123457")] {
        let mut request = client().post(&url).json(&json!({"folder": "/nothing"}));
        if let Some(token) = token {
            request = request.header(TOKEN_HEADER, token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403);
        let error: Value = response.json().await.unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("'export BACKENDLESS_LOCAL_TOKEN=...'"),
            "{message}"
        );
        assert!(!message.contains("123456"), "{message}");
    }
}

/// The address that other machines of the network use, if there is a network. No packet is sent.
fn network_address() -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("198.51.100.1:9").ok()?;
    Some(socket.local_addr().unwrap().ip().to_string())
}

#[test]
fn the_printed_url_is_one_for_export_and_import_whatever_the_host_is() {
    let folder = Folder::new("access-hosts");
    let hosts = ["0.0.0.0", "127.0.0.1"].map(str::to_owned);
    for host in hosts.into_iter().chain(network_address()) {
        let program = Program::start(&["--port", "0", "--host", &host]);
        let export = folder.0.join(&host);
        for command in ["export", "import"] {
            let done = program.control(command, export.to_str().unwrap());
            assert_eq!(done.status.code(), Some(0), "{host} {command}: {done:?}");
        }
        assert!(export.join("manifest.json").exists());
    }
}
