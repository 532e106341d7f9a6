#![no_main]

use backendless_tests::fuzz::Responses;

thread_local!(static RESPONSES: Responses = Responses::new());

libfuzzer_sys::fuzz_target!(|data: &[u8]| RESPONSES.with(|responses| responses.check(data)));
