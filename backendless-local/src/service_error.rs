//! Errors of requests: a kind, the service's error code and a message. Nothing here depends on
//! HTTP; `http::response` maps the kind to a status code.

use std::fmt;

use serde_json::{Map, Value};

/// Error codes of the service that this server returns.
pub(crate) mod code {
    // Codes that the service does not have.

    /// This server itself failed.
    pub(crate) const INTERNAL: i64 = 0;
    /// The request may be that of a page of another site.
    pub(crate) const REJECTED: i64 = -403;
    /// The console has no such page, or the log no such entry.
    pub(crate) const NOT_FOUND: i64 = -404;

    // Codes of the service.

    pub(crate) const RATE_LIMIT: i64 = 999;
    pub(crate) const UNKNOWN_OBJECT: i64 = 1000;
    pub(crate) const NOTHING_TO_UPDATE: i64 = 1001;
    pub(crate) const OBJECT_ID_GIVEN: i64 = 1003;
    pub(crate) const INVALID_OFFSET: i64 = 1004;
    pub(crate) const INVALID_PAGE_SIZE: i64 = 1005;
    pub(crate) const UNKNOWN_COLUMN: i64 = 1006;
    pub(crate) const TYPE_MISMATCH: i64 = 1007;
    pub(crate) const UNKNOWN_TABLE: i64 = 1009;
    pub(crate) const CREATE_DENIED: i64 = 1011;
    pub(crate) const UPDATE_DENIED: i64 = 1012;
    pub(crate) const FIND_DENIED: i64 = 1013;
    pub(crate) const REMOVE_DENIED: i64 = 1014;
    pub(crate) const PERMISSION_DENIED: i64 = 1024;
    pub(crate) const PAGE_SIZE_TOO_LARGE: i64 = 1025;
    pub(crate) const VALUE_TOO_LARGE: i64 = 1026;
    pub(crate) const INVALID_EXPIRATION: i64 = 1028;
    pub(crate) const COUNTER_OVERFLOW: i64 = 1030;
    pub(crate) const DUPLICATE_ENTRY: i64 = 1155;
    pub(crate) const UNKNOWN_OPERATION: i64 = 2001;
    pub(crate) const UNKNOWN_APP: i64 = 2002;
    pub(crate) const UNKNOWN_ROLE: i64 = 2005;
    pub(crate) const SYSTEM_ROLE_ASSIGNED: i64 = 2007;
    pub(crate) const SYSTEM_ROLE_UNASSIGNED: i64 = 2008;
    pub(crate) const ROLES_NOT_ALLOWED: i64 = 2011;
    pub(crate) const LOGIN_BY_OBJECT_ID: i64 = 2014;
    pub(crate) const LOGIN_NOT_POSSIBLE: i64 = 3000;
    pub(crate) const ALREADY_LOGGED_IN: i64 = 3002;
    pub(crate) const INVALID_LOGIN: i64 = 3003;
    pub(crate) const LOGIN_OR_PASSWORD_MISSING: i64 = 3006;
    pub(crate) const PASSWORD_MISSING: i64 = 3011;
    pub(crate) const IDENTITY_MISSING: i64 = 3013;
    pub(crate) const IDENTITY_TAKEN: i64 = 3018;
    pub(crate) const UNKNOWN_IDENTITY: i64 = 3020;
    pub(crate) const UPDATE_NOT_LOGGED_IN: i64 = 3028;
    pub(crate) const UPDATE_OF_ANOTHER_USER: i64 = 3029;
    pub(crate) const USER_EXISTS: i64 = 3033;
    pub(crate) const OBJECT_ID_AT_REGISTRATION: i64 = 3039;
    pub(crate) const INVALID_EMAIL: i64 = 3040;
    pub(crate) const TOO_MANY_LOGINS: i64 = 3044;
    pub(crate) const PASSWORD_NOT_A_STRING: i64 = 3050;
    pub(crate) const STATUS_NOT_ALLOWED: i64 = 3054;
    pub(crate) const UNKNOWN_USER: i64 = 3057;
    pub(crate) const UNKNOWN_TOKEN: i64 = 3064;
    pub(crate) const UPDATED_AT_REGISTRATION: i64 = 3076;
    pub(crate) const CREATED_AT_REGISTRATION: i64 = 3077;
    pub(crate) const EMAIL_NOT_CONFIRMED: i64 = 3087;
    pub(crate) const ACCOUNT_DISABLED: i64 = 3090;
    pub(crate) const DELETE_OF_ANOTHER_USER: i64 = 3095;
    pub(crate) const ALREADY_CONFIRMED: i64 = 3102;
    pub(crate) const CONFIRMATION_NOT_REQUIRED: i64 = 3103;
    pub(crate) const NO_USER_TO_CONFIRM: i64 = 3104;
    pub(crate) const NO_AUTHENTICATED_USER: i64 = 3121;
    pub(crate) const VERIFICATION_NOT_ALLOWED: i64 = 3122;
    pub(crate) const NO_PERMISSION: i64 = 4000;
    pub(crate) const INVALID_COORDINATES: i64 = 4002;
    pub(crate) const INVALID_GEO_OFFSET: i64 = 4003;
    pub(crate) const INVALID_GEO_PAGE_SIZE: i64 = 4004;
    pub(crate) const RADIUS_NOT_POSITIVE: i64 = 4023;
    pub(crate) const NOT_A_NUMBER: i64 = 4032;
    pub(crate) const COORDINATES_MISSING: i64 = 4068;
    pub(crate) const UNKNOWN_DEVICE: i64 = 5001;
    pub(crate) const UNKNOWN_CHANNEL: i64 = 5010;
    pub(crate) const INVALID_PUBLISH_TIME: i64 = 5030;
    pub(crate) const CANNOT_CANCEL: i64 = 5040;
    pub(crate) const INVALID_RECIPIENT: i64 = 5047;
    pub(crate) const RECIPIENT_MISSING: i64 = 5048;
    pub(crate) const EMAIL_BODY_MISSING: i64 = 5049;
    pub(crate) const FILE_NOT_FOUND: i64 = 6000;
    pub(crate) const INVALID_PATH: i64 = 6001;
    pub(crate) const FILE_EXISTS: i64 = 6003;
    pub(crate) const RESOURCE_NOT_FOUND: i64 = 6007;
    pub(crate) const UPLOAD_FAILED: i64 = 6009;
    pub(crate) const INVALID_CONTENT_TYPE: i64 = 6010;
    pub(crate) const FILE_PART_MISSING: i64 = 6011;
    pub(crate) const MULTIPLE_FILES: i64 = 6012;
    pub(crate) const CONTENT_TOO_LONG: i64 = 6016;
    pub(crate) const PATH_EXISTS: i64 = 6018;
    pub(crate) const INVALID_VALUE: i64 = 8000;
    pub(crate) const UNPARSABLE_BODY: i64 = 8002;
    pub(crate) const MISSING_PARAMETER: i64 = 8007;
    pub(crate) const INVALID_PARAMETER: i64 = 8008;
    pub(crate) const SERVICE_ERROR: i64 = 14000;
    pub(crate) const UNKNOWN_SERVICE: i64 = 14001;
    pub(crate) const UNKNOWN_METHOD: i64 = 14002;
    pub(crate) const UNKNOWN_KEY: i64 = 16001;
    pub(crate) const EXPIRATION_PASSED: i64 = 16002;
    pub(crate) const EXPIRATION_OUT_OF_RANGE: i64 = 16003;
    pub(crate) const INVALID_WHERE: i64 = 19000;
    pub(crate) const INVALID_HAVING: i64 = 19001;
    pub(crate) const LOG_VALUE_MISSING: i64 = 21004;
    pub(crate) const UNKNOWN_EMAIL_TEMPLATE: i64 = 24002;
}

/// Kind of a [`ServiceError`], from which the status code of the response follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The request is invalid.
    InvalidRequest,
    /// The credentials are wrong or missing.
    Unauthorized,
    /// The requested table, row, file or operation does not exist.
    NotFound,
    /// This server failed. The message is printed to stderr and not sent to the client.
    Internal,
}

/// Error of a Cloud Code method. The response has its code and its message.
///
/// ```
/// use backendless_local::ServiceError;
///
/// let error = ServiceError::new(14_500, "the cart is empty");
/// assert_eq!(error.to_string(), "the cart is empty");
/// ```
#[derive(Clone, Debug)]
pub struct ServiceError {
    kind: ErrorKind,
    code: i64,
    message: String,
    /// `errorData` of the response.
    data: Map<String, Value>,
}

impl ServiceError {
    /// Creates an error from a code and a message. The code is any number; the service's own code
    /// for a failed method is 14000. The status of the response is 400.
    pub fn new(code: i64, message: impl Into<String>) -> ServiceError {
        ServiceError::of_kind(ErrorKind::InvalidRequest, code, message)
    }

    pub(crate) fn unauthorized(code: i64, message: impl Into<String>) -> ServiceError {
        ServiceError::of_kind(ErrorKind::Unauthorized, code, message)
    }

    pub(crate) fn not_found(code: i64, message: impl Into<String>) -> ServiceError {
        ServiceError::of_kind(ErrorKind::NotFound, code, message)
    }

    /// An operation or a parameter of the service that this server does not implement. `what` is its
    /// name.
    pub(crate) fn not_implemented(what: impl fmt::Display) -> ServiceError {
        let message = format!("{what} is not implemented by the local server");
        ServiceError::not_found(code::UNKNOWN_OPERATION, message)
    }

    /// A failure of this server. The client never sees the reason.
    pub(crate) fn internal(reason: impl fmt::Display) -> ServiceError {
        ServiceError::of_kind(ErrorKind::Internal, code::INTERNAL, reason.to_string())
    }

    fn of_kind(kind: ErrorKind, code: i64, message: impl Into<String>) -> ServiceError {
        ServiceError {
            kind,
            code,
            message: message.into(),
            data: Map::new(),
        }
    }

    /// Sets `errorData`, the details that the message does not have.
    pub(crate) fn with_data<'a>(
        mut self,
        data: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> ServiceError {
        let data = data.into_iter();
        self.data = data
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn code(&self) -> i64 {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn into_message(self) -> String {
        self.message
    }

    pub(crate) fn data(&self) -> &Map<String, Value> {
        &self.data
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ServiceError {}

impl From<rusqlite::Error> for ServiceError {
    fn from(error: rusqlite::Error) -> ServiceError {
        caused_by_client(&error).unwrap_or_else(|| ServiceError::internal(without_sql(&error)))
    }
}

/// Returns the message of an error without the statement that failed.
pub(crate) fn without_sql(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

/// Begins the message of an SQL function's error that the client caused.
const OF_FUNCTION: &str = "backendless-local function: ";

/// Returns the message with which an SQL function reports an error that the client caused.
pub(crate) fn of_function(code: i64, message: &str) -> String {
    format!("{OF_FUNCTION}{code}: {message}")
}

/// Returns the client's error that SQLite reports: of an SQL function, or an exceeded limit.
fn caused_by_client(error: &rusqlite::Error) -> Option<ServiceError> {
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        return None;
    };
    if failure.code == rusqlite::ErrorCode::OperationInterrupted {
        return Some(ServiceError::new(
            code::INVALID_VALUE,
            "the request was interrupted because it takes too long: use a simpler clause, fewer \
             computed values or fewer rows",
        ));
    }
    let message = message.as_deref()?.strip_prefix(OF_FUNCTION)?;
    let (code, message) = message.split_once(": ")?;
    Some(ServiceError::new(code.parse().ok()?, message))
}
