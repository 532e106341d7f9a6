//! Keeps the session of a service account in a file, so that a restart does not log in again:
//! `cargo run --example token_store`.

use std::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;

use backendless::{Client, Record, Registration, TokenStore, TokenStoreFuture, UserToken};

/// Stores the token in a file. Its folder must be private.
#[derive(Debug)]
struct TokenFile(PathBuf);

impl TokenStore for TokenFile {
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
        Box::pin(async {
            match tokio::fs::read_to_string(&self.0).await {
                Ok(token) => Ok(Some(token.trim().into())), // an editor may have added a line break
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()> {
        Box::pin(async move { Ok(tokio::fs::write(&self.0, token.expose_secret()).await?) })
    }

    fn clear(&self) -> TokenStoreFuture<'_, ()> {
        Box::pin(async {
            match tokio::fs::remove_file(&self.0).await {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
                _ => Ok(()),
            }
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = backendless_local::Server::start().await?;
    let client = Client::for_domain(server.url()).build()?;
    let robot = Registration::new("correct-horse-7").email("robot@example.com");
    client.users().register(robot).await?;

    let folder = tempfile::tempdir()?;
    let file = folder.path().join("token");
    for run in 1..=2 {
        let robot = Client::for_domain(server.url())
            .credentials("robot@example.com", "correct-horse-7")
            .token_store(TokenFile(file.clone()))
            .build()?;
        println!("run {run}: a token is stored: {}", file.exists());
        let jobs = robot.data::<Record>("Job");
        let job = jobs.create(&serde_json::json!({"run": run})).await?;
        println!("run {run}: created {}", job.object_id);
    }
    Ok(())
}
