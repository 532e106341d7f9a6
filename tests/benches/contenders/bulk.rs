//! Large calls: a table of many rows, the creation of many rows, a large file.

use super::sdk::Sdk;
use super::{Bulk, Contender, ContenderOptions, Sample, Task, on_one_thread, sample};
use crate::Result;

/// Sends one call and measures it.
pub fn run<C: Bulk>(order: &ContenderOptions) -> Result<Sample> {
    on_one_thread(async {
        let contender = C::new(&order.url)?;
        // The first call opens the connection before the measurement.
        contender.get().await?;
        sample(async {
            match order.task {
                Task::Table => contender.table(order.concurrency).await,
                Task::Upload => {
                    let file = order.file.clone().ok_or("there is no file to upload")?;
                    contender.upload(file).await
                }
                Task::Download => match contender.download().await? {
                    0 => Err("the file is empty".into()),
                    _ => Ok(()),
                },
                _ => Err("not a large call".into()),
            }
        })
        .await
    })
}

/// Creates `count` rows in chunks, with `concurrency` of them in flight, and measures it.
pub fn create_many(order: &ContenderOptions) -> Result<Sample> {
    on_one_thread(async {
        let contender = Sdk::new(&order.url)?;
        contender.get().await?;
        sample(contender.create_many(order.count, order.concurrency)).await
    })
}
