#![no_main]

use backendless_tests::fuzz::Answers;

thread_local!(static ANSWERS: Answers = Answers::new());

libfuzzer_sys::fuzz_target!(|data: &[u8]| ANSWERS.with(|answers| answers.check(data)));
