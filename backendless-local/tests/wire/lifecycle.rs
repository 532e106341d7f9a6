//! Start, stop and drop of servers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use backendless_local::{Builder, Server};
use serde_json::json;

use crate::support::{Folder, TestServer, start_request};

/// Returns a builder with a loopback address that no other test uses, so that a freed port stays
/// free.
fn on_own_address(n: u8) -> Builder {
    let host = if cfg!(target_os = "linux") {
        [127, 0, 1, n]
    } else {
        [127, 0, 0, 1]
    };
    Server::builder().address(SocketAddr::from((host, 0)))
}

#[tokio::test]
async fn stop_frees_the_port() {
    let server = on_own_address(1).start().await.unwrap();
    let address = server.address();
    server.stop().await;
    assert!(TcpStream::connect(address).is_err());
    drop(TcpListener::bind(address).unwrap());
}

#[tokio::test]
async fn drop_frees_the_port_even_with_connected_clients() {
    let app = TestServer::of(on_own_address(2)).await;
    app.post("/data/Person", json!({})).ok().await;
    let idle = TcpStream::connect(app.server.address()).unwrap();
    let address = app.server.address();
    drop(app.server);
    drop(TcpListener::bind(address).unwrap());
    drop(idle);
}

#[tokio::test]
async fn stop_does_not_wait_for_idle_connections() {
    let app = TestServer::of(on_own_address(3)).await;
    app.post("/data/Person", json!({})).ok().await;
    let silent = TcpStream::connect(app.server.address()).unwrap();
    let address = app.server.address();
    app.server.stop().await;
    drop(TcpListener::bind(address).unwrap());
    drop((silent, app.http));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn stop_completes_active_requests() {
    let app = TestServer::of(on_own_address(4)).await;
    let address = app.server.address();
    let path = app.base.strip_prefix(&app.server.url()).unwrap().to_owned();
    let start = format!("POST {path}/data/N HTTP/1.1");
    let mut connection = start_request(&address.to_string(), &start, 7);
    let stop = tokio::spawn(app.server.stop());
    while TcpStream::connect(address).is_ok() {
        tokio::task::yield_now().await;
    }
    connection.write_all(b"{\"n\":1}").unwrap();
    let mut rest = String::new();
    connection.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("HTTP/1.1 200 OK") && rest.contains("\"n\":1"),
        "{rest}"
    );
    stop.await.unwrap();
}

#[test]
fn server_outlives_the_runtime_that_started_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let app = runtime().block_on(TestServer::start());
    let http = crate::support::client();
    let app = TestServer { http, ..app };
    let other = runtime();
    let row = other.block_on(async { app.post("/data/Person", json!({"name": "Bob"})).ok().await });
    assert_eq!(row["name"], "Bob");
}

#[tokio::test]
async fn port_in_use_is_reported() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = Server::builder()
        .address(address)
        .start()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot listen on {address}: ")),
        "{error}"
    );
}

#[tokio::test]
async fn server_listens_on_the_given_address() {
    let address = SocketAddr::from(([127, 0, 0, 2], 0));
    let server = Server::builder().address(address).start().await;
    // Some machines do not have this address.
    if let Ok(server) = server {
        assert_eq!(server.address().ip(), address.ip());
    }
}

#[tokio::test]
async fn ids_that_need_encoding_are_rejected() {
    for id in ["", "a/b", "a b", "é", "..", "a%2Fb", "a?b"] {
        assert!(
            Server::builder().app_id(id).start().await.is_err(),
            "{id:?}"
        );
        assert!(
            Server::builder().api_key(id).start().await.is_err(),
            "{id:?}"
        );
    }
}

#[tokio::test]
async fn debug_output_contains_neither_app_id_nor_key() {
    let builder = Server::builder().app_id("THE-APP").api_key("THE-KEY");
    let printed = format!("{builder:?}");
    let server = builder.start().await.unwrap();
    let printed = printed + &format!("{server:?}");
    assert!(
        !printed.contains("THE-APP") && !printed.contains("THE-KEY"),
        "{printed}"
    );
}

#[tokio::test]
async fn unusable_data_folder_is_reported() {
    let folder = Folder::new("unusable");
    std::fs::create_dir_all(&folder.0).unwrap();
    let file = folder.0.join("file");
    std::fs::write(&file, "").unwrap();
    let error = Server::builder()
        .data_dir(&file)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("cannot use the data folder "), "{error}");

    std::fs::write(
        folder.0.join("backendless.sqlite3"),
        "this is no database, but text".repeat(100),
    )
    .unwrap();
    let error = Server::builder()
        .data_dir(&folder.0)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("not a database"), "{error}");
}

#[tokio::test]
async fn data_folder_is_locked_by_one_server() {
    let folder = Folder::new("one-at-a-time");
    let first = Server::builder().data_dir(&folder.0).start().await.unwrap();
    let error = Server::builder()
        .data_dir(&folder.0)
        .start()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("another server uses it"), "{error}");
    first.stop().await;
    Server::builder().data_dir(&folder.0).start().await.unwrap();
}
