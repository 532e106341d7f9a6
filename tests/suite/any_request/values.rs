//! Values of a path, which belong to the operation that the path names.

use backendless::{AnyRequest, Client, ErrorKind, Method};
use backendless_tests::{Behaviour, Recorder, ScriptedServer, TestClock};

/// Returns a request whose path has `values`, separated by spaces.
fn request(client: &Client, method: Method, path: &str, values: &str) -> AnyRequest {
    let request = client.request(method, path);
    let values = values.split_whitespace();
    values.fold(request, |request, value| request.segment(value))
}

#[tokio::test]
async fn value_cannot_select_another_operation() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client().with_user_token("TOKEN-1");
    for (method, path, values, selected) in [
        (Method::GET, "/users/{id}", "logout", ", `/users/logout`"),
        (Method::GET, "/users/{id}/", "logout", ", `/users/logout`"),
        (
            Method::GET,
            "/{service}/{id}",
            "users logout",
            ", `/users/logout`",
        ),
        (
            Method::GET,
            "/{service}/logout",
            "users",
            ", `/users/logout`",
        ),
        (
            Method::DELETE,
            "/data/{table}/{id}",
            "bulk Person",
            ", `/data/bulk/{table-name}`",
        ),
        (
            Method::GET,
            "/data/{table}/{id}",
            "Person count",
            ", `/data/{table-name}/count`",
        ),
        (
            Method::DELETE,
            "/data/{table}/{id*}",
            "bulk Person",
            ", `/data/bulk/{table-name}`",
        ),
        (
            Method::PUT,
            "/counters/{name}/{action*}",
            "visits increment/get",
            ", `/counters/{counter-name}/increment/get`",
        ),
        // Its error codes may be those of the application.
        (Method::PATCH, "/{service}/a", "services", ""),
    ] {
        let sent = request(&client, method.clone(), path, values).await;
        let error = sent.expect_err(path);
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        let text = format!(
            "{method} {path}: a value that is set with `segment` selects another operation{selected}: write the segments \
             that name an operation in the path itself (nothing was sent)"
        );
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(server.requests().len(), 0);
    // The session was not ended.
    client.counters().get("visits").await.unwrap_err();
    assert_eq!(server.request().header("user-token"), Some("TOKEN-1"));
}

#[tokio::test]
async fn other_values_are_sent() {
    let server = Recorder::responding(200, "null").await;
    let client = server.client();
    for (method, path, values) in [
        (Method::GET, "/data/{table}/{id}", "logout bulk"),
        (Method::GET, "/data/{table}/count", "Person"),
        (Method::GET, "/files/{path*}", "a/b/c.txt"),
        // Only a PUT to this path writes a file.
        (Method::GET, "/files/{path*}", "binary/a"),
        (
            Method::GET,
            "/services/{service}/{path*}",
            "Shop items/5/parts",
        ),
        (Method::PATCH, "/hive/{name}/{key}", "a b"),
        // The value is a complete path, which the caller chose.
        (Method::GET, "/{path*}", "data/Person/count"),
    ] {
        request(&client, method, path, values).await.unwrap();
    }
    assert_eq!(server.requests().len(), 7);
}

#[tokio::test]
async fn complete_path_as_a_value_ends_the_session_as_the_path_itself() {
    for (path, values) in [
        ("/{path*}", "users/logout"),
        ("/users/logout", ""),
        ("/users/logout/", ""),
    ] {
        let server = Recorder::responding(200, "null").await;
        let client = server.client().with_user_token("TOKEN-1");
        request(&client, Method::GET, path, values).await.unwrap();
        let error = client.counters().get("visits").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{path}");
    }
}

#[tokio::test]
async fn slash_at_the_end_changes_no_metadata() {
    for path in [
        "/counters/visits/increment/get",
        "/counters/visits/increment/get/",
    ] {
        let server = ScriptedServer::always(Behaviour::close_before_headers()).await;
        let builder = server.client_builder().clock(TestClock::default());
        let client = builder.build().unwrap();
        let error = client.request(Method::PUT, path).await.unwrap_err();
        assert_eq!(
            (error.attempts(), server.requests().len()),
            (1, 1),
            "{path}"
        );
    }
}
