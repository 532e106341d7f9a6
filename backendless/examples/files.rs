//! Uploads a file with progress reports, downloads and deletes it: `cargo run --example files`.

mod support;

use std::error::Error;

use backendless::Upload;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let files = client.files();
    let info = files
        .upload("examples/numbers.bin", Upload::bytes(vec![7; 200_000]))
        .overwrite(true)
        .on_progress(|sent, total| println!("sent {sent} of {}", total.unwrap_or_default()))
        .await?;

    let folder = tempfile::tempdir()?;
    let target = folder.path().join("numbers.bin");
    let length = files.download(&info).await?.save_to(&target).await?;
    println!("saved {length} bytes");
    files.delete("examples/numbers.bin").await?;
    Ok(())
}
