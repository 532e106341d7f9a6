#![no_main]

use backendless_tests::fuzz::WhereClauses;

thread_local!(static CLAUSES: WhereClauses = WhereClauses::new());

libfuzzer_sys::fuzz_target!(|data: &[u8]| CLAUSES.with(|clauses| clauses.check(data)));
