//! Export and import of the state of the server as one file. The console reads and writes no folder that a request names.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek};
use std::path::{Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use super::{App, archive, attachment};
use crate::http::body::next_part;
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::state::Export;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/state/export", get(export))
        .route("/state/import", post(import))
}

/// A temporary folder. It may have many files, so it is not deleted on the thread of the requests.
struct Temporary(Option<TempDir>);

impl Temporary {
    fn new() -> io::Result<Temporary> {
        Ok(Temporary(Some(tempfile::tempdir()?)))
    }

    fn path(&self) -> &Path {
        self.0.as_ref().map_or(Path::new(""), TempDir::path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let folder = self.0.take();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(folder));
        }
    }
}

/// Returns an export as a tar archive.
async fn export(State(app): State<App>) -> Result<Response, ErrorResponse> {
    let temporary = Temporary::new().map_err(internal)?;
    let folder = temporary.path().join("state");
    let exported = app.server.services.export(folder.clone()).await;
    exported.map_err(internal)?;
    let packed = tokio::task::spawn_blocking(move || pack(&folder)).await;
    let (file, length) = packed.map_err(internal)?.map_err(internal)?;
    let file = tokio::fs::File::from_std(file);
    Ok(attachment(file, "application/x-tar", length))
}

/// Returns the archive, which is deleted when it is closed, and its length.
fn pack(folder: &Path) -> io::Result<(File, u64)> {
    let mut archive = BufWriter::new(tempfile::tempfile()?);
    archive::pack(folder, &mut archive)?;
    let mut file = archive.into_inner()?;
    let length = file.stream_position()?;
    file.rewind()?;
    Ok((file, length))
}

/// Replaces the state by that of the archive in the body.
async fn import(State(app): State<App>, request: Request) -> Result<Json<Value>, ErrorResponse> {
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(internal)?);
    let mut body = request.into_body();
    while let Some(part) = next_part(&mut body).await {
        let part = part.map_err(|_| rejected("the archive is incomplete"))?;
        file.write_all(&part).await.map_err(internal)?;
    }
    file.flush().await.map_err(internal)?;
    let file = file.into_std().await;
    let temporary = Temporary::new().map_err(internal)?;
    let folder = temporary.path().to_owned();
    let unpacked = tokio::task::spawn_blocking(move || unpack(file, &folder)).await;
    let folder = unpacked.map_err(internal)?.map_err(|why| {
        rejected(&format!(
            "cannot read the archive, and nothing was changed: {why}"
        ))
    })?;
    let export = Export::named(folder, "the archive");
    let imported = app.server.services.import_export(export).await;
    imported.map_err(|error| rejected(&error.to_string()))?;
    Ok(Json(Value::Null))
}

/// Unpacks an archive and returns the folder of the export: that of the archive, or the only one in it.
fn unpack(mut file: File, folder: &Path) -> Result<PathBuf, String> {
    file.rewind().map_err(|error| error.to_string())?;
    archive::unpack(&mut BufReader::new(file), folder)?;
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    match (paths.next(), paths.next()) {
        (Some(only), None) if only.is_dir() => Ok(only),
        _ => Ok(folder.to_owned()),
    }
}

fn rejected(message: &str) -> ErrorResponse {
    let error = ServiceError::new(code::INVALID_PARAMETER, message.to_owned());
    ErrorResponse::with_status(StatusCode::CONFLICT, error)
}

fn internal(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::internal(error)
}
