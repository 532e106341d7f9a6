//! Routes of the Files service whose paths begin with a command, such as `/files/copy`.

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{post, put};
use serde_json::{Map, Value};

use super::files::{
    OCTET_STREAM, Upload, file_url, parse_overwrite, path_behind, read_upload, receive,
};
use crate::http::body;
use crate::http::extract::{Object, Query};
use crate::http::response::{ErrorResponse, Json};
use crate::service_error::{ServiceError, code};
use crate::services::Services;
use crate::services::access::Grantee;
use crate::services::caller::Caller;
use crate::services::fields;
use crate::services::files::{FilePath, Grant, Mode, Permission, decode_base64};

/// The media type of a file that begins with appended text.
const TEXT: &str = "text/plain";

pub(super) fn routes() -> Router<Services> {
    Router::new()
        .route("/files/rename", put(rename))
        .route(
            "/files/copy",
            put(|services, caller, body| relocate(Mode::Copy, services, caller, body)),
        )
        .route(
            "/files/move",
            put(|services, caller, body| relocate(Mode::Move, services, caller, body)),
        )
        .route("/files/binary/{*name}", put(save))
        .route(
            "/files/append/{*name}",
            post(append_form_or_url).put(append_text),
        )
        .route("/files/append/binary/{*name}", put(append_binary))
        .route("/files/permissions/{type}/{*name}", put(set_permission))
}

/// The path of a file after the first `SKIPPED` segments of the URL, of which the first is empty.
struct PathBehind<const SKIPPED: usize>(FilePath);

impl<S: Send + Sync, const SKIPPED: usize> FromRequestParts<S> for PathBehind<SKIPPED> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let path = path_behind(parts, SKIPPED)?.ok_or_else(|| {
            let message = "the path of the file is empty";
            ServiceError::new(code::INVALID_PATH, message)
        })?;
        Ok(PathBehind(path))
    }
}

async fn rename(
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<String>, ErrorResponse> {
    let path = path_in(&body, "oldPathName")?;
    let new_name = fields::required_text(&body, "newName")?.to_owned();
    let renamed = services.files.rename(caller, path, new_name).await?;
    Ok(Json(file_url(&services, renamed.as_str())))
}

async fn relocate(
    mode: Mode,
    State(services): State<Services>,
    caller: Caller,
    Object(body): Object,
) -> Result<Json<String>, ErrorResponse> {
    let (source, target) = (path_in(&body, "sourcePath")?, path_in(&body, "targetPath")?);
    let url = file_url(&services, target.as_str());
    let files = &services.files;
    files.relocate(caller, source, target, mode).await?;
    Ok(Json(url))
}

/// Returns a path of a body, which begins with the slash of the root directory.
fn path_in(body: &Map<String, Value>, name: &str) -> Result<FilePath, ServiceError> {
    let path = fields::required_text(body, name)?;
    FilePath::parse(path.strip_prefix('/').unwrap_or(path).to_owned())
}

async fn save(
    State(services): State<Services>,
    caller: Caller,
    PathBehind(path): PathBehind<3>,
    Query(parameters): Query,
    request: Request,
) -> Result<Json<String>, ErrorResponse> {
    let overwrite = parse_overwrite(&parameters)?;
    let bytes = decode_base64(&text(request).await?)?;
    let url = check_writable(&services, &caller, &path).await?;
    let files = &services.files;
    files.save(path, &bytes, OCTET_STREAM, overwrite).await?;
    Ok(Json(url))
}

async fn append_form_or_url(
    State(services): State<Services>,
    caller: Caller,
    PathBehind(path): PathBehind<3>,
    request: Request,
) -> Result<Json<String>, ErrorResponse> {
    let upload = read_upload(request).await?;
    let url = check_writable(&services, &caller, &path).await?;
    let files = &services.files;
    match upload {
        Upload::Url(source) => files.append_from_url(path, &source, OCTET_STREAM).await?,
        Upload::Form(form) => {
            let (content, media_type) = receive(files, form).await?;
            files.append_content(path, content, media_type).await?;
        }
    }
    Ok(Json(url))
}

async fn append_text(
    State(services): State<Services>,
    caller: Caller,
    PathBehind(path): PathBehind<3>,
    request: Request,
) -> Result<Json<String>, ErrorResponse> {
    let text = text(request).await?;
    append(&services, &caller, path, text.as_bytes(), TEXT).await
}

async fn append_binary(
    State(services): State<Services>,
    caller: Caller,
    PathBehind(path): PathBehind<4>,
    request: Request,
) -> Result<Json<String>, ErrorResponse> {
    let bytes = decode_base64(&text(request).await?)?;
    append(&services, &caller, path, &bytes, OCTET_STREAM).await
}

async fn append(
    services: &Services,
    caller: &Caller,
    path: FilePath,
    bytes: &[u8],
    media_type: &str,
) -> Result<Json<String>, ErrorResponse> {
    let url = check_writable(services, caller, &path).await?;
    services.files.append(path, bytes, media_type).await?;
    Ok(Json(url))
}

/// Checks that the caller may write a file, and returns its URL.
async fn check_writable(
    services: &Services,
    caller: &Caller,
    path: &FilePath,
) -> Result<String, ServiceError> {
    let files = &services.files;
    files
        .check_permission(caller, path, Permission::Write)
        .await?;
    Ok(file_url(services, path.as_str()))
}

/// Reads a body that is text.
async fn text(request: Request) -> Result<String, ErrorResponse> {
    let bytes = body::read(request).await?;
    let text = String::from_utf8(bytes).map_err(|_| body::unparsable("it is not UTF-8"))?;
    Ok(text)
}

async fn set_permission(
    State(services): State<Services>,
    caller: Caller,
    PathBehind(path): PathBehind<4>,
    parts: Parts,
    Object(body): Object,
) -> Result<StatusCode, ErrorResponse> {
    let is_granted = match parts.uri.path().split('/').nth(3) {
        Some("GRANT") => true,
        Some("DENY") => false,
        _ => {
            let message = "the type of a permission is GRANT or DENY";
            return Err(ServiceError::new(code::INVALID_PARAMETER, message).into());
        }
    };
    let permission =
        Permission::parse(fields::required_text(&body, "permission")?).ok_or_else(|| {
            let message = "the permission is not READ, WRITE or DELETE";
            ServiceError::new(code::INVALID_VALUE, message)
        })?;
    let grantee = match (fields::text(&body, "user")?, fields::text(&body, "role")?) {
        (Some(id), None) => Grantee::User(id.to_owned()),
        (None, Some(name)) => Grantee::Role(name.to_owned()),
        _ => {
            let message = "a permission is for either a user or a role";
            return Err(ServiceError::new(code::MISSING_PARAMETER, message).into());
        }
    };
    let grant = Grant {
        permission,
        is_granted,
        grantee,
    };
    services.files.set_permission(caller, path, grant).await?;
    Ok(StatusCode::OK)
}
