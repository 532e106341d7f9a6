//! Answers: rows and values as JSON, failures in the service's envelope
//! `{"code":int,"message":string,"errorData":{}}`. Nothing of the server's inside is ever in one.

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

/// The service's error codes that this server answers with.
pub(crate) mod code {
    /// Not one of the service: what failed is this server itself.
    pub(crate) const INTERNAL: i64 = 0;
    pub(crate) const RATE_LIMIT: i64 = 999;
    pub(crate) const UNKNOWN_OBJECT: i64 = 1000;
    pub(crate) const NOTHING_TO_UPDATE: i64 = 1001;
    pub(crate) const USE_REGISTRATION: i64 = 1002;
    pub(crate) const OBJECT_ID_GIVEN: i64 = 1003;
    pub(crate) const INVALID_OFFSET: i64 = 1004;
    pub(crate) const INVALID_PAGE_SIZE: i64 = 1005;
    pub(crate) const UNKNOWN_COLUMN: i64 = 1006;
    pub(crate) const WRONG_TYPE: i64 = 1007;
    pub(crate) const UNKNOWN_TABLE: i64 = 1009;
    pub(crate) const PAGE_SIZE_TOO_LARGE: i64 = 1025;
    pub(crate) const VALUE_TOO_LARGE: i64 = 1026;
    pub(crate) const INVALID_EXPIRATION: i64 = 1028;
    pub(crate) const TOO_LARGE_FOR_LONG: i64 = 1030;
    pub(crate) const WRONG_OPERATION: i64 = 2001;
    pub(crate) const UNKNOWN_APP: i64 = 2002;
    pub(crate) const INVALID_LOGIN: i64 = 3003;
    pub(crate) const LOGIN_OR_PASSWORD_MISSING: i64 = 3006;
    pub(crate) const PASSWORD_MISSING: i64 = 3011;
    pub(crate) const IDENTITY_MISSING: i64 = 3013;
    pub(crate) const IDENTITY_TAKEN: i64 = 3018;
    pub(crate) const UNKNOWN_IDENTITY: i64 = 3020;
    pub(crate) const CANNOT_LOG_OUT: i64 = 3023;
    pub(crate) const UPDATE_NOT_LOGGED_IN: i64 = 3028;
    pub(crate) const UPDATE_OF_ANOTHER: i64 = 3029;
    pub(crate) const USER_EXISTS: i64 = 3033;
    pub(crate) const REGISTERED_OBJECT_ID: i64 = 3039;
    pub(crate) const INVALID_EMAIL: i64 = 3040;
    pub(crate) const PASSWORD_NOT_TEXT: i64 = 3050;
    pub(crate) const UNKNOWN_TOKEN: i64 = 3064;
    pub(crate) const REGISTERED_UPDATED: i64 = 3076;
    pub(crate) const REGISTERED_CREATED: i64 = 3077;
    pub(crate) const DELETE_OF_ANOTHER: i64 = 3095;
    pub(crate) const WRONG_COORDINATES: i64 = 4002;
    pub(crate) const RADIUS_NOT_POSITIVE: i64 = 4023;
    pub(crate) const NO_NUMBER: i64 = 4032;
    pub(crate) const COORDINATES_MISSING: i64 = 4068;
    pub(crate) const INVALID_PUBLISH_TIME: i64 = 5030;
    pub(crate) const WRONG_RECIPIENT: i64 = 5047;
    pub(crate) const NO_RECIPIENT: i64 = 5048;
    pub(crate) const NO_EMAIL_BODY: i64 = 5049;
    pub(crate) const FILE_NOT_FOUND: i64 = 6000;
    pub(crate) const INVALID_PATH: i64 = 6001;
    pub(crate) const FILE_EXISTS: i64 = 6003;
    pub(crate) const UPLOAD_FAILED: i64 = 6009;
    pub(crate) const WRONG_CONTENT_TYPE: i64 = 6010;
    pub(crate) const NO_FILE: i64 = 6011;
    pub(crate) const SEVERAL_FILES: i64 = 6012;
    pub(crate) const INVALID_VALUE: i64 = 8000;
    pub(crate) const UNREADABLE: i64 = 8002;
    pub(crate) const MISSING_PARAMETER: i64 = 8007;
    pub(crate) const INVALID_PARAMETER: i64 = 8008;
    pub(crate) const SERVICE_ERROR: i64 = 14000;
    pub(crate) const UNKNOWN_SERVICE: i64 = 14001;
    pub(crate) const UNKNOWN_METHOD: i64 = 14002;
    pub(crate) const INVALID_WHERE: i64 = 19000;
    pub(crate) const INVALID_HAVING: i64 = 19001;
}

/// Why a request was not done.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: i64,
    message: String,
}

impl Failure {
    /// A failure of the caller's making: status 400.
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Failure {
        Failure {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }

    pub(crate) fn status(mut self, status: StatusCode) -> Failure {
        self.status = status;
        self
    }

    /// A failure of this server. The reason goes to stderr, for who runs the server; the client is
    /// told no more than that.
    pub(crate) fn internal(reason: impl fmt::Display) -> Failure {
        eprintln!("backendless-local: internal error: {reason}");
        Failure::new(
            code::INTERNAL,
            "internal error of the local server; its stderr says more",
        )
        .status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        Failure::internal(error)
    }
}

/// What the service answers when it does not do what was asked.
#[derive(Serialize)]
struct Envelope<'a> {
    code: i64,
    message: &'a str,
    #[serde(rename = "errorData")]
    error_data: Map<String, Value>,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let envelope = Envelope {
            code: self.code,
            message: &self.message,
            error_data: Map::new(),
        };
        as_json(self.status, &envelope)
    }
}

/// An answer with a JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        as_json(StatusCode::OK, &self.0)
    }
}

fn as_json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let json = HeaderValue::from_static("application/json");
            (status, [(header::CONTENT_TYPE, json)], body).into_response()
        }
        // Only a map whose keys are not text cannot be written, and none here has such.
        Err(error) => {
            eprintln!("backendless-local: an answer that is no JSON: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A row as it is answered: properties in the order of the table's columns.
#[derive(Debug, Default)]
pub(crate) struct Row(pub(crate) Vec<(String, Value)>);

impl Row {
    pub(crate) fn push(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What the caller sent, for use in a message: of bounded length.
pub(crate) fn shorten(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
