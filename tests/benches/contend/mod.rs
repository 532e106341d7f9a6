//! A contender: one process that makes calls in one way, and tells what they took.
//!
//! [`sdk`], [`reference`] and [`floor`] make the same calls, each in its way; [`person`] is the row
//! they are about. [`calls`] makes many small ones and [`bulk`] the large ones; [`decode`] reads
//! pages without any call. [`memory`] tells what the process holds.

mod bulk;
mod calls;
mod decode;
mod floor;
mod memory;
pub mod person;
mod reference;
mod sdk;

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What a contender is told to do.
#[derive(Debug, Args)]
pub struct Order {
    #[arg(value_enum)]
    who: Who,
    #[arg(value_enum)]
    task: Task,
    /// The server that is called.
    #[arg(long, default_value = "")]
    url: String,
    /// How often it is done.
    #[arg(long, default_value_t = 1)]
    count: usize,
    /// How many of them at once.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
    /// The file that is uploaded.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// In which way the calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Who {
    Sdk,
    Reference,
    Floor,
    /// Decoding alone, with serde's own means.
    Flatten,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    Get,
    Create,
    Find,
    /// Decodes pages.
    Decode,
    /// Reads all rows of a table, and checks their order.
    Table,
    Upload,
    Download,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sample {
    pub seconds: f64,
    /// By how many bytes the process was larger in between than at the start, where the system
    /// tells it.
    pub growth: Option<f64>,
}

/// The calls that are compared. Each checks its answer, so that nobody wins by not reading it.
trait Contender: Clone + Send + Sync + Sized + 'static {
    fn new(url: &str) -> Result<Self>;
    fn get(&self) -> impl Future<Output = Result<()>> + Send;
    fn create(&self) -> impl Future<Output = Result<()>> + Send;
    fn find(&self) -> impl Future<Output = Result<()>> + Send;
}

/// The large calls, which have no floor: what a good engineer writes is the least.
trait Bulk: Contender {
    /// Reads all rows of the table, this many pages at once where the contender can.
    fn table(&self, concurrency: usize) -> impl Future<Output = Result<()>> + Send;
    fn upload(&self, file: PathBuf) -> impl Future<Output = Result<()>> + Send;
    /// Reads the file, and answers how many bytes it has.
    fn download(&self) -> impl Future<Output = Result<u64>> + Send;
}

/// Does what is ordered, and prints the sample.
pub fn run(order: &Order) -> Result<()> {
    let sample = match (order.task, order.who) {
        (Task::Decode, who) => decode::run(who, order.count)?,
        (Task::Table | Task::Upload | Task::Download, Who::Sdk) => bulk::run::<sdk::Sdk>(order)?,
        (Task::Table | Task::Upload | Task::Download, Who::Reference) => {
            bulk::run::<reference::Reference>(order)?
        }
        (_, Who::Sdk) => calls::run::<sdk::Sdk>(order)?,
        (_, Who::Reference) => calls::run::<reference::Reference>(order)?,
        (_, Who::Floor) => calls::run::<floor::Floor>(order)?,
        (_, Who::Flatten) => return Err("serde makes no calls".into()),
    };
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

/// Takes the time and the memory of `work`.
async fn sample(work: impl Future<Output = Result<()>>) -> Result<Sample> {
    let memory = memory::Memory::now();
    let start = Instant::now();
    work.await?;
    Ok(Sample {
        seconds: start.elapsed().as_secs_f64(),
        growth: memory.growth(),
    })
}

/// Does `work` on one thread, as all contenders do: the other one is the server's.
fn on_one_thread<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(work)
}
