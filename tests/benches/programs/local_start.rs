//! Starts of the local server in a process that has started others, as tests do: `local_start`. It prints the medians in
//! microseconds as JSON.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use backendless_local::Server;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

const STARTS: usize = 101;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir()?;
    let medians = json!({
        "memory": medians(&runtime, |_| None)?,
        "new": medians(&runtime, |n| Some(folder.path().join(n.to_string())))?,
        "existing": medians(&runtime, |_| Some(folder.path().join("0")))?,
    });
    println!("{medians}");
    Ok(())
}

/// The median processor time and the median time of a start with the data folder of each.
fn medians(
    runtime: &tokio::runtime::Runtime,
    data: impl Fn(usize) -> Option<PathBuf>,
) -> Result<Value> {
    let (mut processor, mut elapsed) = (Vec::new(), Vec::new());
    for n in 0..STARTS {
        let builder = match data(n) {
            Some(folder) => Server::builder().data_dir(folder),
            None => Server::builder(),
        };
        let (start, before) = (Instant::now(), processor_microseconds());
        let server = runtime.block_on(builder.start())?;
        processor.push(processor_microseconds() - before);
        elapsed.push(start.elapsed().as_secs_f64() * 1e6);
        runtime.block_on(server.stop());
    }
    Ok(json!({"processor": median(processor), "elapsed": median(elapsed)}))
}

/// The processor time of all threads of this process so far.
fn processor_microseconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[STARTS / 2]
}
