//! The contenders: each is a process that sends calls in one way and prints their cost.
//!
//! [`sdk`], [`plain_reqwest`] and [`plain_hyper`] send the same calls; [`person`] is the row type of
//! these calls. [`calls`] sends many small calls, [`bulk`] the large ones, and [`decode`] decodes
//! pages without a call. [`memory`] measures the memory of the process.

mod bulk;
mod calls;
mod decode;
mod memory;
pub mod person;
mod plain_hyper;
mod plain_reqwest;
mod sdk;

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::process::processor_seconds;

/// The command-line arguments of a contender.
#[derive(Debug, Args)]
pub struct ContenderOptions {
    #[arg(value_enum)]
    who: ContenderKind,
    #[arg(value_enum)]
    task: Task,
    /// The URL of the server.
    #[arg(long, default_value = "")]
    url: String,
    /// The number of repetitions.
    #[arg(long, default_value_t = 1)]
    count: usize,
    /// How many of them run concurrently.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
    /// The threads that they share.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The file to upload.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// The contenders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ContenderKind {
    Sdk,
    Reference,
    Floor,
    /// Decoding with serde's `flatten`.
    Flatten,
}

/// The tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    Get,
    Create,
    Find,
    /// Decodes pages.
    Decode,
    /// Reads all rows of a table and checks their order.
    Table,
    /// Creates rows in chunks, which only the client supports.
    CreateMany,
    Upload,
    Download,
}

/// The cost of a task.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sample {
    pub seconds: f64,
    /// The processor time of the process, in seconds, if the system reports it.
    pub processor_seconds: Option<f64>,
    /// The maximum memory growth, in bytes, if the system reports it.
    pub growth: Option<f64>,
}

/// The compared calls. Each checks its response, so every contender reads it.
trait Contender: Clone + Send + Sync + Sized + 'static {
    fn new(url: &str) -> Result<Self>;
    fn get(&self) -> impl Future<Output = Result<()>> + Send;
    fn create(&self) -> impl Future<Output = Result<()>> + Send;
    fn find(&self) -> impl Future<Output = Result<()>> + Send;
}

/// The large calls, which plain hyper does not support.
trait Bulk: Contender {
    /// Reads all rows of the table, `concurrency` pages at a time if supported.
    fn table(&self, concurrency: usize) -> impl Future<Output = Result<()>> + Send;
    fn upload(&self, file: PathBuf) -> impl Future<Output = Result<()>> + Send;
    /// Downloads the file and returns its length.
    fn download(&self) -> impl Future<Output = Result<u64>> + Send;
}

/// Runs the task and prints its cost.
pub fn run(order: &ContenderOptions) -> Result<()> {
    let sample = match (order.task, order.who) {
        (Task::Decode, who) => decode::run(who, order.count)?,
        (Task::Table | Task::Upload | Task::Download, ContenderKind::Sdk) => {
            bulk::run::<sdk::Sdk>(order)?
        }
        (Task::Table | Task::Upload | Task::Download, ContenderKind::Reference) => {
            bulk::run::<plain_reqwest::PlainReqwest>(order)?
        }
        (Task::CreateMany, ContenderKind::Sdk) => bulk::create_many(order)?,
        (_, ContenderKind::Sdk) => calls::run::<sdk::Sdk>(order)?,
        (_, ContenderKind::Reference) => calls::run::<plain_reqwest::PlainReqwest>(order)?,
        (_, ContenderKind::Floor) => calls::run::<plain_hyper::PlainHyper>(order)?,
        (_, ContenderKind::Flatten) => return Err("serde only decodes".into()),
    };
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

/// Measures the duration and the memory of `work`.
async fn sample(work: impl Future<Output = Result<()>>) -> Result<Sample> {
    let memory = memory::Memory::now();
    let (start, processor) = (Instant::now(), processor_seconds("self").ok());
    work.await?;
    Ok(Sample {
        seconds: start.elapsed().as_secs_f64(),
        processor_seconds: processor_seconds("self")
            .ok()
            .zip(processor)
            .map(|(end, start)| end - start),
        growth: memory.growth(),
    })
}

/// Runs `work` on one thread. The server has the other core.
fn on_one_thread<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    on_threads(1, work)
}

/// Runs `work` on the calling thread, or the tasks that it spawns on several others.
fn on_threads<T>(threads: usize, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut builder = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(threads).enable_all().build()?;
    runtime.block_on(work)
}
