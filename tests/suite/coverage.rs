//! The public API calls every operation of the document, and requests and responses conform to the
//! document.

use std::collections::BTreeSet;

use backendless::ErrorKind;
use backendless::operations;
use backendless_tests::catalogue::{self, Context, Entry, Values};
use backendless_tests::spec::Spec;
use backendless_tests::{
    API_KEY, APP_ID, AddressForm, Exchange, HttpServer, RecordingProxy, Response, behind_app_path,
};

/// Fails with the name of an operation that is in the document and not in the catalogue.
#[tokio::test]
async fn the_public_api_calls_every_operation_of_the_document() {
    let spec = Spec::read();
    let table: BTreeSet<String> = operations::ALL.iter().map(|o| o.id().to_owned()).collect();
    assert_eq!(spec.operation_ids(), table);
    let has_no_entry = |id: &&String| catalogue::entry(id).is_none();
    let missing: Vec<_> = table.iter().filter(has_no_entry).collect();
    assert_eq!(
        missing, [""; 0],
        "operations without an entry in tests/kit/catalogue"
    );
    assert_eq!(catalogue::entries().len(), table.len());
}

/// Each call of an entry succeeds with the response of the entry, and sends one request, to the
/// operation of the entry, whatever the form of the address is.
#[tokio::test]
async fn every_call_of_the_catalogue_is_a_request_to_its_operation() {
    let spec = Spec::read();
    let server = HttpServer::plain(|request| {
        let path = behind_app_path(request.uri.path()).unwrap_or_default();
        let body = catalogue::response_to(request.method.as_str(), path, &Values::default());
        Response::json(200, body.unwrap_or_default().to_string())
    });
    for address in AddressForm::ALL {
        let client = address.client_builder(server.url(), APP_ID, API_KEY);
        let context = Context::new(&client.build().unwrap(), &Values::default());
        let app_path = address.app_path(APP_ID, API_KEY);
        for entry in catalogue::entries() {
            assert_each_call_is_one_request(entry, &context, &server, &app_path, &spec).await;
        }
    }
}

async fn assert_each_call_is_one_request(
    entry: &Entry,
    context: &Context,
    server: &HttpServer,
    app_path: &str,
    spec: &Spec,
) {
    let parameters = entry.operation.path_parameters();
    assert_eq!(
        parameters.len(),
        entry.path_values.len(),
        "{}",
        entry.operation
    );
    for (name, call) in entry.calls() {
        let before = server.requests().len();
        if let Err(error) = call.send(entry.context(context)).await {
            panic!("{name}: {error}");
        }
        let [request] = &server.requests()[before..] else {
            panic!("{name} is not one request");
        };
        let target = request.uri.to_string();
        let target = target.strip_prefix(app_path).unwrap_or_default();
        let operation = spec.operation_of(request.method.as_str(), target).unwrap();
        assert_eq!(operation.id, entry.operation.id(), "{name}");
    }
}

/// Checks every request of the client and every response of the local server against `openapi.yaml`.
#[tokio::test]
async fn requests_and_responses_conform_to_the_document() {
    for address in AddressForm::ALL {
        assert_exchanges_conform(address).await;
    }
}

async fn assert_exchanges_conform(address: AddressForm) {
    let spec = Spec::read();
    // Only the Cloud Code API key confirms the user.
    let must_confirm = address == AddressForm::Keys;
    let server = catalogue::local_server().email_confirmation(must_confirm);
    let server = server.start().await.unwrap();
    let tap = RecordingProxy::in_front_of(&server.url()).await;
    let client = address.client_builder(tap.url(), server.app_id(), server.cloud_code_key());
    let outcomes =
        catalogue::call_every_operation(&client.build().unwrap(), &Values::default()).await;
    let failed: Vec<_> = outcomes
        .into_iter()
        .filter_map(|(name, result)| result.err().map(|error| (name, error)))
        .collect();
    match address {
        AddressForm::Keys => assert!(failed.is_empty(), "{failed:?}"),
        AddressForm::Domain => {
            let kinds = failed
                .iter()
                .map(|(name, error)| (name.as_str(), error.kind()));
            assert_eq!(kinds.collect::<Vec<_>>(), FAILURES_AT_A_DOMAIN);
        }
    }
    let app_path = address.app_path(server.app_id(), server.cloud_code_key());
    let exchanges = tap.exchanges();
    let problems: Vec<String> = exchanges
        .iter()
        .flat_map(|exchange| spec.problems_of(exchange, &app_path))
        .collect();
    assert_eq!(problems, [""; 0]);
    assert!(exchanges.len() > operations::ALL.len());
    assert_tokens_are_described(&spec, &exchanges, &app_path);
}

/// Asserts that each response with a user token is one of an operation whose metadata say so.
fn assert_tokens_are_described(spec: &Spec, exchanges: &[Exchange], app_path: &str) {
    let has_token = |body: &[u8]| String::from_utf8_lossy(body).contains("\"user-token\"");
    let with_token = exchanges
        .iter()
        .filter(|exchange| has_token(&exchange.response_body));
    let returned: BTreeSet<String> = with_token
        .filter_map(|exchange| {
            let target = exchange.target.strip_prefix(app_path)?;
            Some(spec.operation_of(&exchange.method, target)?.id)
        })
        .collect();
    let described = spec.operations_that_return_a_token();
    assert!(returned.is_subset(&described), "{returned:?}");
    assert!(returned.contains("loginUser"), "{returned:?}");
}

#[test]
fn operations_whose_response_has_a_user_token_are_described_as_such() {
    let described = operations::ALL.iter();
    let described = described.filter(|operation| operation.returns_user_token());
    let described: BTreeSet<_> = described
        .map(|operation| operation.id().to_owned())
        .collect();
    assert_eq!(described, Spec::read().operations_that_return_a_token());
}

/// The calls that fail at a domain: its requests have the permissions of the REST API key, which confirms no e-mail address.
const FAILURES_AT_A_DOMAIN: [(&str, ErrorKind); 6] = [
    ("resendEmailConfirmation", ErrorKind::Api),
    ("setUserStatus", ErrorKind::Forbidden),
    ("verifyPassword", ErrorKind::Forbidden),
    ("assignRole", ErrorKind::Forbidden),
    ("getRolesOfUser", ErrorKind::Forbidden),
    ("unassignRole", ErrorKind::Forbidden),
];

/// Compares the table of README.md with the operations and the public API.
#[test]
fn readme_lists_every_operation_and_only_methods_that_exist() {
    const README: &str = include_str!("../../README.md");
    const API: &str = include_str!("../../backendless/public-api.txt");
    let (_, table) = README.split_once("\n| JS-SDK ").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mut listed = BTreeSet::new();
    let mut problems = Vec::new();
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [_, methods, operations] = cells[..] else {
            panic!("not a row with three cells: {row}");
        };
        listed.extend(code_spans(operations).map(str::to_owned));
        let is_unknown = |method: &&str| !has_method(API, method);
        problems.extend(code_spans(methods).filter(is_unknown));
    }
    let table: BTreeSet<String> = operations::ALL.iter().map(|o| o.id().to_owned()).collect();
    assert_eq!(listed, table);
    assert_eq!(problems, [""; 0], "methods that are not in the public API");
}

/// Returns the texts between backticks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether the listing of the public API has `Type::method`, whatever the type parameters. A request with parameters is
/// listed by them: `Find` is a `Request<_, FindParameters<T>>`.
fn has_method(api: &str, method: &str) -> bool {
    let (owner, name) = method.split_once("::").unwrap();
    let parameters = format!("parameters::{owner}Parameters");
    api.lines().any(|line| {
        let Some((path, _)) = line.split_once('(') else {
            return false;
        };
        let Some(path) = path.strip_prefix("pub fn backendless::") else {
            return false;
        };
        let function = match path.rsplit_once(">::") {
            Some((of_type, function)) if of_type.contains('<') && is_method_path(function) => {
                let is_owner = of_type.starts_with(&format!("{owner}<"));
                (is_owner || of_type.contains(&parameters)).then_some(function)
            }
            _ => path
                .strip_prefix(owner)
                .and_then(|rest| rest.strip_prefix("::")),
        };
        function.and_then(|function| function.split('<').next()) == Some(name)
    })
}

/// Whether the end of a path is only the name of a method, and its type parameters.
fn is_method_path(end: &str) -> bool {
    let name = end.split('<').next().unwrap_or_default();
    !name.is_empty() && !name.contains(':')
}
