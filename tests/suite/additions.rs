//! Headers and query parameters that a caller adds to the request of an operation, and the response beside its value.

use backendless::{Client, Error, ErrorKind, FileInfo, Record, Request, Upload};
use backendless_local::Server;
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::json;

use crate::support::{
    assert_rejected, error_body, local_client, recorded_request, uncommon_headers,
};

#[tokio::test]
async fn header_and_parameter_are_added_to_the_request() {
    let request = recorded_request("5", |client| {
        client
            .counters()
            .get("visits")
            .header("X-Trace", "7f")
            .query("a b", "c&d")
    });
    let request = request.await;
    assert_eq!(request.target, "/counters/visits/get?a+b=c%26d");
    assert_eq!(uncommon_headers(&request), [("x-trace", "7f")]);
    let request = recorded_request("[]", |client| {
        let people = client.data::<Record>("Person");
        people
            .find()
            .page_size(5)
            .query("loadRelations", vec!["a", "b"])
            .query("pageSizes", 1)
    });
    assert_eq!(
        request.await.target,
        "/data/Person?pageSize=5&loadRelations=a&loadRelations=b&pageSizes=1"
    );
}

#[tokio::test]
async fn accept_can_be_replaced() {
    let request = recorded_request("5", |client| {
        client
            .counters()
            .get("visits")
            .header("Accept", "application/vnd.x+json")
    });
    let request = request.await;
    let accepts = request.headers.iter().filter(|(name, _)| name == "accept");
    let accepts: Vec<_> = accepts.map(|(_, value)| value.as_str()).collect();
    assert_eq!(accepts, ["application/vnd.x+json"]);
}

#[tokio::test]
async fn what_the_operation_sets_itself_is_rejected() {
    let server = Recorder::responding(200, "[]").await;
    let people = server.client().data::<Record>("Person");
    let error = people
        .find()
        .page_size(5)
        .query("pageSize", 10)
        .await
        .unwrap_err();
    assert_rejected(
        &error,
        "findObjects",
        "query parameter \"pageSize\" is set by the operation itself",
    );
    let create = people
        .create(&json!({}))
        .header("Content-Type", "text/plain");
    let error = create.await.unwrap_err();
    assert_rejected(
        &error,
        "createObject",
        "header \"Content-Type\" is set by the client itself",
    );
    let error = people.get("B2").query("", "SECRET").await.unwrap_err();
    assert_rejected(
        &error,
        "getObjectById",
        "a query parameter has an empty name",
    );
    let error = people
        .get("B2")
        .query("a", json!({"SECRET": 1}))
        .await
        .unwrap_err();
    assert_rejected(&error, "getObjectById", "query parameter \"a\": ");
    assert!(!error.to_string().contains("SECRET"), "{error}");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn http_header_of_a_message_is_not_its_header() {
    let request = recorded_request(r#"{"messageId":"1","status":"published"}"#, |client| {
        let publish = client.messaging().publish("news", "hello");
        publish
            .message_header("topic", "shop")
            .header("x-trace", "7f")
    });
    let request = request.await;
    assert!(
        request.body.contains(r#""headers":{"topic":"shop"}"#),
        "{}",
        request.body
    );
    assert_eq!(uncommon_headers(&request), [("x-trace", "7f")]);
}

#[tokio::test]
async fn upload_has_additions_and_a_response() {
    let server = Recorder::responding(200, r#"{"fileURL":"https://x.example/a"}"#).await;
    let upload = server.client().files().upload("a.txt", Upload::bytes("a"));
    let response = upload.header("x-trace", "7f").query("a", 1).with_response();
    assert_eq!(response.await.unwrap().status(), 200);
    let request = server.request();
    assert_eq!(request.target, "/files/a.txt?a=1");
    assert_eq!(request.header("x-trace"), Some("7f"));
}

#[tokio::test]
async fn each_page_of_a_stream_has_the_additions() {
    let rows = |from: usize| (from..from + 2).map(|n| json!({"objectId": n.to_string()}));
    let pages = [rows(0), rows(2), rows(4)].map(|rows| json!(rows.collect::<Vec<_>>()));
    let mut pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
    pages.push("[]".to_owned());
    let server = Recorder::in_turn(pages).await;
    let people = server.client().data::<Record>("Person");
    let find = people
        .find()
        .page_size(2)
        .header("x-trace", "7f")
        .query("a", 1);
    let found: Vec<_> = find.stream().try_collect().await.unwrap();
    assert_eq!(found.len(), 6);
    assert_eq!(server.requests().len(), 4);
    for request in server.requests() {
        assert_eq!(request.header("x-trace"), Some("7f"));
        assert!(request.target.ends_with("&a=1"), "{}", request.target);
    }
    let find = people.find().query("offset", 1).stream();
    let pages: Vec<_> = find.collect().await;
    assert!(
        pages.iter().any(Result::is_err),
        "the stream sets the offset itself"
    );
}

#[tokio::test]
async fn each_chunk_of_a_bulk_write_has_the_additions() {
    let ids = json!(["1", "2"]).to_string();
    let server = Recorder::responding(200, &ids).await;
    let people = server.client().data::<Record>("Person");
    let rows = (0..4).map(|n| json!({"n": n}));
    let write = people.create_many(rows).chunk_size(2);
    write.header("x-trace", "7f").query("a", 1).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    for request in server.requests() {
        assert_eq!(request.header("x-trace"), Some("7f"));
        assert_eq!(request.target, "/data/bulk/Person?a=1");
    }
}

#[tokio::test]
async fn download_has_additions_only_at_the_server_of_the_api() {
    let server = Recorder::responding(200, "abc").await;
    let files = server.client().files();
    let download = files
        .download("docs/a.txt")
        .header("range", "bytes=0-2")
        .query("v", 2);
    let response = download.with_response().await.unwrap();
    assert_eq!((response.status(), response.attempts()), (200, 1));
    assert_eq!(response.into_value().bytes().await.unwrap(), "abc");
    let request = server.request();
    assert_eq!(request.target, "/files/docs/a.txt?v=2");
    assert_eq!(request.header("range"), Some("bytes=0-2"));

    let long = files.download("docs/a.txt").query("v", "x".repeat(70_000));
    let error = long.await.unwrap_err();
    assert_rejected(&error, "download", "the URL of the file is too long: ");
    assert_eq!(server.requests().len(), 1);
    // The longest URL that is sent.
    let length: Vec<usize> = error
        .message()
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let [length, maximum] = length[..] else {
        panic!("{error}");
    };
    let longest = "x".repeat(70_000 - (length - maximum));
    let download = files.download("docs/a.txt").query("v", longest.as_str());
    assert_eq!(download.await.unwrap().bytes().await.unwrap(), "abc");
    let longer = files.download("docs/a.txt").query("v", longest + "x");
    longer.await.unwrap_err();
    assert_eq!(server.requests().len(), 2);

    let signed = FileInfo::from_url(server.url() + "/files/docs/a.txt?signature=s");
    let download = files.download(&signed).query("v", 2);
    assert_eq!(download.await.unwrap().bytes().await.unwrap(), "abc");
    let requests = server.requests();
    assert_eq!(requests[2].target, "/files/docs/a.txt?signature=s&v=2");

    let other = Recorder::responding(200, "abc").await;
    let file = FileInfo::from_url(other.url() + "/a.txt?signature=s");
    for request in [
        files.download(&file).header("x-gateway", "SECRET"),
        files.download(&file).query("a", "SECRET"),
    ] {
        let error = request.await.unwrap_err();
        assert_rejected(
            &error,
            "download",
            "headers and query parameters are added only",
        );
        assert!(!error.to_string().contains("SECRET"), "{error}");
    }
    assert_eq!(other.requests().len(), 0);
    let response = files.download(&file).with_response().await.unwrap();
    assert_eq!(response.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn response_has_status_headers_and_attempts_of_the_last_attempt() {
    let headers = [
        ("content-type", "application/json"),
        ("x-cost", "1"),
        ("x-cost", "2"),
        ("x-name", "ä"),
    ];
    let server = ScriptedServer::start([
        Behaviour::response(503, &[("x-cost", "9")], ""),
        Behaviour::response(203, &headers, "5"),
    ]);
    let server = server.await;
    let client = server.client_builder().clock(TestClock::default());
    let client = client.build().unwrap();
    let request = client.counters().get("visits").with_response();
    let response = request.header("x-trace", "7f").await.unwrap();
    assert_eq!(
        (response.value, response.status(), response.attempts()),
        (5, 203, 2)
    );
    assert_eq!(response.header("X-Cost"), Some("1"));
    let costs: Vec<_> = response.headers().get_all("x-cost").iter().collect();
    assert_eq!(costs, ["1", "2"]);
    assert_eq!(response.header("x-name"), None, "not ASCII");
    let debug = format!("{response:?}");
    assert!(debug.contains("value: 5, status: 203"), "{debug}");
    for request in server.requests() {
        assert_eq!(request.header("x-trace"), Some("7f"));
    }
}

#[tokio::test]
async fn failure_is_the_same_error_with_a_response() {
    let server = Recorder::responding(404, &error_body(1000)).await;
    let client = server.client();
    let get = || client.data::<Record>("Person").get("B2");
    let error = get().await.unwrap_err();
    let with_response = get().with_response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.to_string(), with_response.to_string());
}

/// Requests of each form: a decoder, a function of the response, parameters, a check of the body.
#[tokio::test]
async fn typed_requests_have_a_response() {
    async fn status<R: 'static, P>(request: Request<R, P>) -> Result<u16, Error>
    where
        P: backendless::parameters::Parameters<R>,
    {
        Ok(request.with_response().await?.status())
    }
    let server = Server::start().await.unwrap();
    let client: Client = local_client(&server);
    let people = client.data::<Record>("Person");
    let bob = people.create(&json!({"name": "Bob"})).await.unwrap();
    assert_eq!(status(people.get(&bob.object_id)).await.unwrap(), 200);
    assert_eq!(
        status(people.find().filter("name = 'Bob'")).await.unwrap(),
        200
    );
    assert_eq!(status(people.count()).await.unwrap(), 200);
    assert_eq!(
        status(people.update_where("name = 'Bob'", &json!({"n": 1})))
            .await
            .unwrap(),
        200
    );
    assert_eq!(status(people.delete(&bob.object_id)).await.unwrap(), 200);
    assert_eq!(status(client.cache().put("k", &1)).await.unwrap(), 200);
    assert_eq!(
        status(client.messaging().publish("news", "a"))
            .await
            .unwrap(),
        200
    );
    assert_eq!(status(client.counters().get("visits")).await.unwrap(), 200);
}
