//! What callers may do with the types: move them into tasks, keep them, and print them.

use backendless::{
    Client, Count, Error, Find, Object, ObjectStream, Record, Registration, Request, Session,
    Table, User, UserToken, Users,
};
use backendless_tests::Recorder;

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
    all::<Request<'static, Record>>();
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
