//! Starting, stopping and dropping servers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use backendless_local::{Builder, Server};
use serde_json::json;

use crate::support::{Folder, Wire};

/// A loopback address that no other test uses, so that a port that is freed stays free.
fn alone(n: u8) -> Builder {
    let host = if cfg!(target_os = "linux") {
        [127, 0, 1, n]
    } else {
        [127, 0, 0, 1]
    };
    Server::builder().address(SocketAddr::from((host, 0)))
}

#[tokio::test]
async fn a_stopped_server_has_freed_its_port() {
    let server = alone(1).start().await.unwrap();
    let address = server.address();
    server.stop().await;
    assert!(TcpStream::connect(address).is_err());
    drop(TcpListener::bind(address).unwrap());
}

#[tokio::test]
async fn a_dropped_server_has_freed_its_port_too_even_with_clients_connected() {
    let wire = Wire::of(alone(2)).await;
    wire.post("/data/Person", json!({})).ok().await;
    let idle = TcpStream::connect(wire.server.address()).unwrap();
    let address = wire.server.address();
    drop(wire.server);
    drop(TcpListener::bind(address).unwrap());
    drop(idle);
}

#[tokio::test]
async fn a_server_stops_while_clients_keep_their_connections() {
    let wire = Wire::of(alone(3)).await;
    wire.post("/data/Person", json!({})).ok().await;
    let silent = TcpStream::connect(wire.server.address()).unwrap();
    let address = wire.server.address();
    wire.server.stop().await;
    drop(TcpListener::bind(address).unwrap());
    drop((silent, wire.http));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_under_way_is_answered_before_the_server_stops() {
    let wire = Wire::of(alone(4)).await;
    let address = wire.server.address();
    let path = wire
        .base
        .strip_prefix(&wire.server.url())
        .unwrap()
        .to_owned();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST {path}/data/N HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // This says that the server waits for the body: the request is under way.
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");

    let stop = tokio::spawn(wire.server.stop());
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
fn a_server_outlives_the_runtime_that_started_it() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let wire = runtime().block_on(Wire::start());
    let http = crate::support::client();
    let wire = Wire { http, ..wire };
    let other = runtime();
    let row =
        other.block_on(async { wire.post("/data/Person", json!({"name": "Bob"})).ok().await });
    assert_eq!(row["name"], "Bob");
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_says_so() {
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
async fn a_server_listens_where_it_is_told() {
    let address = SocketAddr::from(([127, 0, 0, 2], 0));
    let server = Server::builder().address(address).start().await;
    // Not every machine has this address.
    if let Ok(server) = server {
        assert_eq!(server.address().ip(), address.ip());
    }
}

#[tokio::test]
async fn ids_that_could_not_stand_in_a_path_are_refused() {
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
async fn nothing_that_is_printed_for_debugging_has_the_key() {
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
async fn a_folder_that_cannot_be_used_is_an_error_that_says_so() {
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
async fn a_folder_serves_one_server_at_a_time() {
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
