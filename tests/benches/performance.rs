//! The program of the benchmark.

fn main() -> backendless_benches::Result<std::process::ExitCode> {
    backendless_benches::run()
}
