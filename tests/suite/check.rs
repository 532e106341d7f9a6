//! The check of a client's settings: each problem is distinguished from the others, with its remedy.

use std::time::Duration;

use backendless::{
    CheckProblem, Client, Error, ErrorKind, RetryPolicy, TokenStore, TokenStoreFuture, UserToken,
};
use backendless_local::Server;
use backendless_tests::{
    API_KEY, APP_ID, AddressForm, Authority, Behaviour, HttpServer, Protocol, Proxy, Recorder,
    Response, ScriptedServer,
};
use serde_json::json;

use crate::support::{
    assert_no_body, assert_request_line, error_body, local_client, log_in_new_user,
};

const TOKEN: &str = "TOKEN-0003";
const PAGE: &str = "<!DOCTYPE html><html><title>Welcome</title></html>";

#[tokio::test]
async fn error_of_a_check_is_named_by_the_check() {
    let account = |server: &Recorder| server.builder().credentials("robot", "PASSWORD-0004");
    let page = Recorder::responding(200, "{}").await;
    for builder in [page.builder(), account(&page)] {
        let text = check(builder.build().unwrap()).await.to_string();
        assert!(text.starts_with("check (GET /info): 200: "), "{text}");
        assert!(text.contains("neither `rtURL` nor `loggers`"), "{text}");
    }
    // The error of its login is that of another request.
    let info = json!({"rtURL": "https://rt.example.com", "loggers": []}).to_string();
    let responses = vec![(200, info), (401, error_body(3003))];
    let server = Recorder::responding_in_turn(responses).await;
    let error = check(account(&server).build().unwrap()).await;
    assert_eq!(error.check_problem(), Some(CheckProblem::InvalidAccount));
    assert!(error.to_string().starts_with("loginUser: 401"), "{error}");
}

/// Asserts that the check fails with this problem, and that its error has the remedy and no secret.
#[track_caller]
fn assert_problem(error: &Error, problem: CheckProblem) {
    assert_problem_with(error, problem, problem.remedy());
}

#[track_caller]
fn assert_problem_with(error: &Error, problem: CheckProblem, remedy: &str) {
    assert_eq!(error.check_problem(), Some(problem), "{error}");
    let text = error.to_string();
    let remedy = format!("; {remedy} (");
    assert!(text.contains(&remedy), "{text}");
    for secret in [APP_ID, API_KEY, TOKEN] {
        assert!(!format!("{text} {error:?}").contains(secret), "{text}");
    }
}

async fn check(client: Client) -> Error {
    client.check().retry(RetryPolicy::none()).await.unwrap_err()
}

async fn problem_of(status: u16, body: &str) -> Error {
    let server = Recorder::responding(status, body).await;
    check(server.builder().user_token(TOKEN).build().unwrap()).await
}

#[tokio::test]
async fn check_is_one_request_without_a_body() {
    let info = json!({"rtURL": "https://rt.example.com", "loggers": []}).to_string();
    for address in AddressForm::ALL {
        let server = Recorder::responding(200, &info).await;
        let client = server.builder_of(address).build().unwrap();
        client.check().await.unwrap();
        let request = server.request();
        assert_request_line(&request, "GET", "/info");
        assert_no_body(&request);
    }
}

#[tokio::test]
async fn check_of_the_local_server_succeeds_with_each_valid_caller() {
    let server = Server::start().await.unwrap();
    let anonymous = local_client(&server);
    let session = log_in_new_user(&anonymous, "robot@example.com").await;
    let account = Client::for_domain(server.url()).credentials("robot@example.com", "pa55");
    for client in [anonymous, session.into_client(), account.build().unwrap()] {
        client.check().await.unwrap();
    }
}

/// The password is sent only after an anonymous request has shown that Backendless responds.
#[tokio::test]
async fn check_of_a_service_account_first_identifies_the_server() {
    let info = json!({"rtURL": "https://rt.example.com", "loggers": []}).to_string();
    let login = json!({"objectId": "B2", "user-token": TOKEN}).to_string();
    for address in AddressForm::ALL {
        let server = Recorder::in_turn(vec![info.clone(), login.clone(), info.clone()]).await;
        let client = server.builder_of(address).credentials("robot", "pa55");
        let client = client.build().unwrap();
        client.check().await.unwrap();
        let requests = server.requests();
        let sent = requests
            .iter()
            .map(|r| (&*r.target, r.header("user-token")));
        assert_eq!(
            sent.collect::<Vec<_>>(),
            [
                ("/info", None),
                ("/users/login", None),
                ("/info", Some(TOKEN))
            ]
        );
        assert_no_body(&requests[0]);
        // With a session, no login follows.
        client.check().await.unwrap();
        assert_eq!(server.requests().len(), 4);
    }
}

#[tokio::test]
async fn password_is_not_sent_to_another_server() {
    for (status, body) in [
        (200, PAGE.to_owned()),
        (200, "{}".to_owned()),
        (404, String::new()),
        (302, String::new()),
        (400, error_body(2002)),
        (400, error_body(3064)),
        (
            200,
            json!({"objectId": "B2", "user-token": TOKEN}).to_string(),
        ),
    ] {
        let server = Recorder::responding(status, &body).await;
        let client = server.builder().credentials("robot", "PASSWORD-0004");
        let error = check(client.build().unwrap()).await;
        assert!(error.check_problem().is_some(), "{error}");
        let request = server.request();
        assert_eq!((&*request.target, &*request.body), ("/info", ""));
        assert_eq!(request.header("user-token"), None);
    }
}

/// A stored token that another server rejects leads to no login there.
#[tokio::test]
async fn password_is_not_sent_to_a_server_that_rejects_a_stored_token() {
    #[derive(Debug)]
    struct Stored;

    impl TokenStore for Stored {
        fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
            Box::pin(async { Ok(Some(TOKEN.into())) })
        }

        fn save(&self, _: UserToken) -> TokenStoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }

        fn clear(&self) -> TokenStoreFuture<'_, ()> {
            Box::pin(async { Ok(()) })
        }
    }

    let server = Recorder::responding(400, &error_body(3064)).await;
    let client = server.builder().credentials("robot", "PASSWORD-0004");
    let error = check(client.token_store(Stored).build().unwrap()).await;
    assert_eq!(error.check_problem(), Some(CheckProblem::InvalidSession));
    let requests = server.requests();
    let sent = requests
        .iter()
        .map(|r| (&*r.target, r.header("user-token")));
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [("/info", Some(TOKEN)), ("/info", None)]
    );
}

#[tokio::test]
async fn wrong_app_id_key_and_domain_are_an_invalid_application() {
    let server = Server::start().await.unwrap();
    let (app_id, api_key) = (server.app_id(), server.api_key());
    let of_keys = "check the application id, the REST API key and the API URL";
    for (app_id, api_key) in [(app_id, "another-key"), ("another-app", api_key)] {
        let client = Client::builder(app_id, api_key).api_url(server.url());
        let error = check(client.build().unwrap()).await;
        assert_problem_with(&error, CheckProblem::InvalidApplication, of_keys);
    }
    let of_domain = "check the domain and the API path";
    for code in [2002, 3008, 8022] {
        let error = problem_of(400, &error_body(code)).await;
        assert_problem_with(&error, CheckProblem::InvalidApplication, of_keys);
        let domain = Recorder::responding(400, &error_body(code)).await;
        let error = check(Client::for_domain(domain.url()).build().unwrap()).await;
        assert_problem_with(&error, CheckProblem::InvalidApplication, of_domain);
    }
}

#[tokio::test]
async fn invalid_session_is_distinguished_from_an_invalid_account() {
    for (code, problem) in [
        (3064, CheckProblem::InvalidSession),
        (3048, CheckProblem::InvalidSession),
        (3091, CheckProblem::InvalidSession),
        (3003, CheckProblem::InvalidAccount),
        (3036, CheckProblem::InvalidAccount),
        (3090, CheckProblem::InvalidAccount),
    ] {
        assert_problem(&problem_of(400, &error_body(code)).await, problem);
    }
    let server = Server::start().await.unwrap();
    let client = local_client(&server);
    let unknown_token = client.with_user_token("unknown");
    assert_problem(&check(unknown_token).await, CheckProblem::InvalidSession);
    let account = Client::for_domain(server.url()).credentials("robot@example.com", "guess");
    let error = check(account.build().unwrap()).await;
    assert_problem(&error, CheckProblem::InvalidAccount);

    let session = log_in_new_user(&client, "ann@example.com").await;
    session.logout().await.unwrap();
    let error = check(session.into_client()).await;
    assert_problem(&error, CheckProblem::InvalidSession);
    assert_eq!(error.attempts(), 0);
}

#[tokio::test]
async fn server_that_is_not_backendless_is_distinguished_from_a_redirect() {
    for (status, body) in [
        (200, PAGE),
        (200, "{}"),
        (200, "null"),
        (200, "[]"),
        (200, r#"{"status":"ok"}"#),
        (401, PAGE),
        (403, "forbidden"),
        (404, PAGE),
        (404, r#"{"message":"Not Found"}"#),
        (405, ""),
    ] {
        let error = problem_of(status, body).await;
        assert_problem(&error, CheckProblem::NotBackendless);
    }
    for status in [301, 302, 307, 308] {
        let location = [("location", "https://www.example.com/")];
        let server = Recorder::with_headers(status, &location, PAGE).await;
        assert_problem(&check(server.client()).await, CheckProblem::Redirect);
    }
    let smtp = ScriptedServer::always(Behaviour::bytes("220 smtp.example.com\r\n\r\n")).await;
    let error = check(smtp.client_builder().build().unwrap()).await;
    assert_problem(&error, CheckProblem::NotBackendless);
}

#[tokio::test]
async fn failure_of_the_service_is_no_wrong_setting() {
    for (status, body, problem) in [
        (500, PAGE.to_owned(), CheckProblem::Unavailable),
        (502, PAGE.to_owned(), CheckProblem::Unavailable),
        (503, String::new(), CheckProblem::Unavailable),
        (500, error_body(1), CheckProblem::Unavailable),
        (429, String::new(), CheckProblem::RateLimited),
        (400, error_body(999), CheckProblem::RateLimited),
        (400, error_body(9070), CheckProblem::RateLimited),
        (400, error_body(2000), CheckProblem::Rejected),
        (400, error_body(8002), CheckProblem::Rejected),
    ] {
        assert_problem(&problem_of(status, &body).await, problem);
    }
}

#[tokio::test]
async fn failures_to_reach_the_server_are_distinguished() {
    let closed = ScriptedServer::refusing_connections();
    let error = check(closed.client_builder().build().unwrap()).await;
    assert_problem(&error, CheckProblem::Unreachable);
    assert_eq!(error.kind(), ErrorKind::Connect);
    let server = closed.url().replace("http://", "");
    let expected =
        format!("check (GET /info): the connection to {server} could not be established: ");
    assert!(error.to_string().starts_with(&expected), "{error}");

    let stalled = ScriptedServer::always(Behaviour::stall()).await;
    let client = stalled.client_builder().timeout(Duration::from_millis(20));
    let error = check(client.build().unwrap()).await;
    assert_problem(&error, CheckProblem::Unreachable);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let server = stalled.url().replace("http://", "");
    let expected = format!("no response was received from {server} within the timeout of 20ms");
    assert_eq!(error.message(), expected);

    let closed = ScriptedServer::always(Behaviour::close_before_headers()).await;
    let error = check(closed.client_builder().build().unwrap()).await;
    assert_problem(&error, CheckProblem::Unreachable);
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    let server = closed.url().replace("http://", "");
    let expected = format!("the connection to {server} was lost: ");
    assert!(error.message().starts_with(&expected), "{error}");

    // RFC 6761 reserves this name, which no resolver knows.
    let unknown = Client::for_domain("http://backendless.invalid");
    let error = check(unknown.build().unwrap()).await;
    assert_problem(&error, CheckProblem::UnknownHost);
    let expected = "the connection to backendless.invalid:80 could not be established: the host name could not be resolved";
    assert!(error.message().starts_with(expected), "{error}");
    assert!(error.is_retryable(), "{error}");
}

/// The service responds, but to another path than that of the API.
#[tokio::test]
async fn unknown_path_of_the_service_is_a_wrong_address() {
    for status in [404, 405] {
        for code in [1000, 8002, 9000] {
            let error = problem_of(status, &error_body(code)).await;
            assert_problem(&error, CheckProblem::NotBackendless);
        }
    }
    let remedy = CheckProblem::NotBackendless.remedy();
    assert!(
        remedy.starts_with("use the address of the API, which is usually "),
        "{remedy}"
    );
}

/// Errors name the origin to which the server redirects, and nothing else of the `Location`.
#[tokio::test]
async fn redirect_names_the_origin_of_its_location() {
    for (location, expected) in [
        (
            "https://www.example.com/SECRET-PATH?SECRET-QUERY",
            "to https://www.example.com, which",
        ),
        (
            "https://SECRET-USER:SECRET-PASSWORD@www.example.com:8443/",
            "to https://www.example.com:8443, which",
        ),
        (
            "//www.example.com/SECRET-PATH",
            "to http://www.example.com, which",
        ),
        ("/SECRET-PATH", "to http://127.0.0.1:"),
        ("ftp://www.example.com/", "a redirect, which"),
        ("https://", "a redirect, which"),
    ] {
        let server = Recorder::with_headers(308, &[("location", location)], PAGE).await;
        let error = check(server.client()).await;
        assert_problem(&error, CheckProblem::Redirect);
        let text = format!("{error} {error:?}");
        assert!(
            text.contains(expected) && !text.contains("SECRET"),
            "{text}"
        );
    }
    // An origin with a secret of the client is omitted.
    for host in [APP_ID, TOKEN] {
        let location = format!("https://{host}.example.com/");
        let server = Recorder::with_headers(302, &[("location", &location)], PAGE).await;
        let error = check(server.client().with_user_token(TOKEN)).await;
        assert_problem(&error, CheckProblem::Redirect);
        assert!(error.message().contains("a redirect, which"), "{error}");
    }
}

/// A host name may contain the app id.
#[tokio::test]
async fn server_whose_name_contains_a_secret_is_not_named() {
    for host in [APP_ID.to_lowercase(), "a0f5".to_owned()] {
        for app_id in [APP_ID, "A0F5"] {
            let client = Client::builder(app_id, API_KEY).api_url(format!("http://{host}.invalid"));
            let error = check(client.build().unwrap()).await;
            let is_named = error.message().contains(".invalid:80");
            assert_eq!(is_named, !host.eq_ignore_ascii_case(app_id), "{error}");
        }
    }
}

/// The address may be right: what cannot be reached is the proxy.
#[tokio::test]
async fn unreachable_and_unknown_proxies_are_no_problem_of_the_address() {
    let closed = ScriptedServer::refusing_connections();
    let closed = closed.url().replace("http://", "");
    for (proxy, named) in [
        (closed.as_str(), closed.as_str()),
        ("proxy.invalid", "proxy.invalid:80"),
    ] {
        for url in [
            "http://api.example.com",
            "https://api.example.com",
            "http://api.invalid",
        ] {
            let client = Client::builder(APP_ID, API_KEY)
                .api_url(url)
                .proxy(format!("http://user:PROXY-0005@{proxy}/"));
            let error = check(client.build().unwrap()).await;
            assert_problem(&error, CheckProblem::Proxy);
            assert_eq!(error.kind(), ErrorKind::Connect);
            let expected = format!(" could not be established through the proxy {named}: ");
            assert!(error.message().contains(&expected), "{error}");
            assert!(
                !format!("{error} {error:?}").contains("PROXY-0005"),
                "{error}"
            );
        }
    }
    let remedy = CheckProblem::Proxy.remedy();
    assert!(remedy.starts_with("check the proxy: "), "{remedy}");
}

#[tokio::test]
async fn failure_of_tls_is_distinguished_from_one_of_a_proxy() {
    let trusted = Authority::new();
    let success = |_: &_| Response::json(200, r#"{"loggers":[],"rtURL":""}"#);
    let loopback = ["localhost", "127.0.0.1"];
    let start = |identity| HttpServer::secure(identity, Protocol::Http1, success);
    let trusting = |url: &str| {
        let client = Client::builder(APP_ID, API_KEY).api_url(url);
        client.root_certificate(trusted.pem())
    };
    for server in [
        start(Authority::new().identity(&loopback)),
        start(trusted.expired_identity(&loopback)),
        start(trusted.identity(&["elsewhere.example"])),
    ] {
        let error = check(trusting(server.url()).build().unwrap()).await;
        assert_problem(&error, CheckProblem::Tls);
    }
    let plain = HttpServer::plain(success);
    let with_tls = plain.url().replace("http://", "https://");
    let error = check(trusting(&with_tls).build().unwrap()).await;
    assert_problem(&error, CheckProblem::Tls);
    let hint = "check whether the address starts with `http` instead of `https`";
    assert!(error.message().ends_with(hint), "{error}");

    let server = start(trusted.identity(&loopback));
    trusting(server.url())
        .build()
        .unwrap()
        .check()
        .await
        .unwrap();
    for response in [
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n",
    ] {
        let proxy = Proxy::rejecting(response).await;
        let client = trusting(server.url()).proxy(proxy.url_with("user", "PROXY-0005"));
        let error = check(client.build().unwrap()).await;
        assert_problem(&error, CheckProblem::Proxy);
    }
    // Behind a proxy, the TLS is that of the server.
    let proxy = Proxy::open().await;
    let untrusted = start(Authority::new().identity(&loopback));
    let client = trusting(untrusted.url()).proxy(proxy.url());
    assert_problem(&check(client.build().unwrap()).await, CheckProblem::Tls);
    // The TLS of the connection to the proxy.
    for url in [plain.url(), server.url()] {
        let client = trusting(url).proxy(untrusted.url());
        let error = check(client.build().unwrap()).await;
        assert_problem(&error, CheckProblem::Proxy);
    }
}

/// Without TLS, a proxy responds in place of the server.
#[tokio::test]
async fn proxy_that_requires_a_password_is_a_problem_of_the_proxy() {
    for body in ["", "{}", PAGE] {
        let server = Recorder::responding(407, body).await;
        let error = check(server.client()).await;
        assert_problem(&error, CheckProblem::Proxy);
    }
}

/// No request has a condition that this status could reject, so it names no other address.
#[tokio::test]
async fn response_that_is_not_modified_is_no_redirect() {
    let server = Recorder::responding(304, "").await;
    let error = check(server.client()).await;
    assert_problem(&error, CheckProblem::Rejected);
}

#[tokio::test]
async fn argument_that_cannot_be_sent_is_no_problem_of_the_service() {
    let server = Recorder::responding(200, "{}").await;
    let error = check(server.client().with_user_token("a\nb")).await;
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.check_problem(), None);
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn rate_limit_of_the_client_is_no_problem_of_the_service() {
    let info = json!({"rtURL": "", "loggers": []}).to_string();
    let server = Recorder::responding(200, &info).await;
    let builder = server.builder().requests_per_minute(1);
    let client = builder.timeout(Duration::from_secs(30)).build().unwrap();
    client.check().await.unwrap();
    let error = check(client).await;
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.check_problem(), None);
    let text = error.to_string();
    // The only remedy: the plan of the application does not matter.
    let remedy = ": send fewer requests, or increase this limit or the timeout (nothing was sent)";
    assert!(text.ends_with(remedy), "{text}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn errors_of_other_requests_have_no_problem_of_a_check() {
    let server = Recorder::responding(400, &error_body(2002)).await;
    let error = server.client().application_info().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidApplication);
    assert_eq!(error.check_problem(), None);
}
