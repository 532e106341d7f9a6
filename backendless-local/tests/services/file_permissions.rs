//! Permissions of files for roles of the application, in the order in which permissions of objects decide.

use backendless_local::Server;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{TestRequest, TestServer};

/// A file that one user reads, who has two roles of the application.
struct App {
    app: TestServer,
    user: String,
    token: String,
}

impl App {
    async fn start() -> App {
        let builder = Server::builder().role("Managers").role("Readers");
        let app = TestServer::of(builder).await;
        let file = app.put("/files/binary/d/a").0.body("AA==");
        let file = file.header("content-type", "text/plain");
        TestRequest(file).ok().await;
        let account = json!({"email": "a@b.c", "password": "pw"});
        app.post("/users/register", &account).ok().await;
        let login = json!({"login": "a@b.c", "password": "pw"});
        let user = app.post("/users/login", &login).ok().await;
        let text = |name: &str| user[name].as_str().unwrap().to_owned();
        let (user, token) = (text("objectId"), text("user-token"));
        let app = App { app, user, token };
        app.role("assignRole", "Managers").await;
        app.role("assignRole", "Readers").await;
        app
    }

    async fn role(&self, change: &str, role: &str) {
        let server = &self.app.server;
        let base = format!("{}/{}", server.url(), server.app_id());
        let url = format!("{base}/{}/users/{change}", server.cloud_code_key());
        let body = json!({"user": self.user, "roleName": role});
        let request = self.app.http.request(Method::POST, url).json(&body);
        TestRequest(request).ok_empty().await;
    }

    async fn set(&self, kind: &str, path: &str, grantee: (&str, &str)) {
        let body: Value = json!({"permission": "READ", grantee.0: grantee.1});
        let path = format!("/files/permissions/{kind}/{path}");
        let request = self.app.request(Method::PUT, &path).0.json(&body);
        TestRequest(request).ok_empty().await;
    }

    /// Whether the user may read the file.
    async fn reads(&self) -> bool {
        let request = self.app.get("/files/d/a").0;
        let response = TestRequest(request.header("user-token", &self.token));
        let response = response.send().await;
        if response.status == 200 {
            return true;
        }
        assert_eq!(response.error().1, 4000);
        false
    }
}

#[tokio::test]
async fn roles_of_the_application_decide_after_users_and_before_roles_of_the_system() {
    let app = App::start().await;
    let user = app.user.clone();
    for (kind, grantee, reads) in [
        ("DENY", ("role", "*"), false),
        ("GRANT", ("role", "RestUser"), true),
        // A denial of one of several roles decides.
        ("DENY", ("role", "AuthenticatedUser"), false),
        ("GRANT", ("role", "Managers"), true),
        ("DENY", ("role", "Readers"), false),
        ("GRANT", ("user", "*"), true),
        ("DENY", ("user", &user), false),
    ] {
        app.set(kind, "d%2Fa", grantee).await;
        assert_eq!(app.reads().await, reads, "{kind} {grantee:?}");
    }
}

#[tokio::test]
async fn role_that_a_user_no_longer_has_does_not_decide() {
    let app = App::start().await;
    app.set("DENY", "d", ("role", "Managers")).await;
    assert!(!app.reads().await);
    app.role("unassignRole", "Managers").await;
    assert!(app.reads().await);
    // The closest rule decides, whoever it is for.
    app.set("DENY", "d", ("user", &app.user)).await;
    assert!(!app.reads().await);
    app.set("GRANT", "d%2Fa", ("role", "Readers")).await;
    assert!(app.reads().await);
}
