//! Large calls: a whole table, a large file.

use super::{Bulk, Order, Sample, Task, on_one_thread, sample};
use crate::Result;

/// Makes the call once.
pub fn run<C: Bulk>(order: &Order) -> Result<Sample> {
    on_one_thread(async {
        let contender = C::new(&order.url)?;
        // The connection is there before the clock starts, and what a first call needs.
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
                _ => Err("this is no large call".into()),
            }
        })
        .await
    })
}
