//! Files. Their content is sent as a download of bytes, whatever its type: a browser that opened it as a page would run
//! the scripts of a stored file as those of the console.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;

use super::{App, attachment, required};
use crate::http::body::next_part;
use crate::http::extract::Query;
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::caller::Caller;
use crate::services::files::{Count, FilePath, Listing};
use crate::services::parameters::Parameters;

/// Number of entries of a directory in a response.
const PAGE_SIZE: usize = 200;

/// The type of an upload whose type the browser does not know, and of every download.
const OCTET_STREAM: &str = "application/octet-stream";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/files", get(list).delete(delete))
        .route("/files/directories", post(create_directory))
        .route("/files/content", get(download).post(upload))
}

fn path(parameters: &Parameters) -> Result<FilePath, ServiceError> {
    FilePath::parse(required(parameters, "path")?.to_owned())
}

/// The entries of a directory, which is the root directory without a parameter, and their number.
async fn list(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let files = &app.server.services.files;
    let directory = parameters.one("path")?.filter(|path| !path.is_empty());
    let directory = directory
        .map(|path| FilePath::parse(path.to_owned()))
        .transpose()?;
    let offset = parameters.count("offset")?.unwrap_or(0);
    // No directory has more entries than a usize.
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let count = Count {
        directory: directory.clone(),
        pattern: None,
        is_recursive: false,
        has_directories: true,
    };
    let listing = Listing {
        directory,
        pattern: None,
        is_recursive: false,
        offset,
        page_size: PAGE_SIZE,
    };
    let count = files.count(Caller::server_side(), count).await?;
    // The URL of the service contains the key.
    let mut entries = files
        .list(Caller::server_side(), listing, |_| String::new())
        .await?;
    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
        entry.remove("publicUrl");
    }
    Ok(Json(
        serde_json::json!({"entries": entries, "count": count, "pageSize": PAGE_SIZE}),
    ))
}

async fn delete(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<usize>, ErrorResponse> {
    let files = &app.server.services.files;
    let deleted = files.delete(Caller::server_side(), path(&parameters)?);
    Ok(Json(deleted.await?))
}

async fn create_directory(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Json<Value>, ErrorResponse> {
    let files = &app.server.services.files;
    files.create_directory(path(&parameters)?).await?;
    Ok(Json(Value::Null))
}

async fn download(
    State(app): State<App>,
    Query(parameters): Query,
) -> Result<Response, ErrorResponse> {
    let opened = app.server.services.files.open(path(&parameters)?).await?;
    let stored_type = HeaderValue::from_str(&opened.media_type)
        .unwrap_or_else(|_| HeaderValue::from_static(OCTET_STREAM));
    let mut response = attachment(opened.file, OCTET_STREAM, opened.length);
    response.headers_mut().insert("x-stored-type", stored_type);
    Ok(response)
}

/// Stores the body of the request as a file.
async fn upload(
    State(app): State<App>,
    Query(parameters): Query,
    request: Request,
) -> Result<Json<Value>, ErrorResponse> {
    let files = &app.server.services.files;
    let path = path(&parameters)?;
    let overwrite = parameters.one("overwrite")? == Some("true");
    files.check_upload(&path, overwrite).await?;
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or(OCTET_STREAM).to_owned();
    let mut content = files.new_content().await?;
    let mut body = request.into_body();
    while let Some(part) = next_part(&mut body).await {
        let part = part.map_err(|_| {
            ServiceError::new(code::UPLOAD_FAILED, "the content of the file is incomplete")
        })?;
        content.write(&part).await.map_err(ServiceError::internal)?;
    }
    content.flush().await.map_err(ServiceError::internal)?;
    files.store(path, content, media_type, overwrite).await?;
    Ok(Json(Value::Null))
}
