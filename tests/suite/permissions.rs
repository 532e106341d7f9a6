//! Permissions of objects and tables: their requests, and what the local server lets each user do.

use backendless::{
    Client, ErrorCode, ErrorKind, Grantee, Object, Permission, Record, Result, Table,
};
use backendless_local::{Operation, Permissions, Server};
use serde_json::json;

use crate::support::{
    assert_json, assert_request_line, local_client, log_in_new_user, recorded_request,
};

#[tokio::test]
async fn permission_requests_have_the_form_of_the_official_sdk() {
    let find = Permission::Find;
    for (grantee, body) in [
        (Grantee::user("U1"), r#"{"permission":"FIND","user":"U1"}"#),
        (
            Grantee::role("Managers"),
            r#"{"permission":"FIND","role":"Managers"}"#,
        ),
        (Grantee::all_users(), r#"{"permission":"FIND","user":"*"}"#),
        (Grantee::all_roles(), r#"{"permission":"FIND","role":"*"}"#),
    ] {
        let of_grant = grantee.clone();
        let request = recorded_request("", |client| {
            client
                .data::<Record>("My Notes")
                .grant("N 1", find, of_grant)
        })
        .await;
        assert_request_line(&request, "PUT", "/data/My%20Notes/permissions/GRANT/N%201");
        assert_json(&request, body);
        let request = recorded_request("", |client| {
            client.data::<Record>("Note").deny("N1", find, grantee)
        })
        .await;
        assert_request_line(&request, "PUT", "/data/Note/permissions/DENY/N1");
        assert_json(&request, body);
    }
    for (permission, name) in [
        (Permission::Update, "UPDATE"),
        (Permission::Remove, "REMOVE"),
    ] {
        let request = recorded_request("", |client| {
            let notes = client.data::<Record>("Note");
            notes.grant("N1", permission, Grantee::all_users())
        })
        .await;
        assert_json(
            &request,
            &format!(r#"{{"permission":"{name}","user":"*"}}"#),
        );
        assert_eq!(format!("{permission:>8}"), format!("{name:>8}"));
    }
}

/// A server with the role `Managers`, two users and a row.
struct World {
    server: Server,
    anonymous: Table<Record>,
    ann: Table<Record>,
    bob: Table<Record>,
    ann_id: String,
    /// The objectId of a row that Ann created.
    note: String,
}

impl World {
    async fn new(permissions: Permissions) -> Self {
        let builder = Server::builder().role("Managers").permissions(permissions);
        let server = builder.start().await.unwrap();
        let client = local_client(&server);
        let (ann, ann_id) = user(&client, "ann@example.com").await;
        let (bob, _) = user(&client, "bob@example.com").await;
        let note = ann.create(&json!({"text": "milk"})).await.unwrap();
        Self {
            note: note.object_id.clone(),
            anonymous: client.data("Note"),
            server,
            ann,
            bob,
            ann_id,
        }
    }

    /// Assigns the role `Managers`.
    async fn promote(&self, login: &str) {
        let builder = Client::builder(self.server.app_id(), self.server.cloud_code_key());
        let code = builder.api_url(self.server.url()).build().unwrap();
        code.users().assign_role(login, "Managers").await.unwrap();
    }

    async fn read(&self, notes: &Table<Record>) -> Result<Object<Record>> {
        notes.get(&self.note).await
    }

    async fn update(&self, notes: &Table<Record>) -> Result<Object<Record>> {
        notes.update(&self.note, &json!({"text": "bread"})).await
    }
}

/// Registers a user, and returns the table of notes of its session, and its id.
async fn user(client: &Client, login: &str) -> (Table<Record>, String) {
    let session = log_in_new_user(client, login).await;
    (
        session.client().data("Note"),
        session.user().object_id.clone(),
    )
}

#[track_caller]
fn assert_denied<T: std::fmt::Debug>(result: Result<T>, code: ErrorCode) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), Some(code), "{error}");
    assert_eq!(error.kind(), ErrorKind::Forbidden, "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn everything_is_allowed_that_is_not_denied() {
    let world = World::new(Permissions::new()).await;
    for notes in [&world.anonymous, &world.bob, &world.ann] {
        world.read(notes).await.unwrap();
        world.update(notes).await.unwrap();
        assert_eq!(notes.count().await.unwrap(), 1);
    }
    world.anonymous.delete(&world.note).await.unwrap();
}

#[tokio::test]
async fn denied_object_is_omitted_from_searches_and_rejected_by_its_id() {
    let world = World::new(Permissions::new()).await;
    let World {
        ann,
        bob,
        anonymous,
        note,
        ..
    } = &world;
    let other = ann.create(&json!({"text": "bread"})).await.unwrap();
    let bobs = bob.create(&json!({"text": "eggs"})).await.unwrap();
    let everyone = Grantee::all_roles;
    ann.deny(note, Permission::Find, everyone()).await.unwrap();
    ann.deny(note, Permission::Update, everyone())
        .await
        .unwrap();
    ann.deny(note, Permission::Remove, everyone())
        .await
        .unwrap();

    for notes in [anonymous, bob, ann] {
        assert_eq!(notes.count().await.unwrap(), 2);
        let page = notes.find().sort_by("created").page_size(2).await.unwrap();
        let ids: Vec<_> = page.iter().map(|row| row.object_id.clone()).collect();
        assert_eq!(ids, [other.object_id.clone(), bobs.object_id.clone()]);
        // A condition of the caller does not undo the denial.
        let clause = "text = 'milk' or 1 = 1";
        assert_eq!(notes.count().filter(clause).await.unwrap(), 2);
        assert_denied(world.read(notes).await, ErrorCode::FIND_DENIED);
        assert_denied(world.update(notes).await, ErrorCode::UPDATE_DENIED);
        let upsert = notes
            .upsert(&json!({"objectId": note, "text": "bread"}))
            .await;
        assert_denied(upsert, ErrorCode::UPDATE_DENIED);
        assert_denied(notes.delete(note).await, ErrorCode::DELETE_DENIED);
    }
    let changes = json!({"done": true});
    let clause = "text = 'milk' or 1 = 1";
    assert_eq!(bob.update_where(clause, &changes).await.unwrap(), 2);
    assert_eq!(bob.delete_where(clause).await.unwrap(), 2);
    ann.grant(note, Permission::Find, everyone()).await.unwrap();
    let row = world.read(ann).await.unwrap();
    assert_eq!(row["text"], "milk");
    assert!(row["done"].is_null());
}

#[tokio::test]
async fn permission_of_a_user_has_priority_to_that_of_roles() {
    let world = World::new(Permissions::new()).await;
    let World { ann, bob, note, .. } = &world;
    world.promote("bob@example.com").await;
    let find = Permission::Find;
    ann.deny(note, find, Grantee::all_roles()).await.unwrap();
    assert_denied(world.read(bob).await, ErrorCode::FIND_DENIED);
    ann.grant(note, find, Grantee::role("AuthenticatedUser"))
        .await
        .unwrap();
    world.read(bob).await.unwrap();
    assert_denied(world.read(&world.anonymous).await, ErrorCode::FIND_DENIED);
    ann.deny(note, find, Grantee::role("Managers"))
        .await
        .unwrap();
    assert_denied(world.read(bob).await, ErrorCode::FIND_DENIED);
    world.read(ann).await.unwrap();
    ann.grant(note, find, Grantee::all_users()).await.unwrap();
    world.read(bob).await.unwrap();
    assert_denied(world.read(&world.anonymous).await, ErrorCode::FIND_DENIED);
    ann.deny(note, find, Grantee::user(&world.ann_id))
        .await
        .unwrap();
    assert_denied(world.read(ann).await, ErrorCode::FIND_DENIED);
    world.read(bob).await.unwrap();
}

#[tokio::test]
async fn a_denial_decides_among_roles_at_the_same_place() {
    let world = World::new(Permissions::new()).await;
    let World { ann, bob, note, .. } = &world;
    let find = Permission::Find;
    ann.grant(note, find, Grantee::role("AuthenticatedUser"))
        .await
        .unwrap();
    world.read(bob).await.unwrap();
    ann.deny(note, find, Grantee::role("RestUser"))
        .await
        .unwrap();
    assert_denied(world.read(bob).await, ErrorCode::FIND_DENIED);
}

#[tokio::test]
async fn users_are_isolated_by_the_permission_of_owners() {
    let rows = [Operation::Find, Operation::Update, Operation::Remove];
    let permissions = Permissions::new()
        .deny("Note", "NotAuthenticatedUser", rows)
        .deny("Note", "AuthenticatedUser", rows)
        .grant_owner("Note", rows);
    let world = World::new(permissions).await;
    let World { ann, bob, note, .. } = &world;
    bob.create(&json!({"text": "eggs"})).await.unwrap();
    for (notes, text) in [(ann, "milk"), (bob, "eggs")] {
        assert_eq!(notes.count().await.unwrap(), 1);
        let found = notes.find().await.unwrap();
        assert_eq!(found[0]["text"], text);
    }
    assert_denied(world.read(bob).await, ErrorCode::FIND_DENIED);
    assert_denied(world.update(bob).await, ErrorCode::UPDATE_DENIED);
    assert_denied(bob.delete(note).await, ErrorCode::DELETE_DENIED);
    // No row can be read without a session.
    assert_denied(world.anonymous.count().await, ErrorCode::FIND_DENIED);
    assert_denied(world.anonymous.find().await, ErrorCode::FIND_DENIED);

    // A permission of the object has priority.
    ann.grant(note, Permission::Find, Grantee::all_users())
        .await
        .unwrap();
    assert_eq!(bob.count().await.unwrap(), 2);
    world.read(bob).await.unwrap();
    assert_denied(world.update(bob).await, ErrorCode::UPDATE_DENIED);
    assert_eq!(
        bob.update_where("text != ''", &json!({"n": 1}))
            .await
            .unwrap(),
        1
    );
    assert_eq!(bob.delete_where("text != ''").await.unwrap(), 1);
    world.update(ann).await.unwrap();
}

#[tokio::test]
async fn roles_of_the_application_have_priority_to_owners_and_system_roles() {
    let all = [Operation::Create, Operation::Find];
    let permissions = Permissions::new()
        .deny("Note", "NotAuthenticatedUser", all)
        .deny_globally("NotAuthenticatedUser", [Operation::Update])
        .grant_globally("Managers", [Operation::Update])
        .deny_owner("Note", [Operation::Find])
        .grant("Note", "Managers", [Operation::Find]);
    let world = World::new(permissions).await;
    let World { ann, anonymous, .. } = &world;
    let created = anonymous.create(&json!({"text": "eggs"})).await;
    assert_denied(created, ErrorCode::CREATE_DENIED);
    let upsert = anonymous.upsert(&json!({"objectId": "N-1"})).await;
    assert_denied(upsert, ErrorCode::CREATE_DENIED);
    assert_denied(world.update(anonymous).await, ErrorCode::UPDATE_DENIED);
    assert_denied(world.read(ann).await, ErrorCode::FIND_DENIED);
    world.promote("ann@example.com").await;
    world.read(ann).await.unwrap();
    world.update(ann).await.unwrap();
    // Other tables have only the permissions of all tables.
    let others = local_client(&world.server).data::<Record>("Other");
    let other = others.create(&json!({"n": 1})).await.unwrap();
    let update = others.update(&other.object_id, &json!({"n": 2})).await;
    assert_denied(update, ErrorCode::UPDATE_DENIED);
}

#[tokio::test]
async fn permissions_are_set_only_by_those_who_may() {
    let permissions = Permissions::new()
        .deny("Note", "AuthenticatedUser", [Operation::Permission])
        .deny("Note", "NotAuthenticatedUser", [Operation::Permission])
        .grant_owner("Note", [Operation::Permission]);
    let world = World::new(permissions).await;
    let World { ann, bob, note, .. } = &world;
    let deny = |notes: &Table<Record>| notes.deny(note, Permission::Find, Grantee::all_roles());
    for notes in [bob, &world.anonymous] {
        let error = deny(notes).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(1_024)));
    }
    world.read(bob).await.unwrap();
    deny(ann).await.unwrap();
    assert_denied(world.read(bob).await, ErrorCode::FIND_DENIED);
}

#[tokio::test]
async fn unknown_objects_users_and_roles_are_rejected() {
    let world = World::new(Permissions::new()).await;
    let World {
        ann, note, server, ..
    } = &world;
    let find = Permission::Find;
    let missing = local_client(server).data::<Record>("Missing");
    for (result, code) in [
        (
            ann.grant("unknown", find, Grantee::all_users()).await,
            1_000,
        ),
        (missing.grant(note, find, Grantee::all_users()).await, 1_009),
        (ann.deny(note, find, Grantee::role("Unknown")).await, 2_005),
        (ann.deny(note, find, Grantee::user("unknown")).await, 3_057),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(code)), "{error}");
        assert!(error.is_not_found(), "{error}");
    }
    world.read(ann).await.unwrap();
}

#[tokio::test]
async fn permissions_end_with_their_object() {
    let world = World::new(Permissions::new()).await;
    let World { ann, note, .. } = &world;
    for delete_one in [true, false] {
        ann.deny(note, Permission::Find, Grantee::all_roles())
            .await
            .unwrap();
        assert_eq!(ann.count().await.unwrap(), 0);
        match delete_one {
            true => drop(ann.delete(note).await.unwrap()),
            false => assert_eq!(ann.delete_where("text is not null").await.unwrap(), 1),
        }
        ann.upsert(&json!({"objectId": note, "text": "new"}))
            .await
            .unwrap();
        world.read(&world.anonymous).await.unwrap();
    }
}
