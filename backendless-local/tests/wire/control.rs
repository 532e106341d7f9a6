//! Export and import of a running server: the commands, and the requests that they send.

use backendless_local::protocol::TOKEN_HEADER;
use serde_json::json;

use crate::program::{Program, command, stdout};
use crate::support::{Folder, client, start_request};

#[tokio::test]
async fn an_import_whose_client_disconnects_is_complete() {
    let folder = Folder::new("program-disconnect");
    let app = crate::support::TestServer::start().await;
    app.post("/data/Row", json!({"n": 1})).ok().await;
    for n in 0..20 {
        crate::state::upload(&app, &format!("docs/{n}.txt"), "milk").await;
    }
    app.server.export(&folder.0).await.unwrap();
    let program = Program::start(&["--port", "0"]);
    let host = program.base.split('/').nth(2).unwrap();
    let token = program.variable("BACKENDLESS_LOCAL_TOKEN");
    let body = json!({ "folder": folder.0.to_str().unwrap() }).to_string();
    let start = format!("POST /.control/import HTTP/1.1\r\nBackendless-Local-Token: {token}");
    // A request that has not reached the handler when its client disconnects has no effect.
    let mut stream = start_request(host, &start, body.len());
    std::io::Write::write_all(&mut stream, body.as_bytes()).unwrap();
    drop(stream);
    let http = client();
    let get = |path: &str| http.get(format!("{}/{path}", program.base)).send();
    let mut polls = 0..10_000;
    while get("data/Row").await.unwrap().status() != 200 {
        assert!(polls.next().is_some(), "the import was cancelled");
    }
    for n in 0..20 {
        let file = get(&format!("files/docs/{n}.txt")).await.unwrap();
        assert_eq!(file.text().await.unwrap(), "milk");
    }
}

#[tokio::test]
async fn export_and_import_of_a_running_server() {
    let http = client();
    let folder = Folder::new("program-control");
    let export = folder.0.join("export");
    let export = export.to_str().unwrap();
    let program = Program::start(&["--port", "0"]);
    let table = format!("{}/data/Person", program.base);
    let created = http.post(&table).body("{}").send().await.unwrap();
    assert_eq!(created.status(), 200);
    let done = program.control("export", export);
    assert_eq!(
        (done.status.code(), stdout(&done)),
        (Some(0), format!("exported to {export}\n"))
    );
    http.post(&table).body("{}").send().await.unwrap();
    let done = program.control("import", &format!("{export}/."));
    assert_eq!(
        (done.status.code(), stdout(&done)),
        (Some(0), format!("imported from {export}\n"))
    );
    let count = http.get(format!("{table}/count")).send().await.unwrap();
    assert_eq!(count.text().await.unwrap(), "1");

    let failed = program.control("import", &format!("{export}/nothing"));
    assert_eq!(failed.status.code(), Some(1));
    let message = String::from_utf8(failed.stderr).unwrap();
    assert!(
        message.contains("pass the folder of an export"),
        "{message}"
    );
    let unset = command(&["export", export])
        .env_remove("BACKENDLESS_API_URL")
        .output()
        .unwrap();
    let message = String::from_utf8(unset.stderr).unwrap();
    assert!(
        message.contains("BACKENDLESS_API_URL is not set"),
        "{message}"
    );
}

#[tokio::test]
async fn control_needs_the_token_the_host_and_no_origin() {
    let http = client();
    let folder = Folder::new("program-guard");
    let program = Program::start(&["--port", "0"]);
    let origin = program.base.rsplitn(3, '/').last().unwrap().to_owned();
    let token = program.variable("BACKENDLESS_LOCAL_TOKEN");
    let target = folder.0.join("export");
    let body = json!({ "folder": target.to_str().unwrap() });
    let request = |path: &str| http.post(format!("{origin}/.control/{path}")).json(&body);
    let port = origin.rsplit_once(':').unwrap().1;
    for (name, headers) in [
        ("no token", vec![]),
        ("another token", vec![(TOKEN_HEADER, "x")]),
        ("a part of the token", vec![(TOKEN_HEADER, &token[..35])]),
        (
            "a page of the same origin",
            vec![(TOKEN_HEADER, &*token), ("origin", &*origin)],
        ),
        (
            "a page of another origin",
            vec![(TOKEN_HEADER, &*token), ("origin", "http://example.com")],
        ),
        (
            "a name that resolves to this machine",
            vec![(TOKEN_HEADER, &*token), ("host", "example.com")],
        ),
    ] {
        for path in ["export", "import"] {
            let mut request = request(path);
            for (header, value) in &headers {
                request = request.header(*header, *value);
            }
            assert_eq!(request.send().await.unwrap().status(), 403, "{name}");
        }
    }
    assert!(!target.exists());
    let relative = http
        .post(format!("{origin}/.control/export"))
        .header(TOKEN_HEADER, &token)
        .body(r#"{"folder": "export"}"#);
    assert_eq!(relative.send().await.unwrap().status(), 400);
    let localhost = request("export")
        .header(TOKEN_HEADER, &token)
        .header("host", format!("localhost:{port}"));
    assert_eq!(localhost.send().await.unwrap().status(), 200);
    assert!(target.exists());
}

/// Linux connects to it from 127.0.0.1.
#[cfg(target_os = "linux")]
#[test]
fn commands_work_at_another_loopback_address() {
    let folder = Folder::new("program-loopback");
    let export = folder.0.to_str().unwrap();
    let program = Program::start(&["--port", "0", "--host", "127.0.0.2"]);
    for name in ["export", "import"] {
        let done = program.control(name, export);
        assert!(done.status.success(), "{done:?}");
    }
}
