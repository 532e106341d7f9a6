//! Routes of the Files service.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use crate::http::extract::{Named, PathOf, Query};
use crate::http::multipart::UploadForm;
use crate::http::response::{ErrorResponse, Json};
use crate::http::url::encode_segment;
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::files::{FilePath, Files, NewContent};
use crate::services::parameters::Parameters;

const OCTET_STREAM: &str = "application/octet-stream";

/// The scheme, host and port of the server, for the URLs of files.
#[derive(Clone, Debug)]
struct Origin(Arc<str>);

pub(super) fn routes(origin: String) -> Router<Services> {
    Router::new()
        .route("/files/{*name}", post(upload).delete(delete).get(serve))
        .layer(Extension(Origin(origin.into())))
        // An upload is written to disk while it arrives, so its size is not limited.
        .layer(DefaultBodyLimit::disable())
}

async fn upload(
    State(services): State<Services>,
    Extension(origin): Extension<Origin>,
    PathOf(Named { name: path }): PathOf<Named>,
    Query(parameters): Query,
    form: Result<UploadForm, MultipartRejection>,
) -> Result<Json<Value>, ErrorResponse> {
    let path = FilePath::parse(path)?;
    let overwrite = parse_overwrite(&parameters)?;
    let form = form.map_err(|_| {
        let message = "an upload must be a form of the type multipart/form-data";
        ServiceError::new(code::INVALID_CONTENT_TYPE, message)
    })?;
    services.files.check_upload(&path, overwrite).await?;
    let (content, media_type) = receive(&services.files, form).await?;
    let url = file_url(&services, &origin, &path);
    let stored = services.files.store(path, content, media_type, overwrite);
    stored.await?;
    Ok(Json(json!({ "fileURL": url })))
}

fn parse_overwrite(parameters: &Parameters) -> Result<bool, ServiceError> {
    match parameters.one("overwrite")? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ServiceError::new(
            code::INVALID_PARAMETER,
            "overwrite must be true or false",
        )),
    }
}

/// Writes the only file of the form to disk.
async fn receive(
    files: &Files,
    mut form: UploadForm,
) -> Result<(NewContent, String), ServiceError> {
    let mut received = None;
    while let Some(mut part) = form.next_part().await? {
        if part.name() != Some("file") {
            part.skip().await?;
            continue;
        }
        if received.is_some() {
            return Err(ServiceError::new(
                code::MULTIPLE_FILES,
                "the form has more than one file",
            ));
        }
        let media_type = part.content_type().unwrap_or(OCTET_STREAM).to_owned();
        let mut content = files.new_content().await?;
        while let Some(piece) = part.chunk().await? {
            content
                .write(&piece)
                .await
                .map_err(ServiceError::internal)?;
        }
        content.flush().await.map_err(ServiceError::internal)?;
        received = Some((content, media_type));
    }
    received.ok_or_else(|| {
        ServiceError::new(code::FILE_PART_MISSING, "the form has no part named 'file'")
    })
}

fn file_url(services: &Services, origin: &Origin, path: &FilePath) -> String {
    let (app_id, api_key) = (&services.app_id, &services.api_key);
    let mut url = format!("{}/{app_id}/{api_key}/files", origin.0);
    for segment in path.as_str().split('/') {
        url.push('/');
        url.extend(encode_segment(segment));
    }
    url
}

async fn delete(
    State(services): State<Services>,
    PathOf(Named { name: path }): PathOf<Named>,
) -> Result<Json<usize>, ErrorResponse> {
    let path = FilePath::parse(path)?;
    Ok(Json(services.files.delete(path).await?))
}

async fn serve(
    State(services): State<Services>,
    PathOf(Named { name: path }): PathOf<Named>,
) -> Result<Response, ErrorResponse> {
    let path = FilePath::parse(path)?;
    let opened = services.files.open(path).await?;
    let media_type = HeaderValue::from_str(&opened.media_type)
        .unwrap_or_else(|_| HeaderValue::from_static(OCTET_STREAM));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(opened.length)),
    ];
    let body = Body::from_stream(ReaderStream::new(opened.file));
    Ok((headers, body).into_response())
}
