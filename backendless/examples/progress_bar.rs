//! Uploads and downloads a file, each with a progress bar: `cargo run --example progress_bar`.

mod support;

use std::error::Error;

use backendless::{Client, FileInfo, Upload};
use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (client, _server) = support::connect().await?;
    let path = "examples/progress.bin";
    let info = upload(&client, path, vec![7; 8_000_000], &bar("upload")?).await?;
    let bytes = download(&client, &info, &bar("download")?).await?;
    println!("sent and received {} bytes", bytes.len());
    client.files().delete(path).await?;
    Ok(())
}

fn bar(name: &'static str) -> Result<ProgressBar, Box<dyn Error>> {
    let style = "{msg:9} {bar:40} {bytes}/{total_bytes} {bytes_per_sec}";
    Ok(ProgressBar::no_length()
        .with_style(ProgressStyle::with_template(style)?)
        .with_message(name))
}

async fn upload(
    client: &Client,
    path: &str,
    bytes: Vec<u8>,
    bar: &ProgressBar,
) -> backendless::Result<FileInfo> {
    let shown = bar.clone();
    let info = client
        .files()
        .upload(path, Upload::bytes(bytes))
        .overwrite(true)
        // Another attempt starts at 0 again, so the position is set and not increased.
        .on_progress(move |sent, total| {
            if let Some(total) = total {
                shown.set_length(total);
            }
            shown.set_position(sent);
        })
        .await?;
    // Unlike `finish`, `abandon` leaves the bar at its real position.
    bar.abandon();
    Ok(info)
}

async fn download(
    client: &Client,
    info: &FileInfo,
    bar: &ProgressBar,
) -> backendless::Result<Vec<u8>> {
    let mut download = client.files().download(info).await?;
    if let Some(length) = download.length() {
        bar.set_length(length);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = download.try_next().await? {
        bar.inc(chunk.len() as u64);
        bytes.extend_from_slice(&chunk);
    }
    bar.abandon();
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_bars_end_at_the_length_of_the_file() -> Result<(), Box<dyn Error>> {
        let (client, _server) = support::local().await?;
        let (up, down) = (ProgressBar::hidden(), ProgressBar::hidden());
        let info = upload(&client, "a.bin", vec![7; 300_000], &up).await?;
        let bytes = download(&client, &info, &down).await?;
        assert_eq!(bytes, vec![7; 300_000]);
        for bar in [up, down] {
            assert_eq!((bar.position(), bar.length()), (300_000, Some(300_000)));
            assert!(bar.is_finished());
        }
        Ok(())
    }
}
