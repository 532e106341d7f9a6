//! Routes of the Files service.

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;
use tokio_util::io::ReaderStream;

use crate::http::body;
use crate::http::extract::{Object, Query};
use crate::http::multipart::UploadForm;
use crate::http::response::{ErrorResponse, Json};
use crate::http::url::{decode, encode_segment};
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::caller::Caller;
use crate::services::fields;
use crate::services::files::{Count, FilePath, Files, Listing, NewContent, Permission};
use crate::services::parameters::Parameters;

pub(super) const OCTET_STREAM: &str = "application/octet-stream";

/// Routes of files. `commands` are those whose paths begin with a command.
pub(super) fn routes(commands: Router<Services>) -> Router<Services> {
    Router::new()
        .route("/files", get(list_root))
        .route("/files/", get(list_root))
        .route("/files/{*name}", post(upload).delete(delete).get(serve))
        .merge(commands)
        // An upload is written to disk while it arrives, so its size is not limited.
        .layer(DefaultBodyLimit::disable())
}

/// The path of a file or a directory in the URL.
struct RequestPath {
    path: FilePath,
    /// Whether it ends with `/`, as the path of a directory may.
    is_directory: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for RequestPath {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        // Both the route and, below it, the path begin with `/`.
        let Some(path) = path_behind(parts, 2)? else {
            let operation = format!("{} of the root directory", parts.method);
            return Err(ServiceError::not_implemented(operation).into());
        };
        Ok(RequestPath {
            path,
            is_directory: parts.uri.path().ends_with('/'),
        })
    }
}

/// Returns the path of a file after the first segments of a URL; `None` for the root directory.
///
/// Ignores empty segments, because official clients send `/files//a.txt` for a file in the root
/// directory and `/files/docs//a.txt` for a directory `docs/`. An encoded `/` separates segments, too,
/// but none of these may be empty.
pub(super) fn path_behind(parts: &Parts, skipped: usize) -> Result<Option<FilePath>, ServiceError> {
    let segments = parts.uri.path().split('/').skip(skipped);
    let segments = segments.filter(|segment| !segment.is_empty());
    let segments = segments.map(decode).collect::<Result<Vec<_>, _>>()?;
    if segments.is_empty() {
        return Ok(None);
    }
    FilePath::parse(segments.join("/")).map(Some)
}

async fn upload(
    State(services): State<Services>,
    caller: Caller,
    RequestPath { path, is_directory }: RequestPath,
    Query(parameters): Query,
    request: Request,
) -> Result<Response, ErrorResponse> {
    reject_parameters(&parameters, "POST", &["action"])?;
    let files = &services.files;
    if is_directory {
        reject_content(request).await?;
        files
            .check_permission(&caller, &path, Permission::Write)
            .await?;
        files.create_directory(path).await?;
        return Ok(StatusCode::OK.into_response());
    }
    let overwrite = parse_overwrite(&parameters)?;
    let upload = read_upload(request).await?;
    files
        .check_permission(&caller, &path, Permission::Write)
        .await?;
    let url = file_url(&services, path.as_str());
    match upload {
        Upload::Url(source) => {
            let stored = files.upload_from_url(path, &source, OCTET_STREAM, overwrite);
            stored.await?;
        }
        Upload::Form(form) => {
            files.check_upload(&path, overwrite).await?;
            let (content, media_type) = receive(files, form).await?;
            files.store(path, content, media_type, overwrite).await?;
        }
    }
    Ok(Json(json!({ "fileURL": url })).into_response())
}

/// Rejects the creation of a directory with a body: an upload to the path of a directory has no file name.
async fn reject_content(request: Request) -> Result<(), ErrorResponse> {
    match body::read(request).await?.is_empty() {
        true => Ok(()),
        false => {
            let what = "an upload to a path that ends with a slash";
            Err(ServiceError::not_implemented(what).into())
        }
    }
}

/// The content of an upload: a form, or the URL of the file.
pub(super) enum Upload {
    Form(UploadForm),
    Url(String),
}

pub(super) async fn read_upload(request: Request) -> Result<Upload, ErrorResponse> {
    let media_type = request.headers().get(header::CONTENT_TYPE);
    let is_json = media_type.is_some_and(|media_type| {
        let json = b"application/json";
        let start = media_type.as_bytes().get(..json.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(json))
    });
    if is_json {
        let Object(body) = Object::from_request(request, &()).await?;
        let url = fields::text(&body, "url")?.ok_or_else(not_a_form)?;
        return Ok(Upload::Url(url.to_owned()));
    }
    let form = UploadForm::from_request(request, &()).await;
    Ok(Upload::Form(form.map_err(|_| not_a_form())?))
}

fn not_a_form() -> ServiceError {
    let message = "an upload must be a form of the type multipart/form-data";
    ServiceError::new(code::INVALID_CONTENT_TYPE, message)
}

pub(super) fn parse_overwrite(parameters: &Parameters) -> Result<bool, ServiceError> {
    parse_flag(parameters, "overwrite")
}

/// Writes the only file of the form to disk.
pub(super) async fn receive(
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

/// Returns the URL of a file or a directory.
pub(super) fn file_url(services: &Services, path: &str) -> String {
    let mut url = format!("{}/files", services.base_url);
    for segment in path.split('/') {
        url.push('/');
        url.extend(encode_segment(segment));
    }
    url
}

async fn delete(
    State(services): State<Services>,
    caller: Caller,
    RequestPath { path, .. }: RequestPath,
    Query(parameters): Query,
) -> Result<Json<usize>, ErrorResponse> {
    // Ignoring them would delete files that the client wants to keep.
    reject_parameters(&parameters, "DELETE", &["action", "pattern", "sub"])?;
    Ok(Json(services.files.delete(caller, path).await?))
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

async fn list_root(
    State(services): State<Services>,
    caller: Caller,
    Query(parameters): Query,
) -> Result<Response, ErrorResponse> {
    read_directory(&services, caller, None, &parameters).await
}

/// Sends the content of a file, the entries of a directory or their number, or whether a path exists.
async fn serve(
    State(services): State<Services>,
    caller: Caller,
    parts: Parts,
    Query(parameters): Query,
) -> Result<Response, ErrorResponse> {
    let Some(path) = path_behind(&parts, 2)? else {
        return read_directory(&services, caller, None, &parameters).await;
    };
    let files = &services.files;
    files
        .check_permission(&caller, &path, Permission::Read)
        .await?;
    let is_listing = LISTING.iter().any(|name| parameters.has(name));
    if is_listing || files.is_directory(&path).await? {
        return read_directory(&services, caller, Some(path), &parameters).await;
    }
    let opened = files.open(path).await?;
    let media_type = HeaderValue::from_str(&opened.media_type)
        .unwrap_or_else(|_| HeaderValue::from_static(OCTET_STREAM));
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_LENGTH, HeaderValue::from(opened.length)),
    ];
    let body = Body::from_stream(ReaderStream::new(opened.file));
    Ok((headers, body).into_response())
}

/// The parameters of a request about a directory.
const LISTING: [&str; 6] = [
    "action",
    "countDirectories",
    "offset",
    "pagesize",
    "pattern",
    "sub",
];

async fn read_directory(
    services: &Services,
    caller: Caller,
    directory: Option<FilePath>,
    parameters: &Parameters,
) -> Result<Response, ErrorResponse> {
    let files = &services.files;
    let pattern = parameters.one("pattern")?.map(str::to_owned);
    // Each action rejects an invalid parameter, also one that has no effect on it.
    let is_recursive = parse_flag(parameters, "sub")?;
    let has_directories = parse_flag(parameters, "countDirectories")?;
    let offset = parse_number(parameters, "offset", 0, 0)?;
    let page_size = parse_number(parameters, "pagesize", 1, DEFAULT_PAGE_SIZE)?;
    match (parameters.one("action")?, directory) {
        (None, directory) => {
            let listing = Listing {
                directory,
                pattern,
                is_recursive,
                offset,
                page_size,
            };
            let url = |path: &str| file_url(services, path);
            Ok(Json(files.list(caller, listing, url).await?).into_response())
        }
        (Some("count"), directory) => {
            let count = Count {
                directory,
                pattern,
                is_recursive,
                has_directories,
            };
            Ok(Json(files.count(caller, count).await?).into_response())
        }
        (Some("exists"), Some(path)) => Ok(Json(files.exists(path).await?).into_response()),
        (Some("exists"), None) => Ok(Json(true).into_response()),
        (Some(_), _) => {
            let message = "action must be exists or count";
            Err(ServiceError::new(code::INVALID_PARAMETER, message).into())
        }
    }
}

/// The number of entries of a page if the request does not set it.
const DEFAULT_PAGE_SIZE: usize = 100;

fn parse_flag(parameters: &Parameters, name: &str) -> Result<bool, ServiceError> {
    match parameters.one(name)? {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => {
            let message = format!("{name} must be true or false");
            Err(ServiceError::new(code::INVALID_PARAMETER, message))
        }
    }
}

fn parse_number(
    parameters: &Parameters,
    name: &str,
    min: usize,
    default: usize,
) -> Result<usize, ServiceError> {
    let number = match parameters.one(name)? {
        None => Some(default),
        Some(text) => text.parse().ok().filter(|number| *number >= min),
    };
    number.ok_or_else(|| {
        let message = format!("{name} must be an integer of at least {min}");
        ServiceError::new(code::INVALID_PARAMETER, message)
    })
}
