//! The numbers by which Backendless names its errors.

use std::fmt;

/// A Backendless error code, such as 3003 for a wrong login or password.
///
/// The set is open: the service has several hundred codes and adds to them, so any number is a
/// valid code and the constants name only those that a caller is likely to ask for. They are taken
/// from the list at <https://backendless.com/docs/rest/backendless_error_codes.html>.
///
/// ```
/// use backendless::ErrorCode;
///
/// let code = ErrorCode::new(3003);
/// assert_eq!(code, ErrorCode::INVALID_LOGIN);
/// assert_eq!(code.to_string(), "3003");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(i64);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $name: Self = Self($value);
        )*
    };
}

impl ErrorCode {
    /// The code with this number.
    #[must_use]
    pub const fn new(code: i64) -> Self {
        Self(code)
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    codes! {
        /// 999: more requests per second than the application's plan allows. Nothing was done.
        RATE_EXHAUSTED = 999;
        /// 1000: the table has no object with that id.
        OBJECT_NOT_FOUND = 1000;
        /// 1001: an update that names no property.
        NO_PROPERTIES = 1001;
        /// 1002: a row of `Users` is made by registering a user.
        USE_REGISTRATION = 1002;
        /// 1003: the server assigns the object id.
        OBJECT_ID_NOT_ALLOWED = 1003;
        /// 1004: an offset that is no offset.
        INVALID_OFFSET = 1004;
        /// 1007: a value of another type than the column.
        WRONG_TYPE = 1007;
        /// 1009: there is no table of that name.
        TABLE_NOT_FOUND = 1009;
        /// 1011: no permission to create an object.
        CREATE_DENIED = 1011;
        /// 1012: no permission to update an object.
        UPDATE_DENIED = 1012;
        /// 1013: no permission to read objects.
        FIND_DENIED = 1013;
        /// 1014: no permission to delete an object.
        DELETE_DENIED = 1014;
        /// 1025: a page of more than 100 objects was asked for.
        PAGE_TOO_LARGE = 1025;
        /// 2002: there is no application with that id and key.
        UNKNOWN_APPLICATION = 2002;
        /// 3003: the login or the password is wrong.
        INVALID_LOGIN = 3003;
        /// 3011: a registration without a password.
        PASSWORD_MISSING = 3011;
        /// 3013: a registration without a value for the identity column.
        IDENTITY_MISSING = 3013;
        /// 3020: a password can be restored only for a known user.
        UNKNOWN_USER = 3020;
        /// 3033: there is a user with that identity.
        USER_EXISTS = 3033;
        /// 3048: the session has ended.
        SESSION_TIMEOUT = 3048;
        /// 3064: the user token is not that of a session.
        INVALID_USER_TOKEN = 3064;
        /// 3090: the account is disabled.
        ACCOUNT_DISABLED = 3090;
        /// 3091: the session has ended.
        SESSION_EXPIRED = 3091;
        /// 6000: there is no such file.
        FILE_NOT_FOUND = 6000;
        /// 6003: there is a file of that name.
        FILE_EXISTS = 6003;
        /// 8002: the request's body could not be read.
        UNREADABLE_REQUEST = 8002;
        /// 9070: the application's plan does not cover the request. Nothing was done.
        SCALING_REQUIRED = 9070;
        /// 14000: the Cloud Code method raised an error of its own.
        CLOUD_CODE = 14000;
        /// 19000: the where clause cannot be understood.
        INVALID_WHERE = 19000;
    }
}

impl From<i64> for ErrorCode {
    fn from(code: i64) -> Self {
        Self(code)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorCode({})", self.0)
    }
}
