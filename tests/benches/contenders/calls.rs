//! Many small calls, sequential or concurrent.

use tokio::task::JoinSet;

use super::{Contender, ContenderOptions, Sample, Task, on_threads, sample};
use crate::Result;

/// Sends `count` calls, `concurrency` of them at a time. One call before the measurement opens the
/// connection.
pub fn run<C: Contender>(order: &ContenderOptions) -> Result<Sample> {
    on_threads(order.threads, async {
        let contender = C::new(&order.url)?;
        call(&contender, order.task).await?;
        if order.concurrency == 1 {
            return sample(repeat(contender, order.task, order.count)).await;
        }
        sample(async {
            let mut workers = JoinSet::new();
            for _ in 0..order.concurrency {
                let times = order.count / order.concurrency;
                workers.spawn(repeat(contender.clone(), order.task, times));
            }
            while let Some(worker) = workers.join_next().await {
                worker??;
            }
            Ok(())
        })
        .await
    })
}

async fn repeat<C: Contender>(contender: C, task: Task, times: usize) -> Result<()> {
    for _ in 0..times {
        call(&contender, task).await?;
    }
    Ok(())
}

async fn call<C: Contender>(contender: &C, task: Task) -> Result<()> {
    match task {
        Task::Get => contender.get().await,
        Task::Create => contender.create().await,
        Task::Find => contender.find().await,
        _ => Err("not a small call".into()),
    }
}
