//! The Files service beyond the document: directories, copies, appended content and permissions.

use backendless_local::Server;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

impl TestServer {
    fn text_request(&self, method: Method, path: &str, body: &str) -> TestRequest {
        let request = self
            .request(method, path)
            .0
            .header("content-type", "text/plain");
        TestRequest(request.body(body.to_owned()))
    }

    fn put_text(&self, path: &str, body: &str) -> TestRequest {
        self.text_request(Method::PUT, path, body)
    }

    fn put_json(&self, path: &str, body: &Value) -> TestRequest {
        TestRequest(self.put(path).0.json(body))
    }

    /// Saves a file with the content `milk`.
    async fn milk(&self, path: &str) {
        self.put_text(&format!("/files/binary/{path}"), "bWlsaw==")
            .ok()
            .await;
    }

    async fn paths(&self, path: &str) -> Vec<String> {
        let entries = self.get(path).ok().await;
        let paths = entries.as_array().unwrap().iter();
        paths
            .map(|entry| entry["url"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn directories_come_before_files_and_are_paged() {
    let app = TestServer::start().await;
    for path in [
        "t/index.html",
        "t/users.html",
        "t/logo.png",
        "t/sub/one-more.html",
    ] {
        app.milk(path).await;
    }
    let all = ["t/sub", "t/index.html", "t/logo.png", "t/users.html"];
    assert_eq!(app.paths("/files/t").await, all);
    assert_eq!(app.paths("/files/t/").await, all);
    assert_eq!(
        app.paths("/files/t?pattern=*.html").await,
        ["t/index.html", "t/users.html"]
    );
    let page = "/files/t?sub=true&pagesize=3&offset=1";
    assert_eq!(
        app.paths(page).await,
        ["t/index.html", "t/logo.png", "t/sub/one-more.html"]
    );
    assert_eq!(app.paths("/files/t?offset=4").await, [""; 0]);
    assert_eq!(app.paths("/files/").await, ["t"]);
    for (query, count) in [
        ("", 3),
        ("&pattern=*.html", 2),
        ("&pattern=*.html&sub=true", 3),
        ("&countDirectories=true", 4),
    ] {
        let count_of = app.get(&format!("/files/t?action=count{query}")).ok().await;
        assert_eq!(count_of, count, "{query}");
    }
    let entry = &app.get("/files/t?pattern=logo.png").ok().await[0];
    assert_eq!(entry["size"], 4);
    assert!(entry["createdOn"].as_i64().unwrap() > 1_000_000_000_000);
    let served = app
        .http
        .get(entry["publicUrl"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(served.text().await.unwrap(), "milk");
}

#[tokio::test]
async fn directory_exists_until_it_is_deleted() {
    let app = TestServer::start().await;
    let exists = |path: &str| app.get(&format!("/files/{path}?action=exists"));
    app.request(Method::POST, "/files/a/b%20c/")
        .0
        .send()
        .await
        .unwrap();
    for path in ["a", "a/b%20c"] {
        assert_eq!(exists(path).ok().await, true, "{path}");
        let again = TestRequest(app.request(Method::POST, &format!("/files/{path}/")).0);
        assert_eq!(again.rejected().await, (400, 6018), "{path}");
    }
    app.milk("a/x").await;
    assert_eq!(app.delete("/files/a/x").ok().await, 1);
    assert_eq!(exists("a/x").ok().await, false);
    let below = TestRequest(app.request(Method::POST, "/files/a/b%20c/d/").0);
    below.ok_empty().await;
    app.delete("/files/a").ok().await;
    for path in ["a", "a/b%20c", "a/b%20c/d"] {
        assert_eq!(exists(path).ok().await, false, "{path}");
    }
    assert_eq!(app.delete("/files/a").rejected().await, (404, 6000));
}

#[tokio::test]
async fn renamed_copied_and_moved_directories_keep_their_content() {
    let app = TestServer::start().await;
    app.milk("a/b/c").await;
    let copy = json!({"sourcePath": "/a", "targetPath": "/x/y"});
    let url = app.put_json("/files/copy", &copy).ok().await;
    assert!(url.as_str().unwrap().ends_with("/files/x/y"), "{url}");
    assert_eq!(
        app.put_json("/files/copy", &copy).rejected().await,
        (400, 6018)
    );
    let rename = json!({"oldPathName": "/x/y/b", "newName": "d"});
    let url = app.put_json("/files/rename", &rename).ok().await;
    assert!(url.as_str().unwrap().ends_with("/files/x/y/d"), "{url}");
    let moved = json!({"sourcePath": "/x/y/d/c", "targetPath": "/z"});
    app.put_json("/files/move", &moved).ok().await;
    assert_eq!(app.get("/files/x/y/d/c?action=exists").ok().await, false);
    // The copy has its own life.
    app.delete("/files/a").ok().await;
    assert_eq!(app.get("/files/z").send().await.body, b"milk");

    for command in ["copy", "move"] {
        let missing = json!({"sourcePath": "/nope", "targetPath": "/n"});
        let call = app.put_json(&format!("/files/{command}"), &missing);
        assert_eq!(call.rejected().await, (404, 6007), "{command}");
        let into_itself = json!({"sourcePath": "/x", "targetPath": "/x/y/z"});
        let call = app.put_json(&format!("/files/{command}"), &into_itself);
        assert_eq!(call.rejected().await, (400, 6001), "{command}");
        let outside = json!({"sourcePath": "/z", "targetPath": "/x/../../z"});
        let call = app.put_json(&format!("/files/{command}"), &outside);
        assert_eq!(call.rejected().await, (400, 6001), "{command}");
    }
    let missing = json!({"oldPathName": "/nope", "newName": "n"});
    assert_eq!(
        app.put_json("/files/rename", &missing).rejected().await,
        (404, 6007)
    );
    let path = json!({"oldPathName": "/z", "newName": "a/b"});
    assert_eq!(
        app.put_json("/files/rename", &path).rejected().await,
        (400, 6001)
    );
    assert_eq!(
        app.put_json("/files/rename", &json!({})).rejected().await,
        (400, 8007)
    );
}

#[tokio::test]
async fn saved_and_appended_content_is_stored() {
    let app = TestServer::start().await;
    let url = app.put_text("/files/binary/d/a%20b", "AP8=").ok().await;
    assert!(url.as_str().unwrap().ends_with("/files/d/a%20b"), "{url}");
    assert_eq!(app.get("/files/d/a%20b").send().await.body, [0, 0xff]);
    let again = app.put_text("/files/binary/d/a%20b", "AP8=");
    assert_eq!(again.rejected().await, (400, 6003));
    app.put_text("/files/binary/d/a%20b?overwrite=true", "AA==")
        .ok()
        .await;
    assert_eq!(app.get("/files/d/a%20b").send().await.body, [0]);
    let invalid = app.put_text("/files/binary/x", "no base64");
    assert_eq!(invalid.rejected().await, (400, 6009));
    let long = "A".repeat(4 * (2_800_000 / 3 + 1));
    let long = app.put_text("/files/binary/x", &long);
    assert_eq!(long.rejected().await, (400, 6016));
    assert_eq!(app.get("/files/x?action=exists").ok().await, false);

    app.put_text("/files/append/log", "one ").ok().await;
    app.put_text("/files/append/binary/log", "dHdv").ok().await;
    let served = app.get("/files/log").send().await;
    assert_eq!(served.body, b"one two");
    assert_eq!(served.content_type.as_deref(), Some("text/plain"));
    assert_eq!(app.get("/files/?pattern=log").ok().await[0]["size"], 7);
}

#[tokio::test]
async fn concurrent_appends_are_all_stored() {
    let app = std::sync::Arc::new(TestServer::start().await);
    let appends = (0..16).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.put_text("/files/append/log", "ab").ok().await })
    });
    for append in appends.collect::<Vec<_>>() {
        append.await.unwrap();
    }
    assert_eq!(
        app.get("/files/log").send().await.body,
        "ab".repeat(16).as_bytes()
    );
}

#[tokio::test]
async fn form_is_appended_and_keeps_the_media_type_of_the_file() {
    let app = TestServer::start().await;
    let form = |path: &str, content: String, media_type: &str| {
        let part = Part::text(content).file_name("any");
        let form = Form::new().part("file", part.mime_str(media_type).unwrap());
        TestRequest(app.request(Method::POST, path).0.multipart(form))
    };
    let path = "/files/append/docs/a.log";
    // Longer than a chunk, so that the content is copied in several.
    let long = "ab".repeat(100_000);
    let url = form(path, long.clone(), "text/csv").ok().await;
    assert!(
        url.as_str().unwrap().ends_with("/files/docs/a.log"),
        "{url}"
    );
    form(path, "!".to_owned(), "image/png").ok().await;
    let file = app.get("/files/docs/a.log").send().await;
    assert_eq!(file.body, format!("{long}!").as_bytes());
    assert_eq!(file.content_type.as_deref(), Some("text/csv"));

    let other = Form::new().part("photo", Part::text("b"));
    let other = TestRequest(app.request(Method::POST, path).0.multipart(other));
    assert_eq!(other.rejected().await, (400, 6011));
    let bytes = app.text_request(Method::POST, path, "milk");
    assert_eq!(bytes.rejected().await, (400, 6010));
    assert_eq!(
        app.get("/files/docs/a.log").send().await.body.len(),
        long.len() + 1
    );
}

#[tokio::test]
async fn only_registered_urls_can_be_uploaded() {
    let url = "https://example.com/a.txt";
    let app = TestServer::of(Server::builder().remote_file(url, "milk")).await;
    let response = app.post("/files/a.txt", &json!({ "url": url })).ok().await;
    assert!(
        response["fileURL"]
            .as_str()
            .unwrap()
            .ends_with("/files/a.txt")
    );
    app.post("/files/append/a.txt", &json!({ "url": url }))
        .ok()
        .await;
    assert_eq!(app.get("/files/a.txt").send().await.body, b"milkmilk");
    let again = app.post("/files/a.txt", &json!({ "url": url }));
    assert_eq!(again.rejected().await, (400, 6003));
    // Not even this server itself is asked.
    let own = format!(
        "{}/{}/{}/info",
        app.server.url(),
        app.server.app_id(),
        app.server.api_key()
    );
    for path in ["/files/b", "/files/append/b"] {
        let call = app.post(path, &json!({ "url": own }));
        assert_eq!(call.rejected().await, (400, 6009), "{path}");
    }
    assert_eq!(app.get("/files/b?action=exists").ok().await, false);
}

#[tokio::test]
async fn denied_permissions_are_enforced_and_the_closest_rule_decides() {
    let app = TestServer::start().await;
    app.milk("d/a").await;
    app.milk("d/b").await;
    let set = |kind: &str, path: &str, body: Value| {
        app.put_json(&format!("/files/permissions/{kind}/{path}"), &body)
    };
    let everybody = |permission: &str| json!({"permission": permission, "role": "*"});
    set("DENY", "d", everybody("READ")).ok_empty().await;
    set(
        "GRANT",
        "d%2Fb",
        json!({"permission": "READ", "role": "NotAuthenticatedUser"}),
    )
    .ok_empty()
    .await;
    assert_eq!(app.get("/files/d").rejected().await, (400, 4000));
    assert_eq!(app.get("/files/d/a").rejected().await, (400, 4000));
    assert_eq!(app.get("/files/d/b").send().await.body, b"milk");
    let copy = json!({"sourcePath": "/d/a", "targetPath": "/c"});
    assert_eq!(
        app.put_json("/files/copy", &copy).rejected().await,
        (400, 4000)
    );

    set("DENY", "d%2Fb", everybody("WRITE")).ok_empty().await;
    set("DENY", "d%2Fb", everybody("DELETE")).ok_empty().await;
    let calls = [
        app.delete("/files/d/b"),
        app.put_text("/files/append/d/b", "x"),
        app.put_text("/files/binary/d/b?overwrite=true", "AA=="),
        app.put_json(
            "/files/rename",
            &json!({"oldPathName": "/d/b", "newName": "c"}),
        ),
        app.put_json(
            "/files/move",
            &json!({"sourcePath": "/d/b", "targetPath": "/c"}),
        ),
    ];
    for call in calls {
        assert_eq!(call.rejected().await, (400, 4000));
    }
    set("GRANT", "d%2Fb", everybody("DELETE")).ok_empty().await;
    assert_eq!(app.delete("/files/d/b").ok().await, 1);

    let missing = set("GRANT", "d%2Fb", everybody("READ"));
    assert_eq!(missing.rejected().await, (404, 6007));
    let unknown = set("GRANT", "d", json!({"permission": "FIND", "role": "*"}));
    assert_eq!(unknown.rejected().await, (400, 8000));
    let without_grantee = set("GRANT", "d", json!({"permission": "READ"}));
    assert_eq!(without_grantee.rejected().await, (400, 8007));
    let kind = set("MAYBE", "d", everybody("READ"));
    assert_eq!(kind.rejected().await, (400, 8008));
}

#[tokio::test]
async fn directories_may_have_the_names_of_commands() {
    let app = TestServer::start().await;
    for command in ["copy", "move", "rename"] {
        let file = format!("/files/{command}/a.txt");
        app.milk(&format!("{command}/a.txt")).await;
        assert_eq!(app.get(&file).send().await.body, b"milk", "{command}");
        let rename = json!({"oldPathName": format!("/{command}/a.txt"), "newName": "b.txt"});
        app.put_json("/files/rename", &rename).ok().await;
        let renamed = format!("/files/{command}/b.txt");
        assert_eq!(app.get(&renamed).send().await.body, b"milk", "{command}");
    }
}
