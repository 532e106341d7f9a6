//! Routes of the Files service.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde_json::{Value, json};
use tokio_util::io::ReaderStream;

use crate::http::extract::{Object, Query};
use crate::http::multipart::UploadForm;
use crate::http::response::{ErrorResponse, Json};
use crate::http::url::{decode, encode_segment};
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

/// The path of a file or a directory in the URL.
struct RequestPath {
    path: FilePath,
    /// Whether it ends with `/`, as the path of a directory may.
    is_directory: bool,
}

/// Ignores empty segments, because official clients send `/files//a.txt` for a file in the root
/// directory and `/files/docs//a.txt` for a directory `docs/`. An encoded `/` separates segments, too,
/// but none of these may be empty.
impl<S: Send + Sync> FromRequestParts<S> for RequestPath {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let path = parts.uri.path();
        // Both the route and, below it, the path begin with `/`.
        let segments = path
            .split('/')
            .skip(2)
            .filter(|segment| !segment.is_empty());
        let segments = segments.map(decode).collect::<Result<Vec<_>, _>>()?;
        if segments.is_empty() {
            let operation = format!("{} of the root directory", parts.method);
            return Err(ServiceError::not_implemented(operation).into());
        }
        Ok(RequestPath {
            path: FilePath::parse(segments.join("/"))?,
            is_directory: path.ends_with('/'),
        })
    }
}

async fn upload(
    State(services): State<Services>,
    Extension(origin): Extension<Origin>,
    RequestPath { path, is_directory }: RequestPath,
    Query(parameters): Query,
    request: Request,
) -> Result<Json<Value>, ErrorResponse> {
    if is_directory {
        return Err(ServiceError::not_implemented("the creation of a directory").into());
    }
    reject_parameters(&parameters, "POST", &["action"])?;
    let overwrite = parse_overwrite(&parameters)?;
    let form = form(request).await?;
    services.files.check_upload(&path, overwrite).await?;
    let (content, media_type) = receive(&services.files, form).await?;
    let url = file_url(&services, &origin, &path);
    let stored = services.files.store(path, content, media_type, overwrite);
    stored.await?;
    Ok(Json(json!({ "fileURL": url })))
}

/// Returns the form of an upload. The service can also download the file from a URL, which a JSON body
/// contains.
async fn form(request: Request) -> Result<UploadForm, ErrorResponse> {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let is_json = media_type.is_some_and(|media_type| {
        let json = b"application/json";
        let start = media_type.as_bytes().get(..json.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(json))
    });
    if is_json {
        if Object::from_request(request, &())
            .await?
            .0
            .contains_key("url")
        {
            return Err(ServiceError::not_implemented("an upload from a URL").into());
        }
        return Err(not_a_form().into());
    }
    let form = UploadForm::from_request(request, &()).await;
    Ok(form.map_err(|_| not_a_form())?)
}

fn not_a_form() -> ServiceError {
    let message = "an upload must be a form of the type multipart/form-data";
    ServiceError::new(code::INVALID_CONTENT_TYPE, message)
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
    RequestPath { path, .. }: RequestPath,
    Query(parameters): Query,
) -> Result<Json<usize>, ErrorResponse> {
    // Ignoring them would delete files that the client wants to keep.
    reject_parameters(&parameters, "DELETE", &["action", "pattern", "sub"])?;
    Ok(Json(services.files.delete(path).await?))
}

/// Rejects parameters of the service that change what an operation does.
fn reject_parameters(
    parameters: &Parameters,
    method: &str,
    names: &[&str],
) -> Result<(), ServiceError> {
    match names.iter().find(|name| parameters.has(name)) {
        Some(name) => Err(ServiceError::not_implemented(format!(
            "the parameter '{name}' of {method} /files"
        ))),
        None => Ok(()),
    }
}

/// Sends the content of a file. The service also lists and counts the files of a directory, and reports
/// whether a path exists.
async fn serve(
    State(services): State<Services>,
    RequestPath { path, is_directory }: RequestPath,
    Query(parameters): Query,
) -> Result<Response, ErrorResponse> {
    const LISTING: [&str; 6] = [
        "action",
        "countDirectories",
        "offset",
        "pagesize",
        "pattern",
        "sub",
    ];
    reject_parameters(&parameters, "GET", &LISTING)?;
    if is_directory || services.files.is_directory(&path).await? {
        return Err(ServiceError::not_implemented("the listing of a directory").into());
    }
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
