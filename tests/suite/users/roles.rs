//! Roles of users.

use backendless::{ErrorCode, ErrorKind};
use backendless_local::Server;
use backendless_tests::Recorder;

use super::{code_client, register};
use crate::support::{
    assert_json, assert_no_body, assert_rejected, assert_request_line, local_client,
    recorded_request,
};

#[tokio::test]
async fn role_requests_have_the_form_of_the_official_sdk() {
    let request = recorded_request("[]", |client| client.users().roles()).await;
    assert_request_line(&request, "GET", "/users/userroles");
    assert_no_body(&request);

    let request = recorded_request("[]", |client| client.users().roles_of("U 1")).await;
    assert_request_line(&request, "GET", "/users/userroles/U%201");

    let body = r#"{"user":"a@b.c","roleName":"Managers"}"#;
    let request =
        recorded_request("", |client| client.users().assign_role("a@b.c", "Managers")).await;
    assert_request_line(&request, "POST", "/users/assignRole");
    assert_json(&request, body);
    let request = recorded_request("", |client| {
        client.users().unassign_role("a@b.c", "Managers")
    })
    .await;
    assert_request_line(&request, "POST", "/users/unassignRole");
    assert_json(&request, body);

    let request = recorded_request("[]", |client| client.users().find_by_role("Man agers")).await;
    assert_request_line(&request, "GET", "/users/role/Man%20agers");
    let request = recorded_request("[]", |client| {
        let managers = client.users().find_by_role("Managers").load_roles(true);
        let managers = managers.filter("age > 3").filter("age < 9");
        managers
            .sort_by("name")
            .sort_by("age desc")
            .page_size(50)
            .offset(100)
    })
    .await;
    assert_request_line(
        &request,
        "GET",
        "/users/role/Managers?loadRoles=true&offset=100&pageSize=50&sortBy=name%2Cage+desc&\
         where=%28age+%3E+3%29+AND+%28age+%3C+9%29",
    );
}

#[tokio::test]
async fn page_of_users_has_1_to_100_users() {
    let server = Recorder::responding(200, "[]").await;
    let users = server.client().users();
    for size in [0, 101] {
        let find = users.find_by_role("Managers").page_size(size);
        let error = find.await.unwrap_err();
        assert_rejected(&error, "findUsersByRole", "page_size ");
    }
    let find = users.find_by_role("Managers").offset(u64::MAX);
    assert_rejected(&find.await.unwrap_err(), "findUsersByRole", "offset ");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn assigned_role_is_returned_until_it_is_removed() {
    let server = Server::builder().role("Managers").role("Auditors");
    let server = server.start().await.unwrap();
    let client = local_client(&server);
    let ann = register(&client, "ann@example.com").await;
    let bob = register(&client, "bob@example.com").await;
    let session = client.users().login("ann@example.com", "pa55").await;
    let session = session.unwrap();
    let code = code_client(&server).users();
    code.assign_role("Ann@example.com", "Managers")
        .await
        .unwrap();
    code.assign_role(&ann.object_id, "Managers").await.unwrap();
    code.assign_role(&bob.object_id, "Managers").await.unwrap();
    code.assign_role(&ann.object_id, "Auditors").await.unwrap();

    let roles = session.client().users().roles().await.unwrap();
    assert_eq!(
        roles,
        ["AuthenticatedUser", "RestUser", "Auditors", "Managers"]
    );
    let of_ann = code.roles_of(&ann.object_id).await.unwrap();
    assert_eq!(of_ann, ["Auditors", "Managers"]);
    let anonymous = client.users().roles().await.unwrap();
    assert_eq!(anonymous, ["NotAuthenticatedUser", "RestUser"]);
    let of_code = code.roles().await.unwrap();
    assert_eq!(of_code, ["NotAuthenticatedUser", "ServerCodeUser"]);

    let find = || {
        client
            .users()
            .find_by_role("Managers")
            .sort_by("email desc")
    };
    let emails: Vec<_> = find()
        .await
        .unwrap()
        .into_iter()
        .map(|user| user.email)
        .collect();
    assert_eq!(
        emails,
        [
            Some("bob@example.com".to_owned()),
            Some("ann@example.com".to_owned())
        ]
    );
    let second = find()
        .page_size(1)
        .offset(1)
        .load_roles(true)
        .await
        .unwrap();
    let [user] = second.as_slice() else {
        panic!("{second:?}")
    };
    assert_eq!(user.object_id, ann.object_id);
    let roles: Vec<String> = user.property("roles").unwrap().unwrap();
    assert_eq!(roles, ["Auditors", "Managers"]);
    let filtered = find().filter("email = 'ann@example.com' or email = 'eve@example.com'");
    assert_eq!(filtered.await.unwrap().len(), 1);

    code.unassign_role("ann@example.com", "Managers")
        .await
        .unwrap();
    assert_eq!(find().await.unwrap().len(), 1);
    let of_ann = code.roles_of(&ann.object_id).await.unwrap();
    assert_eq!(of_ann, ["Auditors"]);
}

#[tokio::test]
async fn roles_are_changed_by_server_code_only() {
    let server = Server::builder().role("Managers").start().await.unwrap();
    let client = local_client(&server);
    let object_id = register(&client, "ann@example.com").await.object_id;
    let users = client.users();
    let code = code_client(&server).users();
    let ann = "ann@example.com";
    for (result, kind, number) in [
        (
            users.assign_role(ann, "Managers").await,
            ErrorKind::Forbidden,
            2_011,
        ),
        (
            users.unassign_role(ann, "Managers").await,
            ErrorKind::Forbidden,
            2_011,
        ),
        (
            code.assign_role(ann, "AuthenticatedUser").await,
            ErrorKind::Forbidden,
            2_007,
        ),
        (
            code.unassign_role(ann, "AuthenticatedUser").await,
            ErrorKind::Forbidden,
            2_008,
        ),
        (
            code.assign_role(ann, "Unknown").await,
            ErrorKind::NotFound,
            2_005,
        ),
        (
            code.unassign_role(ann, "Unknown").await,
            ErrorKind::NotFound,
            2_005,
        ),
        (
            code.assign_role("eve@example.com", "Managers").await,
            ErrorKind::NotFound,
            3_057,
        ),
        (
            users.find_by_role("Unknown").await.map(drop),
            ErrorKind::NotFound,
            2_005,
        ),
        (
            users.roles_of(&object_id).await.map(drop),
            ErrorKind::Forbidden,
            2_011,
        ),
        (
            code.roles_of("unknown").await.map(drop),
            ErrorKind::NotFound,
            3_057,
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::new(number)), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert!(users.find_by_role("Managers").await.unwrap().is_empty());
}
