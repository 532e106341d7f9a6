//! Stores and finds rows of a struct: `cargo run --example data`.

mod support;

use std::error::Error;

use backendless::filter::field;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize)]
struct Task {
    title: String,
    done: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let tasks = client.data::<Task>("ExampleTask");
    for title in ["milk", "bread", "tea"] {
        let task = Task {
            title: title.to_owned(),
            done: false,
        };
        tasks.create(&task).await?;
    }
    let first = tasks.find().sort_by("title").first().await?;
    let first = first.ok_or("the table is empty")?;
    tasks
        .update(&first.object_id, &json!({"done": true}))
        .await?;

    for task in tasks.find().filter(field("done").eq(false)).await? {
        println!("to do: {}", task.title);
    }
    for task in tasks.find().page_size(100).await? {
        tasks.delete(&task.object_id).await?;
    }
    Ok(())
}
