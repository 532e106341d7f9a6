//! Requests that are generated from the document, against the local server.
//!
//! `BACKENDLESS_SCHEMA_REQUESTS` sets their number, `BACKENDLESS_SCHEMA_SEED` the seed, which is printed.

mod chains;
mod check;
mod examples;
mod generate;
mod tally;

use std::collections::BTreeMap;

use backendless_local::{Server, ServiceError};
use backendless_tests::catalogue;
use backendless_tests::spec::Spec;
use serde_json::{Value, json};

use crate::case::{folder, read};
use crate::wire::Wire;
use check::Checker;
use generate::Generator;
use tally::Tally;

/// The number of requests without the variable.
const DEFAULT_REQUESTS: usize = 1_000;
/// The seed without the variable, so that each run of CI sends the same requests.
const DEFAULT_SEED: u64 = 16;

fn variable<N: std::str::FromStr>(name: &str, default: N) -> N {
    let value = std::env::var(name).ok();
    value.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is not a number: {text}"))
    })
}

async fn server() -> Server {
    let echo = |arguments: Value| Ok::<Value, ServiceError>(arguments);
    let server = catalogue::local_server()
        .email_confirmation(false)
        .role("Editors")
        .push_template("IOS", "welcome", json!({}))
        .email_template("welcome")
        .service("Svc", "method", echo)
        .service("shop", "buy", echo)
        .service("shop", "getBuy", echo)
        .service("shop", "setBuy", echo)
        .service("shop", "deleteBuy", echo)
        .event("evt", echo)
        .event("sold", echo);
    server.start().await.expect("the server starts")
}

/// No response is a 5xx, each fits the schema of its status, a request that does not fit the document is rejected with a
/// 4xx and a code, and each operation accepts one of its requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_to_generated_requests_fit_the_document() {
    let requests = variable("BACKENDLESS_SCHEMA_REQUESTS", DEFAULT_REQUESTS);
    let seed = variable("BACKENDLESS_SCHEMA_SEED", DEFAULT_SEED);
    println!("{requests} requests, BACKENDLESS_SCHEMA_SEED={seed}");
    let server = server().await;
    let wire = Wire::new(&server.url());
    let app_path = format!("/{}/{}", server.app_id(), server.cloud_code_key());
    let spec = Spec::read();
    let mut checker = Checker::new(&spec);
    let captured = examples::prepare(&server).await;
    let examples = examples::examples(&app_path, &captured);
    let mut generator = Generator::new(&spec, examples, seed);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut problems: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..requests {
        let request = generator.next_request(&app_path);
        let reply = wire.send(&request.outgoing).await;
        let found = match &reply {
            Ok(reply) => {
                generator.learn(&request, reply);
                let tally = tallies.entry(request.operation.clone()).or_default();
                tally.add(request.flaw, reply);
                checker.problem_of(&request, reply)
            }
            Err(problem) => Some(problem.clone()),
        };
        if request.outgoing.method == "DELETE" {
            examples::restore(&server).await;
        }
        if let Some(problem) = found {
            // One example of each kind.
            let kind = format!("{} {}", request.operation, request.flaw.unwrap_or("valid"));
            problems
                .entry(kind)
                .or_insert_with(|| format!("{problem}\n    {request}"));
        }
    }
    for (operation, tally) in &tallies {
        println!("{operation}: {tally}");
    }
    let all = tallies.values().fold(Tally::default(), Tally::sum);
    println!("all: {all}");
    let list: Vec<String> = problems
        .iter()
        .map(|(kind, problem)| format!("{kind}: {problem}"))
        .collect();
    assert!(
        list.is_empty(),
        "{} kinds of problems, seed {seed}\n{}",
        list.len(),
        list.join("\n")
    );
    if requests >= DEFAULT_REQUESTS {
        let exceptions = read(&folder().join("schema_requests/never_accepted.json"));
        let is_accepted = |id: &String| tallies.get(id).is_some_and(|tally| tally.accepted > 0);
        let ids = spec.operation_ids().into_iter();
        let never: Vec<String> = ids
            .filter(|id| exceptions.get(id).is_none() && !is_accepted(id))
            .collect();
        assert!(
            never.is_empty(),
            "no accepted request, seed {seed}: {never:?}"
        );
    }
}

/// Rows, files, cached values, counters and users are found after their creation, have the values of
/// an update, and are not found after their deletion.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chains_of_requests_see_what_earlier_ones_did() {
    let seed = variable("BACKENDLESS_SCHEMA_SEED", DEFAULT_SEED);
    let chains = variable("BACKENDLESS_SCHEMA_REQUESTS", DEFAULT_REQUESTS) / 50;
    println!("{chains} chains of each kind, BACKENDLESS_SCHEMA_SEED={seed}");
    let server = server().await;
    let wire = Wire::new(&server.url());
    let app_path = format!("/{}/{}", server.app_id(), server.cloud_code_key());
    let spec = Spec::read();
    let mut generator = Generator::new(&spec, BTreeMap::new(), seed);
    let mut chain = chains::Chain::new(&wire, &app_path);
    for number in 0..chains {
        let row = generator.row();
        chain.row(&row).await;
        chain.file(number, &generator.text()).await;
        chain.cached_value(number, &json!({"value": row})).await;
        chain.counter(number, generator.integer()).await;
        chain.user(number, &generator.text()).await;
    }
    let (requests, problems) = chain.finish();
    println!("{requests} requests");
    assert!(problems.is_empty(), "seed {seed}\n{}", problems.join("\n"));
    assert!(requests >= chains * 20);
}
