#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| backendless_tests::fuzz::filter(data));
