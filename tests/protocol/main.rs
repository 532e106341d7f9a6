//! The protocol corpus: calls, requests, responses and outcomes as data.
//!
//! README.md describes the files. The runners compare the SDK and the local server with them.

mod arguments;
mod calls;
mod case;
mod client;
mod corpus;
mod expand;
mod faults;
mod local;
mod message;
mod schema_requests;
mod wire;

use backendless::Profile;
use backendless_tests::AddressForm;
use client::MemoryClient;

/// Makes each call whose responses come from memory: those written by hand in both profiles and with
/// both forms of the address.
#[tokio::test(start_paused = true)]
async fn the_client_sends_and_returns_what_the_corpus_says() {
    let cases = case::all();
    let mut problems = Vec::new();
    let mut runs = 0;
    for profile in [Profile::Document, Profile::Live] {
        for address in AddressForm::ALL {
            let client = MemoryClient::new(profile, address);
            let is_first = (profile, address) == (Profile::Document, AddressForm::Keys);
            for case in &cases {
                if case.fault().is_some() || !(is_first || case.is_handwritten) {
                    continue;
                }
                runs += 1;
                for problem in client.run(case).await {
                    problems.push(format!("{} ({profile:?}): {problem}", case.title));
                }
            }
        }
    }
    println!("{runs} calls");
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}
