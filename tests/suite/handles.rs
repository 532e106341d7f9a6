//! What callers may do with the types: move them into tasks, keep them, and print them.

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

fn is_handle<T: Clone + Send + Sync + 'static>() {}
fn moves<T: Send + 'static>(_: &T) {}

#[test]
fn handles_are_cheap_to_clone_and_can_live_anywhere() {
    is_handle::<Client>();
    is_handle::<Table<Record>>();
    is_handle::<Users>();
    is_handle::<User>();
    is_handle::<UserToken>();
    is_handle::<Object<Record>>();
    is_handle::<Registration>();
    is_handle::<Files>();
    is_handle::<Messaging>();
    is_handle::<Geo>();
    is_handle::<Cache>();
    is_handle::<Counters>();
    is_handle::<CloudCode>();
    is_handle::<FileInfo>();
    is_handle::<Email>();
    is_handle::<Message<Record>>();
    is_handle::<MessageStatus>();
    is_handle::<GeoPoint>();
    is_handle::<FindGeoPoints>();
}

#[test]
fn a_table_is_a_handle_whatever_its_rows_are() {
    struct NeitherCloneNorSync(#[expect(dead_code, reason = "makes the type so")] *const u8);
    is_handle::<Table<NeitherCloneNorSync>>();
}

#[test]
fn results_and_requests_can_be_moved_into_tasks() {
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
async fn every_call_can_be_spawned() {
    let server = Recorder::answering(200, r#"{"objectId":"B2"}"#).await;
    let table = server.client().data::<Record>("Person");
    moves(&table.find().into_future());
    let row = Record::new();
    let task = tokio::spawn(async move {
        let created = table.create(&row).await?;
        table.update(&created.object_id, &row).await?;
        table.get(created.object_id).send().await
    });
    assert_eq!(task.await.unwrap().unwrap().object_id, "B2");
}

#[tokio::test]
async fn every_call_of_the_further_services_can_be_spawned() {
    let server = Recorder::answering(200, "5").await;
    let client = server.client();
    let info = FileInfo::from_url(server.url());
    moves(&client.files().upload("a", Upload::bytes("")).into_future());
    moves(&client.files().delete("a").into_future());
    moves(&client.files().download(&info).into_future());
    let messaging = client.messaging();
    moves(&messaging.publish("c", "x").into_future());
    moves(&messaging.poll::<Record>("c", "s").into_future());
    moves(&messaging.send_email(Email::new("")).into_future());
    static PLACE: std::sync::OnceLock<GeoPoint> = std::sync::OnceLock::new();
    let place = PLACE.get_or_init(|| GeoPoint::new(0.0, 0.0));
    moves(&client.geo().save(place).into_future());
    moves(&client.geo().find().into_future());
    moves(&client.cache().put("k", "x").into_future());
    moves(&client.cache().get::<u8>("k").into_future());
    moves(&client.cache().contains("k").into_future());
    moves(&client.cache().delete("k").into_future());
    moves(&client.counters().reset("c").into_future());
    moves(
        &client
            .cloud_code()
            .invoke::<_, u8>("s", "m", "x")
            .into_future(),
    );
    moves(
        &client
            .cloud_code()
            .invoke_no_args::<u8>("s", "m")
            .into_future(),
    );

    let (counters, cloud_code) = (client.counters(), client.cloud_code());
    let task = tokio::spawn(async move {
        let count = counters.increment("c").await?;
        let arguments = vec![count];
        let answer: i64 = cloud_code
            .invoke("s", "m", &arguments)
            .header("x-my", "1")
            .timeout(Duration::from_secs(60))
            .await?;
        counters.increment_by("c", answer).send().await
    });
    assert_eq!(task.await.unwrap().unwrap(), 5);
}

#[tokio::test]
async fn what_is_printed_tells_no_secret_and_no_payload() {
    let server = Recorder::answering(200, "SECRET").await;
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
    let shown: [&dyn Debug; 19] = [
        &info,
        &download,
        &Upload::bytes("SECRET"),
        &Upload::stream(chunks, Some(6)),
        &files.upload("a.txt", Upload::bytes("SECRET")),
        &files.download(&info),
        &email.clone(),
        &messaging.send_email(email),
        &publish.header("x", "SECRET").push_singlecast(["SECRET"]),
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
    for shown in shown {
        for text in [format!("{shown:?}"), format!("{shown:#?}")] {
            for secret in ["SECRET", APP_ID, API_KEY] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
    assert_eq!(format!("{info:?}"), "FileInfo { .. }");
    assert_eq!(format!("{download:?}"), "Download { length: Some(6), .. }");
    assert_eq!(format!("{:?}", Upload::file("a.txt")), "Upload(\"file\")");
}
