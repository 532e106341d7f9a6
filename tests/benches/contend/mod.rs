//! A contender: one process that makes calls in one way, and tells what they took.
//!
//! [`sdk`], [`reference`] and [`floor`] make the same calls, each in its way; [`person`] is the row
//! they are about. [`decode`] reads pages without any call.

mod decode;
mod floor;
pub mod person;
mod reference;
mod sdk;

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
    Decode,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub struct Sample {
    pub seconds: f64,
}

/// The calls that are compared. Each checks its answer, so that nobody wins by not reading it.
trait Contender: Clone + Sized + 'static {
    fn new(url: &str) -> Result<Self>;
    fn get(&self) -> impl Future<Output = Result<()>>;
    fn create(&self) -> impl Future<Output = Result<()>>;
    fn find(&self) -> impl Future<Output = Result<()>>;
}

/// Does what is ordered, and prints the sample.
pub fn run(order: &Order) -> Result<()> {
    let sample = match (order.task, order.who) {
        (Task::Decode, who) => decode::run(who, order.count)?,
        (_, Who::Sdk) => calls::<sdk::Sdk>(order)?,
        (_, Who::Reference) => calls::<reference::Reference>(order)?,
        (_, Who::Floor) => calls::<floor::Floor>(order)?,
        (_, Who::Flatten) => return Err("serde makes no calls".into()),
    };
    println!("{}", serde_json::to_string(&sample)?);
    Ok(())
}

fn calls<C: Contender>(order: &Order) -> Result<Sample> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let contender = C::new(&order.url)?;
        let start = Instant::now();
        for _ in 0..order.count {
            match order.task {
                Task::Get => contender.get().await?,
                Task::Create => contender.create().await?,
                Task::Find => contender.find().await?,
                Task::Decode => unreachable!("decoding makes no calls"),
            }
        }
        Ok(Sample {
            seconds: start.elapsed().as_secs_f64(),
        })
    })
}
