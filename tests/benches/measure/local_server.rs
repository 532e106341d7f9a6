//! The local server: creates per second with a data folder, which flushes each commit to disk, the import of 100,000 rows,
//! and the start.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Options, Outcome, cargo, pairs};
use crate::Result;
use crate::process::processor_seconds;
use crate::report::{Goal, Measurement, Unit};

/// The rows that are created.
const ROWS: usize = 20_000;
const CONCURRENCY: usize = 32;
/// The rows that are created one at a time, for comparison: each is a commit.
const SEQUENTIAL_ROWS: usize = 1_000;

/// Five times the creates per second of a server that commits each write alone.
const GOAL: Goal = Goal::AtLeast(5_100.0);

/// The rows of the import.
const IMPORTED_ROWS: usize = 100_000;
const IMPORT_GOAL: Goal = Goal::AtMost(5.0);
const STARTS: usize = 51;
/// The goal of a start, in processor time: that of a test of its own.
const START_GOAL: Goal = Goal::AtMost(5_000.0);

pub fn measure(_: &Options) -> Result<Outcome> {
    let root = cargo::root();
    let program = cargo::build(&root, &["--release", "--package", "backendless-local"])?;
    let sequential = creates_per_second(&program, SEQUENTIAL_ROWS, 1)?;
    let concurrent = creates_per_second(&program, ROWS, CONCURRENCY)?;
    let name = "local server, 20,000 creates, 32 at once";
    let figure = Measurement::figure(name, Unit::PerSecond, concurrent, GOAL);
    let import = "local server, import of 100,000 rows";
    let Cost { elapsed, processor } = import_cost(&program)?;
    let import = Measurement::figure(import, Unit::Seconds, elapsed, IMPORT_GOAL);
    let mut measurements = vec![
        figure.beside("1 at once", sequential),
        import.beside("processor time", processor),
        start_figure("start of the program", start_cost(&program)?),
    ];
    measurements.extend(starts_in_a_process(&root)?);
    Ok(Outcome::Measured(measurements))
}

/// Seconds of a start.
struct Cost {
    elapsed: f64,
    processor: f64,
}

fn start_figure(name: &str, Cost { elapsed, processor }: Cost) -> Measurement {
    let name = format!("local server, {name}, processor time");
    let figure = Measurement::figure(&name, Unit::Microseconds, processor * 1e6, START_GOAL);
    figure.beside("elapsed", elapsed * 1e6)
}

/// The starts of a process that embeds the server, as tests do.
fn starts_in_a_process(root: &Path) -> Result<Vec<Measurement>> {
    let options = [
        "--release",
        "--package=backendless-benches",
        "--bin=local_start",
        "--features=local-server",
    ];
    let output = Command::new(cargo::build(root, &options)?).output()?;
    let medians: Value = serde_json::from_slice(&output.stdout)?;
    let kinds = [
        ("memory", "start in memory"),
        ("new", "start with a new data folder"),
        ("existing", "start with an existing data folder"),
    ];
    let figures = kinds.map(|(kind, name)| {
        let seconds = |name: &str| medians[kind][name].as_f64().map(|time| time / 1e6);
        let (elapsed, processor) = seconds("elapsed").zip(seconds("processor"))?;
        Some(start_figure(name, Cost { elapsed, processor }))
    });
    let figures: Option<Vec<Measurement>> = figures.into_iter().collect();
    figures.ok_or_else(|| "local_start did not print its medians".into())
}

/// The median cost from the start of the process to the line that says that it accepts requests.
fn start_cost(program: &Path) -> Result<Cost> {
    let (mut elapsed, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = Program::start(program, &[])?;
        elapsed.push(start.elapsed().as_secs_f64());
        processor.push(server.processor_seconds()?);
    }
    Ok(Cost {
        elapsed: pairs::median(elapsed)?,
        processor: pairs::median(processor)?,
    })
}

/// The cost of the start of a server that imports rows, without a data folder.
fn import_cost(program: &Path) -> Result<Cost> {
    let folder = tempfile::tempdir()?;
    let export = folder.path().join("export");
    std::fs::create_dir_all(export.join("tables"))?;
    let table = "tables/0001-Person.jsonl";
    let kinds = [("name", "STRING"), ("age", "INT"), ("score", "DOUBLE")];
    let columns = kinds.map(|(name, kind)| json!({"name": name, "kind": kind}));
    let schema = json!({"table": "Person", "columns": columns, "relations": []});
    let mut lines = format!("{schema}\n");
    for n in 0..IMPORTED_ROWS {
        let row = json!({"objectId": format!("row-{n}"), "created": 1_700_000_000_000_u64, "name": format!("Person {n}"),
            "age": n % 90, "score": 1.5});
        lines.push_str(&format!("{row}\n"));
    }
    std::fs::write(export.join(table), lines)?;
    let manifest = json!({"version": 1, "server": "", "exportedAt": 0, "files": [{"path": table}]});
    std::fs::write(export.join("manifest.json"), manifest.to_string())?;
    let start = Instant::now();
    let server = Program::start(program, &["--import".as_ref(), export.as_ref()])?;
    Ok(Cost {
        elapsed: start.elapsed().as_secs_f64(),
        processor: server.processor_seconds()?,
    })
}

/// The program in its own process, which is killed when this is dropped.
struct Program {
    process: Child,
    base: String,
}

impl Program {
    fn start(program: &Path, options: &[&OsStr]) -> Result<Program> {
        let mut process = Command::new(program)
            .args(["--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let base = line.trim().strip_prefix("listening on ");
        let base = base.ok_or("the server did not start")?.to_owned();
        Ok(Program { process, base })
    }

    fn processor_seconds(&self) -> Result<f64> {
        processor_seconds(&self.process.id().to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // An error means that the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn creates_per_second(program: &Path, rows: usize, concurrency: usize) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let server = Program::start(program, &["--data".as_ref(), folder.path().as_ref()])?;
    let url = format!("{}/data/Person", server.base);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seconds = runtime.block_on(async {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let start = Instant::now();
        let mut clients = JoinSet::new();
        for _ in 0..concurrency {
            clients.spawn(create(http.clone(), url.clone(), rows / concurrency));
        }
        while let Some(done) = clients.join_next().await {
            done??;
        }
        Result::<f64>::Ok(start.elapsed().as_secs_f64())
    })?;
    Ok((rows / concurrency * concurrency) as f64 / seconds)
}

async fn create(http: reqwest::Client, url: String, rows: usize) -> Result<()> {
    for n in 0..rows {
        let row = json!({"name": format!("Person {n}"), "age": n % 90, "score": 1.5});
        let response = http.post(&url).json(&row).send().await?;
        response.error_for_status()?.bytes().await?;
    }
    Ok(())
}
