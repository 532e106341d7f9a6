//! Imports of exports that another person has written to harm: each is small and would be expensive.

use serde_json::json;

use crate::state_attacks::{edit_file, export};
use crate::support::{Folder, TestServer};

const STATUS: &str = "services/message-status.jsonl";

#[tokio::test]
async fn a_repetition_since_the_first_time_is_polled_once_per_interval() {
    let folder = Folder::new("hostile-repetition");
    export(&folder.0).await;
    let message = json!({"data": "x"}).to_string();
    edit_file(&folder.0, STATUS, |_| {
        let row = json!({"id": "m", "channel": "default", "due": 0, "is_cancelled": 0, "next": i64::MIN, "every": 1000,
                         "until": null, "content": message, "subtopic": null});
        format!("{row}\n")
    });
    let app = TestServer::start().await;
    app.server.import(&folder.0).await.unwrap();
    let polled = app.get("/messaging/default/sub1").ok().await;
    // A message can be polled for a minute.
    let messages = polled["messages"].as_array().unwrap();
    assert!((59..=60).contains(&messages.len()), "{}", messages.len());
    assert_eq!(app.get("/counters/x").ok().await, 0);
}
