//! Slashes in the paths of files, and requests for files that mean something else to the service.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{TestRequest, TestServer};

impl TestServer {
    fn upload_text(&self, path: &str, content: &str) -> TestRequest {
        let form = Form::new().part("file", Part::text(content.to_owned()).file_name("any"));
        TestRequest(self.request(Method::POST, path).0.multipart(form))
    }

    async fn text(&self, path: &str) -> String {
        let response = self.get(path).send().await;
        assert_eq!(response.status, 200, "{path}");
        String::from_utf8(response.body).unwrap()
    }

    /// Sends a request whose path no client normalizes and returns the response.
    async fn raw(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(self.server.address()).await.unwrap();
        let (app_id, api_key) = (self.server.app_id(), self.server.api_key());
        let head = format!(
            "{method} /{app_id}/{api_key}{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }
}

#[tokio::test]
async fn empty_segments_are_ignored() {
    let app = TestServer::start().await;
    for (sent, stored) in [
        ("/files//a.txt", "/files/a.txt"),
        ("/files///b.txt", "/files/b.txt"),
        ("/files/docs//c.txt", "/files/docs/c.txt"),
        ("/files//docs///sub//d.txt", "/files/docs/sub/d.txt"),
        ("/files//my%20dir/e.txt", "/files/my%20dir/e.txt"),
        ("/files//docs%2Ff.txt", "/files/docs/f.txt"),
    ] {
        let response = app.upload_text(sent, sent).ok().await;
        let url = response["fileURL"].as_str().unwrap();
        assert!(url.ends_with(stored) && !url.contains("files//"), "{url}");
        // Both paths are the same file.
        assert_eq!(app.text(sent).await, sent);
        assert_eq!(app.text(stored).await, sent);
        let twice = app.upload_text(stored, "other").rejected().await;
        assert_eq!(twice, (400, 6003), "{sent}");
    }
    assert_eq!(app.delete("/files//a.txt").ok().await, 1);
    assert_eq!(app.delete("/files//docs//sub/").ok().await, 1);
    assert_eq!(app.delete("/files//docs").ok().await, 2);
    assert_eq!(app.text("/files/b.txt").await, "/files///b.txt");
}

#[tokio::test]
async fn missing_file_behind_empty_segments_is_6000() {
    let app = TestServer::start().await;
    for path in [
        "/files//non/existing",
        "/files///non//existing",
        "/files//non/existing/",
    ] {
        assert_eq!(app.delete(path).rejected().await, (404, 6000), "{path}");
    }
    let got = app.get("/files//non/existing").rejected().await;
    assert_eq!(got, (404, 6000));
}

#[tokio::test]
async fn root_directory_is_never_deleted() {
    let app = TestServer::start().await;
    app.upload_text("/files/a.txt", "a").ok().await;
    for path in ["/files", "/files/", "/files//", "/files///"] {
        assert!(app.delete(path).send().await.status >= 400, "{path}");
        let entries = app.get(path).ok().await;
        assert_eq!(entries[0]["url"], "a.txt", "{path}");
        assert!(
            app.upload_text(path, "b").send().await.status >= 400,
            "{path}"
        );
    }
    for path in ["/files/%2F", "/files//%2F", "/files/%2F%2F"] {
        assert_eq!(app.delete(path).rejected().await, (400, 6001), "{path}");
    }
    assert_eq!(app.text("/files/a.txt").await, "a");
}

#[tokio::test]
async fn no_path_leads_outside_of_its_directory() {
    let app = TestServer::start().await;
    app.upload_text("/files/a.txt", "a").ok().await;
    for path in [
        "/files/..",
        "/files/../a.txt",
        "/files//../a.txt",
        "/files/docs/../a.txt",
        "/files/docs/%2e%2e/a.txt",
        "/files/%2e%2e%2fa.txt",
        "/files//%2e%2e/a.txt",
        "/files/./a.txt",
        "/files/%2e/a.txt",
        "/files/..%5ca.txt",
        "/files/a.txt%00",
    ] {
        for method in ["GET", "DELETE", "POST"] {
            let response = app.raw(method, path).await;
            assert!(
                response.starts_with("HTTP/1.1 400 "),
                "{method} {path}: {response}"
            );
            assert!(
                response.contains("\"code\":6001"),
                "{method} {path}: {response}"
            );
        }
    }
    assert_eq!(app.text("/files/a.txt").await, "a");
}

#[tokio::test]
async fn empty_segments_of_other_services_are_rejected() {
    let app = TestServer::start().await;
    for (method, path) in [
        (Method::GET, "/data//Person"),
        (Method::POST, "//data/Person"),
        (Method::POST, "/messaging//news"),
        (Method::PUT, "/cache//k"),
        (Method::PUT, "/counters//c/reset"),
    ] {
        let call = app.request(method, path);
        assert_eq!(call.rejected().await, (404, 2001), "{path}");
    }
}

#[tokio::test]
async fn parameters_of_other_operations_are_not_ignored() {
    let app = TestServer::start().await;
    app.upload_text("/files/d/f.txt", "content").ok().await;
    // A file has no entries.
    for query in [
        "action=count",
        "pattern=*",
        "sub=true",
        "pagesize=10",
        "offset=0",
    ] {
        let path = format!("/files/d/f.txt?{query}");
        assert_eq!(app.get(&path).rejected().await, (400, 6001), "{path}");
        let path = format!("/files/missing?{query}");
        assert_eq!(app.get(&path).rejected().await, (404, 6000), "{path}");
    }
    for query in [
        "action=nope",
        "action",
        "sub=1",
        "pagesize=0",
        "offset=-1",
        "pagesize=x",
    ] {
        let path = format!("/files/d?{query}");
        assert_eq!(app.get(&path).rejected().await, (400, 8008), "{path}");
    }
    for query in ["pattern=*.html", "sub=false"] {
        let path = format!("/files/d?{query}");
        assert_eq!(app.delete(&path).rejected().await, (404, 2001), "{path}");
    }
    // Any other parameter, such as one that bypasses caches, changes nothing.
    assert_eq!(app.text("/files/d/f.txt?v=2").await, "content");
}

#[tokio::test]
async fn names_of_operations_are_not_paths_of_files() {
    let app = TestServer::start().await;
    for path in [
        "/files/append%2Fa.txt",
        "/files/%61ppend/a.txt",
        "/files//append/a.txt",
        "/files/append",
        "/files/binary/a.txt",
        "/files/copy",
        "/files/move",
        "/files/rename",
        "/files/permissions/GRANT/a.txt",
        "/files/docs/",
    ] {
        let (status, code) = app.upload_text(path, "a").rejected().await;
        assert!(matches!(status, 404 | 405) && code == 2001, "{path}");
    }
    // A form below it is appended to the file with the rest of the path.
    app.upload_text("/files/append/a.txt", "a").ok().await;
    assert_eq!(app.text("/files/a.txt").await, "a");
    let below = app.get("/files/append/a.txt?action=exists");
    assert_eq!(below.rejected().await, (405, 2001));
    // Below another directory they are.
    app.upload_text("/files/docs/copy", "a").ok().await;
    assert_eq!(app.text("/files/docs/copy").await, "a");
}
