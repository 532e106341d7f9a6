//! Permissions of the files in a directory, against operations on the directory, and the limits of paths and patterns.

use backendless_local::{Builder, Operation, Permissions, Server};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Folder, TestServer, keys, text};

const NO_PERMISSION: i64 = 4_000;

/// A directory with a file that everyone may use and a directory, whose use is denied to clients.
struct Files {
    app: TestServer,
    server_code: String,
}

impl Files {
    async fn start() -> Files {
        Files::of(Server::builder()).await
    }

    async fn of(builder: Builder) -> Files {
        let app = TestServer::of(builder.cloud_code_key("CODE-KEY")).await;
        let server_code = format!("{}/{}/CODE-KEY", app.server.url(), app.server.app_id());
        let files = Files { app, server_code };
        for path in ["docs/open.txt", "docs/secret/a.txt"] {
            files.save(path).await;
        }
        files
    }

    async fn save(&self, path: &str) {
        let path = format!("/files/binary/{path}");
        self.app.request(Method::PUT, &path).raw("AAAA").ok().await;
    }

    /// Denies a permission to everyone, as server-side code.
    async fn deny(&self, path: &str, permission: &str) {
        let url = format!("{}/files/permissions/DENY/{path}", self.server_code);
        let body = json!({"permission": permission, "role": "*"});
        let request = self.app.http.put(url).json(&body);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    fn command(&self, command: &str, names: [&str; 2], values: [&str; 2]) -> crate::support::Call {
        let body = json!({names[0]: values[0], names[1]: values[1]});
        self.app.put(&format!("/files/{command}"), body)
    }

    fn relocate(&self, command: &str, source: &str, target: &str) -> crate::support::Call {
        self.command(command, ["sourcePath", "targetPath"], [source, target])
    }

    fn rename(&self, path: &str, name: &str) -> crate::support::Call {
        self.command("rename", ["oldPathName", "newName"], [path, name])
    }

    /// Returns the paths of a listing.
    async fn listed(&self, path: &str) -> Vec<String> {
        let entries = self.app.get(&format!("/files/{path}")).ok().await;
        let entries = entries.as_array().unwrap().iter();
        entries.map(|entry| text(&entry["url"])).collect()
    }
}

#[tokio::test]
async fn operation_on_a_directory_needs_the_permission_of_everything_in_it() {
    let files = Files::start().await;
    files.deny("docs%2Fsecret", "READ").await;
    files.deny("docs%2Fsecret%2Fa.txt", "WRITE").await;
    files.deny("docs%2Fsecret", "DELETE").await;
    let copy = files.relocate("copy", "/docs", "/mine");
    copy.rejected(400, NO_PERMISSION).await;
    let renamed = files.rename("/docs", "mine");
    renamed.rejected(400, NO_PERMISSION).await;
    let moved = files.relocate("move", "/docs", "/mine");
    moved.rejected(400, NO_PERMISSION).await;
    let deleted = files.app.delete("/files/docs");
    deleted.rejected(400, NO_PERMISSION).await;
    assert_eq!(files.app.get("/files/mine?action=exists").ok().await, false);

    // What is permitted is a part of it.
    let copied = files.relocate("copy", "/docs/open.txt", "/mine/open.txt");
    copied.ok().await;
    assert_eq!(files.app.delete("/files/docs/open.txt").ok().await, 1);
}

#[tokio::test]
async fn target_of_a_rename_needs_the_permission_of_its_directory() {
    let files = Files::start().await;
    files.deny("docs", "WRITE").await;
    let grant = json!({"permission": "WRITE", "role": "*"});
    let url = format!(
        "{}/files/permissions/GRANT/docs%2Fopen.txt",
        files.server_code
    );
    files.app.http.put(url).json(&grant).send().await.unwrap();
    let renamed = files.rename("/docs/open.txt", "b.txt");
    renamed.rejected(400, NO_PERMISSION).await;
}

#[tokio::test]
async fn listing_and_count_omit_what_the_caller_may_not_read() {
    let files = Files::start().await;
    files.save("docs/secret/deep/b.txt").await;
    files.deny("docs%2Fsecret", "READ").await;
    assert_eq!(files.listed("?sub=true").await, ["docs", "docs/open.txt"]);
    assert_eq!(files.listed("docs").await, ["docs/open.txt"]);
    let count = "/files/docs?action=count&sub=true&countDirectories=true";
    assert_eq!(files.app.get(count).ok().await, 1);

    // A rule of a path decides before those of its directories.
    let ann = files.app.user("ann@b.c", "pw").await;
    let grant = json!({"permission": "READ", "user": ann["objectId"]});
    let url = format!(
        "{}/files/permissions/GRANT/docs%2Fsecret%2Fdeep",
        files.server_code
    );
    files.app.http.put(url).json(&grant).send().await.unwrap();
    let of_ann = files.app.get("/files/?sub=true").token(&ann["user-token"]);
    let of_ann: Vec<Value> = of_ann.ok().await.as_array().unwrap().clone();
    let of_ann: Vec<&Value> = of_ann.iter().map(|entry| &entry["url"]).collect();
    let expected = [
        "docs/secret/deep",
        "docs",
        "docs/secret/deep/b.txt",
        "docs/open.txt",
    ];
    assert_eq!(of_ann, expected);
}

#[tokio::test]
async fn client_that_may_not_change_permissions_cannot_change_those_of_files() {
    let permissions = Permissions::new()
        .deny_globally("NotAuthenticatedUser", [Operation::Permission])
        .deny_globally("AuthenticatedUser", [Operation::Permission])
        .grant_globally("Managers", [Operation::Permission]);
    let builder = Server::builder().permissions(permissions).role("Managers");
    let files = Files::of(builder).await;
    let bob = files.app.user("bob@b.c", "pw").await;
    let token = &bob["user-token"];
    files.deny("docs%2Fsecret", "READ").await;
    let grant = || {
        let body = json!({"permission": "READ", "user": bob["objectId"]});
        let path = "/files/permissions/GRANT/docs%2Fsecret%2Fa.txt";
        files.app.put(path, body)
    };
    grant().rejected(400, NO_PERMISSION).await;
    grant().token(token).rejected(400, NO_PERMISSION).await;
    let read = || files.app.get("/files/docs/secret/a.txt").token(token);
    read().rejected(400, NO_PERMISSION).await;

    let role = json!({"user": bob["objectId"], "roleName": "Managers"});
    let url = format!("{}/users/assignRole", files.server_code);
    files.app.http.post(url).json(&role).send().await.unwrap();
    assert_eq!(grant().token(token).send().await.status(), 200);
    assert_eq!(read().send().await.status(), 200);
}

#[tokio::test]
async fn path_has_a_maximum_length() {
    const INVALID_PATH: i64 = 6_001;
    let files = Files::start().await;
    let longest = "a/".repeat(63) + &"b".repeat(3_970);
    assert_eq!(longest.len(), 4_096);
    let copied = files.relocate("copy", "/docs/open.txt", &format!("/{longest}"));
    copied.ok().await;
    for target in [format!("/{longest}c"), "a/".repeat(1_000_000) + "a"] {
        for command in ["copy", "move"] {
            let rejected = files.relocate(command, "/docs/open.txt", &target);
            let message = rejected.rejected(400, INVALID_PATH).await;
            assert!(message.contains("longer than 4096 bytes"), "{message}");
        }
    }
    // The paths of the files in a directory become longer as well.
    let target = format!("/{}", "b".repeat(4_090));
    let rejected = files.relocate("copy", "/docs", &target);
    rejected.rejected(400, INVALID_PATH).await;
    let renamed = files.rename("/docs", &"b".repeat(4_090));
    renamed.rejected(400, INVALID_PATH).await;
    assert_eq!(files.listed("docs?sub=true").await.len(), 3);
}

/// A path has a row for each of its directories, so one of many segments would be expensive.
#[tokio::test]
async fn path_has_a_maximum_number_of_segments() {
    const INVALID_PATH: i64 = 6_001;
    const EXPECTED: &str = "has more than 128 segments";
    let files = Files::start().await;
    let deepest = "d/".repeat(127) + "f";
    let copied = files.relocate("copy", "/docs/open.txt", &format!("/{deepest}"));
    copied.ok().await;
    // An export stores it by another name, because a path in its folder has one more segment.
    let folder = Folder::new("deepest-file");
    files.app.server.export(&folder.0).await.unwrap();
    let copy = TestServer::start().await;
    copy.server.import(&folder.0).await.unwrap();
    for target in [
        format!("/{deepest}/g"),
        "/x".to_owned() + &"/d".repeat(2_040),
    ] {
        let rejected = files.relocate("copy", "/docs/open.txt", &target);
        let message = rejected.rejected(400, INVALID_PATH).await;
        assert!(message.contains(EXPECTED), "{message}");
    }
    // The files in a directory get more segments as well: no import would accept them.
    for (source, target) in [
        ("/d", "/x/d"),
        ("/docs", &*format!("/{}e", "d/".repeat(127))),
    ] {
        for command in ["copy", "move"] {
            let rejected = files.relocate(command, source, target);
            let message = rejected.rejected(400, INVALID_PATH).await;
            assert!(message.contains(EXPECTED), "{message}");
        }
    }
    let moved = files.relocate("move", "/d", "/e");
    moved.ok().await;
}

#[tokio::test]
async fn pattern_that_takes_too_many_steps_is_rejected() {
    let files = Files::start().await;
    for n in 10..30 {
        let target = format!("/long/{n}{}", "a".repeat(4_000));
        files.relocate("copy", "/docs/open.txt", &target).ok().await;
    }
    let pattern = format!("*{}b", "a".repeat(2_000));
    for action in ["", "&action=count"] {
        let path = format!("/files/long?pattern={pattern}{action}");
        let message = files.app.get(&path).rejected(400, 8_008).await;
        assert!(message.contains("takes too long"), "{message}");
    }
    let found = files.app.get("/files/long?pattern=1*a").ok().await;
    assert_eq!(found.as_array().unwrap().len(), 10);
    assert_eq!(keys(&found[0]).len(), 5);
}
