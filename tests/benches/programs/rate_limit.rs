//! Calls of one client whose responses come from memory: `rate_limit <calls> [<requests per minute>]`. Its instructions
//! are counted, with and without a limit.

use std::error::Error;

use backendless::Client;
use backendless::testing::{Responder, Response};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().ok_or("the number of calls")?.parse()?;
    let responder = Responder::new(|_| async {
        let response = Response::new(200).header("content-type", "application/json");
        Ok(response.body("5"))
    });
    let mut builder = Client::builder("A0F5", "9C41").responder(&responder);
    if let Some(limit) = arguments.next() {
        builder = builder.requests_per_minute(limit.parse()?);
    }
    let client = builder.build()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        for _ in 0..calls {
            if client.counters().get("visits").await? != 5 {
                return Err("the value is not that of the response".into());
            }
        }
        Ok(())
    })
}
