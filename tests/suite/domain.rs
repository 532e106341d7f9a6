//! Clients of an application at a domain of its own: no URL contains the app id and the key.

use backendless::{Client, ErrorKind, FileInfo, Record, Upload};
use backendless_local::Server;
use backendless_tests::{API_KEY, APP_ID, Recorder, RecordingProxy};
use serde_json::json;

use crate::support::{error_body, log_in_new_user};

async fn target_of(api_path: Option<&str>) -> String {
    let server = Recorder::responding(200, "1").await;
    let domain = Client::for_domain(server.url());
    let client = match api_path {
        Some(path) => domain.api_path(path),
        None => domain,
    };
    let client = client.build().unwrap();
    client.counters().get("visits").await.unwrap();
    server.request().target
}

#[tokio::test]
async fn path_of_a_request_begins_with_the_api_path() {
    for (api_path, target) in [
        // The recorder omits the default path.
        (None, "/counters/visits/get"),
        (Some("/api/"), "/counters/visits/get"),
        (Some("/"), "/counters/visits/get"),
        (Some("/v1/my api"), "/v1/my%20api/counters/visits/get"),
        (Some("/API"), "/API/counters/visits/get"),
    ] {
        assert_eq!(target_of(api_path).await, target, "{api_path:?}");
    }
}

#[tokio::test]
async fn no_request_of_a_session_has_the_app_id_or_the_key() {
    let server = Server::builder()
        .app_id(APP_ID)
        .api_key(API_KEY)
        .start()
        .await
        .unwrap();
    let tap = RecordingProxy::in_front_of(&server.url()).await;
    let client = Client::for_domain(tap.url()).build().unwrap();
    let session = log_in_new_user(&client, "ann@example.com").await;
    let files = session.client().files();
    let info = files
        .upload("docs/a b.txt", Upload::bytes("one"))
        .await
        .unwrap();
    assert_eq!(info.path().as_deref(), Some("docs/a b.txt"));
    assert_eq!(
        info.file_url(),
        format!("{}/api/files/docs/a%20b.txt", server.url())
    );
    let by_path = files.download("docs/a b.txt").await.unwrap();
    assert_eq!(by_path.bytes().await.unwrap(), "one");
    session.client().application_info().await.unwrap();
    session.logout().await.unwrap();
    let exchanges = tap.exchanges();
    assert_eq!(exchanges.len(), 6);
    for exchange in exchanges {
        let request = format!("{} {:?}", exchange.target, exchange.headers);
        assert!(exchange.target.starts_with("/api/"), "{request}");
        assert!(
            !request.contains(APP_ID) && !request.contains(API_KEY),
            "{request}"
        );
    }
}

/// A file is downloaded with the token from the domain, and without it from another host.
#[tokio::test]
async fn token_is_sent_to_the_domain_only() {
    let (domain, elsewhere) = (
        Recorder::responding(200, "one").await,
        Recorder::responding(200, "one").await,
    );
    let client = Client::for_domain(domain.url()).user_token("TOKEN-0003");
    let files = client.build().unwrap().files();
    for server in [&domain, &elsewhere] {
        for path in ["api/files/a.txt", "APP/KEY/files/a.txt", "web/a.txt"] {
            let file = FileInfo::from_url(format!("{}/{path}", server.url()));
            drop(files.download(&file).await.unwrap());
        }
    }
    let tokens = |server: &Recorder| -> Vec<_> {
        let requests = server.requests().into_iter();
        requests
            .map(|request| request.header("user-token").map(str::to_owned))
            .collect()
    };
    assert_eq!(tokens(&domain), vec![Some("TOKEN-0003".to_owned()); 3]);
    assert_eq!(tokens(&elsewhere), [None, None, None]);
}

#[tokio::test]
async fn error_suggests_to_check_the_domain() {
    for (status, body, expected) in [
        (
            404,
            "not found".to_owned(),
            "it is not a response of Backendless, check the domain and the API path",
        ),
        (
            302,
            String::new(),
            "the server responded with a redirect, which is not followed: check the domain and the API path",
        ),
        (
            200,
            "<html>".to_owned(),
            "it is not a response of Backendless, check the domain and the API path",
        ),
        (
            400,
            error_body(2002),
            "no; check the domain and the API path (1 attempt",
        ),
    ] {
        let server = Recorder::responding(status, &body).await;
        let client = Client::for_domain(server.url()).build().unwrap();
        let error = client.counters().get("visits").await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// The URL of a file has the app id and the key, which the client does not know otherwise.
#[tokio::test]
async fn message_that_repeats_the_url_of_a_file_is_withheld() {
    let message = format!("no file at /{APP_ID}/{API_KEY}/files/a.txt");
    let body = json!({"code": 6000, "message": message, "errorData": {}}).to_string();
    let server = Recorder::responding(404, &body).await;
    let client = Client::for_domain("https://name.backendless.app")
        .build()
        .unwrap();
    let file = FileInfo::from_url(format!("{}/{APP_ID}/{API_KEY}/files/a.txt", server.url()));
    let error = client.files().download(&file).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error
            .message()
            .contains("is withheld, because it repeats a secret"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains(APP_ID), "{error:?}");
}

#[tokio::test]
async fn both_clients_use_one_application() {
    let server = Server::start().await.unwrap();
    let with_keys = crate::support::local_client(&server);
    let at_domain = Client::for_domain(server.url()).build().unwrap();
    let people = with_keys.data::<Record>("Person");
    let bob = people.create(&json!({"name": "Bob"})).await.unwrap();
    let people = at_domain.data::<Record>("Person");
    assert_eq!(people.get(&bob.object_id).await.unwrap()["name"], "Bob");
}
