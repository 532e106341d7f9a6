//! The local server of the soak test, as its own process, so that the memory of client and server can be
//! measured separately. It serves until its standard input ends, and then prints the injected faults.

use std::io::Read;

use backendless_local::{Faults, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = Faults::seeded(7).with_each(0.01);
    let server = Server::builder().faults(faults).start().await?;
    println!("{} {} {}", server.url(), server.app_id(), server.api_key());
    // The server has its own threads.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    for (fault, times) in server.faults() {
        println!("{times} {fault}");
    }
    server.stop().await;
    Ok(())
}
