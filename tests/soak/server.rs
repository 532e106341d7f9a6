//! The local server of the soak, in a process of its own, so that the memory of the client and that
//! of the server are two figures. It serves until its input ends, and then says which faults struck.

use std::io::Read;

use backendless_local::{Faults, Server};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = Faults::seeded(7).with_each(0.01);
    let server = Server::builder().faults(faults).start().await?;
    println!("{} {} {}", server.url(), server.app_id(), server.api_key());
    // The server has threads of its own; this one has nothing else to do.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    for (fault, times) in server.faults() {
        println!("{times} {fault}");
    }
    server.stop().await;
    Ok(())
}
