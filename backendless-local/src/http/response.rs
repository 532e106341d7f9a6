//! Responses: JSON values, and errors in the service's envelope
//! `{"code":int,"message":string,"errorData":{}}`. An internal error is printed to
//! stderr; its response contains no details.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::service_error::{ErrorKind, ServiceError};
use crate::text::escape_controls;

/// An error with its status code.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    error: ServiceError,
}

impl ErrorResponse {
    /// An error whose status differs from that of its kind.
    pub(crate) fn with_status(status: StatusCode, error: ServiceError) -> ErrorResponse {
        ErrorResponse { status, error }
    }
}

impl From<ServiceError> for ErrorResponse {
    fn from(error: ServiceError) -> ErrorResponse {
        let status = match error.kind() {
            ErrorKind::InvalidRequest => StatusCode::BAD_REQUEST,
            ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        ErrorResponse { status, error }
    }
}

/// The body of every error response.
#[derive(Serialize)]
struct Envelope<'a> {
    code: i64,
    message: &'a str,
    #[serde(rename = "errorData")]
    error_data: &'a Map<String, Value>,
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let message = match self.error.kind() {
            ErrorKind::Internal => {
                let error = escape_controls(&self.error.to_string());
                eprintln!("backendless-local: internal error: {error}");
                "internal error of the local server; see its stderr"
            }
            _ => self.error.message(),
        };
        let envelope = Envelope {
            code: self.error.code(),
            message,
            error_data: self.error.data(),
        };
        json_response(self.status, &envelope)
    }
}

/// A response with status 200 and a JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json_response(StatusCode::OK, &self.0)
    }
}

fn json_response(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let json = HeaderValue::from_static("application/json");
            (status, [(header::CONTENT_TYPE, json)], body).into_response()
        }
        // Fails only for maps whose keys are not strings, of which there are none here.
        Err(error) => {
            eprintln!("backendless-local: cannot serialize a response: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
