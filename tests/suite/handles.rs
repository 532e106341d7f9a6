//! What callers can do with the types: clone them, move them into tasks, and print them.

use std::fmt::Debug;
use std::time::Duration;

use backendless::{
    Cache, CachePut, Client, CloudCode, Count, Counters, Download, Email, Error, FileInfo, Files,
    Find, FindGeoPoints, Geo, GeoPoint, Invocation, Message, MessageStatus, MessageStream,
    Messaging, Object, ObjectStream, Publish, Record, Registration, Request, Session, Table, Units,
    Upload, UploadFile, User, UserToken, Users,
};
use backendless_tests::{API_KEY, APP_ID, Recorder};
use futures_util::stream;

fn assert_handle<T: Clone + Send + Sync + 'static>() {}
fn assert_send<T: Send + 'static>(_: &T) {}

#[test]
fn handles_are_clone_send_sync_and_static() {
    assert_handle::<Client>();
    assert_handle::<Table<Record>>();
    assert_handle::<Users>();
    assert_handle::<User>();
    assert_handle::<UserToken>();
    assert_handle::<Object<Record>>();
    assert_handle::<Registration>();
    assert_handle::<Files>();
    assert_handle::<Messaging>();
    assert_handle::<Geo>();
    assert_handle::<Cache>();
    assert_handle::<Counters>();
    assert_handle::<CloudCode>();
    assert_handle::<FileInfo>();
    assert_handle::<Email>();
    assert_handle::<Message<Record>>();
    assert_handle::<MessageStatus>();
    assert_handle::<GeoPoint>();
    assert_handle::<FindGeoPoints>();
}

#[test]
fn table_is_a_handle_for_any_row_type() {
    struct NeitherCloneNorSync(#[expect(dead_code, reason = "makes the type so")] *const u8);
    assert_handle::<Table<NeitherCloneNorSync>>();
}

#[test]
fn results_and_requests_are_send_and_static() {
    fn all<T: Send + 'static>() {}
    all::<Session>();
    all::<Error>();
    all::<Find<Record>>();
    all::<Count>();
    all::<ObjectStream<Record>>();
    all::<Request<Record>>();
    all::<Upload>();
    all::<UploadFile>();
    all::<Download>();
    all::<Publish>();
    all::<MessageStream<Record>>();
    all::<CachePut>();
    all::<Invocation<Record>>();
    fn shared<T: Send + Sync>() {}
    shared::<Error>();
    shared::<Session>();
}

#[tokio::test]
async fn data_calls_can_be_spawned() {
    let server = Recorder::responding(200, r#"{"objectId":"B2"}"#).await;
    let table = server.client().data::<Record>("Person");
    assert_send(&table.find().into_future());
    let row = Record::new();
    let task = tokio::spawn(async move {
        let created = table.create(&row).await?;
        table.update(&created.object_id, &row).await?;
        table.get(created.object_id).send().await
    });
    assert_eq!(task.await.unwrap().unwrap().object_id, "B2");
}

#[tokio::test]
async fn calls_of_the_other_services_can_be_spawned() {
    let server = Recorder::responding(200, "5").await;
    let client = server.client();
    let info = FileInfo::from_url(server.url());
    assert_send(&client.files().upload("a", Upload::bytes("")).into_future());
    assert_send(&client.files().delete("a").into_future());
    assert_send(&client.files().download(&info).into_future());
    let messaging = client.messaging();
    assert_send(&messaging.publish("c", "x").into_future());
    assert_send(&messaging.poll::<Record>("c", "s").into_future());
    assert_send(&messaging.send_email(Email::new("")).into_future());
    static POINT: std::sync::OnceLock<GeoPoint> = std::sync::OnceLock::new();
    let point = POINT.get_or_init(|| GeoPoint::new(0.0, 0.0));
    assert_send(&client.geo().save(point).into_future());
    assert_send(&client.geo().find().into_future());
    assert_send(&client.cache().put("k", "x").into_future());
    assert_send(&client.cache().get::<u8>("k").into_future());
    assert_send(&client.cache().contains("k").into_future());
    assert_send(&client.cache().delete("k").into_future());
    assert_send(&client.counters().reset("c").into_future());
    assert_send(
        &client
            .cloud_code()
            .invoke::<_, u8>("s", "m", "x")
            .into_future(),
    );
    assert_send(
        &client
            .cloud_code()
            .invoke_no_args::<u8>("s", "m")
            .into_future(),
    );

    let (counters, cloud_code) = (client.counters(), client.cloud_code());
    let task = tokio::spawn(async move {
        let count = counters.increment("c").await?;
        let arguments = vec![count];
        let response: i64 = cloud_code
            .invoke("s", "m", &arguments)
            .header("x-my", "1")
            .timeout(Duration::from_secs(60))
            .await?;
        counters.increment_by("c", response).send().await
    });
    assert_eq!(task.await.unwrap().unwrap(), 5);
}

#[tokio::test]
async fn debug_output_has_no_secret_and_no_payload() {
    let server = Recorder::responding(200, "SECRET").await;
    let client = server.client().with_user_token("SECRET-TOKEN");
    let info = FileInfo::from_url(format!("{}/{APP_ID}/{API_KEY}/SECRET", server.url()));
    let download = client.files().download(&info).await.unwrap();
    let chunks = stream::iter([Ok::<_, std::io::Error>("SECRET")]);
    let email = Email::new("SECRET")
        .to("SECRET")
        .text("SECRET")
        .html("SECRET");
    let (files, messaging, cloud_code) = (client.files(), client.messaging(), client.cloud_code());
    let publish = messaging.publish("news", "SECRET");
    let values: [&dyn Debug; 19] = [
        &info,
        &download,
        &Upload::bytes("SECRET"),
        &Upload::stream(chunks, Some(6)),
        &files.upload("a.txt", Upload::bytes("SECRET")),
        &files.download(&info),
        &email.clone(),
        &messaging.send_email(email),
        &publish
            .message_header("x", "SECRET")
            .push_singlecast(["SECRET"]),
        &messaging.messages::<Record>("news", "SECRET"),
        &messaging.poll::<Record>("news", "SECRET"),
        &client.cache().put("k", "SECRET"),
        &cloud_code
            .invoke::<_, u8>("Cart", "total", "SECRET")
            .header("x-my", "SECRET"),
        &files,
        &messaging,
        &cloud_code,
        &client.geo().find().near(1.0, 2.0, 3.0, Units::Miles),
        &client.counters().get("c"),
        &client.cache(),
    ];
    for value in values {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            for secret in ["SECRET", APP_ID, API_KEY] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
    assert_eq!(format!("{info:?}"), "FileInfo { .. }");
    assert_eq!(format!("{download:?}"), "Download { length: Some(6), .. }");
    assert_eq!(format!("{:?}", Upload::file("a.txt")), "Upload(\"file\")");
}
