//! The error codes of Backendless, and which kind of error each of them is.

use std::fmt;

use super::ErrorKind;

/// A Backendless error code, such as 3003 for a wrong login or password.
///
/// The set is open: the service has several hundred codes and adds new ones, so any number is a
/// valid code. The constants name only the codes that callers often check for. The numbers are
/// those of the list at <https://backendless.com/docs/rest/backendless_error_codes.html>.
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

impl ErrorCode {
    /// Creates the code with this number.
    ///
    /// ```
    /// let code = backendless::ErrorCode::new(3003);
    /// assert_eq!(code, backendless::ErrorCode::INVALID_LOGIN);
    /// ```
    #[must_use]
    pub const fn new(code: i64) -> Self {
        Self(code)
    }

    /// Returns the number.
    ///
    /// ```
    /// assert_eq!(backendless::ErrorCode::INVALID_LOGIN.get(), 3003);
    /// ```
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The kind of error that the code implies; `None` if the HTTP status decides.
    pub(crate) fn kind(self) -> Option<ErrorKind> {
        self.entry()?.kind
    }

    /// Returns what the code means, without a period; `None` if it is not known.
    pub(crate) fn description(self) -> Option<&'static str> {
        let text = self.entry()?.text;
        Some(text.strip_suffix('.').unwrap_or(text))
    }

    /// Returns whether the code means that the session of the request is expired or unknown.
    pub(crate) fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::INVALID_USER_TOKEN | Self::SESSION_TIMEOUT | Self::SESSION_EXPIRED
        )
    }

    fn entry(self) -> Option<&'static Entry> {
        CODES.iter().find(|entry| entry.code == self)
    }
}

impl ErrorKind {
    /// The kind of an error response: decided by its code, and by its HTTP status if the code is
    /// missing or implies no kind.
    ///
    /// The code has priority because the service uses the status 400 for nearly all errors.
    pub(crate) fn of_response(status: u16, code: Option<ErrorCode>) -> Self {
        code.and_then(ErrorCode::kind)
            .unwrap_or_else(|| Self::of_status(status))
    }
}

/// A row of the table of codes.
struct Entry {
    code: ErrorCode,
    kind: Option<ErrorKind>,
    text: &'static str,
    #[cfg(test)]
    name: Option<&'static str>,
}

/// Defines the table of codes, `number [NAME] [=> Kind]: "description"`, and a public constant for
/// each code that has a name.
macro_rules! error_codes {
    ($($number:literal $($name:ident)? $(=> $kind:ident)? : $doc:literal;)*) => {
        impl ErrorCode {
            $($(
                #[doc = concat!(stringify!($number), ": ", $doc)]
                pub const $name: Self = Self($number);
            )?)*
        }

        /// All codes that have a name or imply a kind, in ascending order.
        const CODES: &[Entry] = &[$(
            Entry {
                code: ErrorCode($number),
                kind: error_codes!(@option $(ErrorKind::$kind)?),
                text: $doc,
                #[cfg(test)]
                name: error_codes!(@option $(stringify!($name))?),
            },
        )*];
    };
    (@option) => { None };
    (@option $value:expr) => { Some($value) };
}

error_codes! {
    999 RATE_EXHAUSTED => RateLimited:
        "more requests per second than the application's plan allows. The request was not processed.";
    1000 OBJECT_NOT_FOUND => NotFound: "the table has no object with that id.";
    1001 NO_PROPERTIES: "an update without properties.";
    1002 USE_REGISTRATION: "rows of `Users` are created by registering a user.";
    1003 OBJECT_ID_NOT_ALLOWED: "the server assigns the object id.";
    1004 INVALID_OFFSET: "the offset of a page is invalid.";
    1007 WRONG_TYPE: "the type of a value is not that of its column.";
    1009 TABLE_NOT_FOUND => NotFound: "the table does not exist.";
    1011 CREATE_DENIED => Forbidden: "no permission to create an object.";
    1012 UPDATE_DENIED => Forbidden: "no permission to update an object.";
    1013 FIND_DENIED => Forbidden: "no permission to read objects.";
    1014 DELETE_DENIED => Forbidden: "no permission to delete an object.";
    1015 => Forbidden: "no permission to describe a table.";
    1025 PAGE_TOO_LARGE: "a page of more than 100 objects was requested.";
    1035 => NotFound: "no object has that primary key.";
    1101 => Conflict: "the key exists already.";
    1134 => Forbidden: "no permission for the operation on the table.";
    1155 => Conflict: "the entry exists already.";
    1166 => Conflict: "a column with unique values has the value already.";
    2000 => Forbidden: "the operation is not allowed.";
    2002 UNKNOWN_APPLICATION => InvalidApplication: "no application has that id and key.";
    2005 => NotFound: "the role does not exist.";
    2007 => Forbidden: "a system role cannot be assigned.";
    2008 => Forbidden: "a system role cannot be removed from a user.";
    2011 => Forbidden: "only server code may do this.";
    3000 => Unauthorized: "the login is not possible.";
    3003 INVALID_LOGIN => Unauthorized: "the login or the password is wrong.";
    3008 => InvalidApplication: "the application id or the key is missing.";
    3009 => Forbidden: "the registration of users is disabled.";
    3011 PASSWORD_MISSING: "a registration without a password.";
    3013 IDENTITY_MISSING: "a registration without a value for the identity column.";
    3018 => Conflict: "a user with that identity exists.";
    3020 UNKNOWN_USER => NotFound: "the user whose password is to be restored does not exist.";
    3023 => Unauthorized: "the logout failed because there is no session.";
    3029 => Forbidden: "a user may update only their own row.";
    3033 USER_EXISTS => Conflict: "a user with that identity exists.";
    3034 => Unauthorized: "logins are disabled.";
    3036 => Unauthorized: "the account is locked after too many failed logins.";
    3044 => Unauthorized: "the limit of simultaneous logins of the user is reached.";
    3048 SESSION_TIMEOUT => Unauthorized: "the session has expired.";
    3054 => Forbidden: "only server code may do this.";
    3057 => NotFound: "no user has that id or identity.";
    3064 INVALID_USER_TOKEN => Unauthorized: "the user token belongs to no session.";
    3083 => Unauthorized: "the call needs a logged-in user.";
    3084 => Forbidden: "only the user or an administrator may do this.";
    3087 => Unauthorized: "the e-mail address is not confirmed.";
    3090 ACCOUNT_DISABLED => Unauthorized: "the account is disabled.";
    3091 SESSION_EXPIRED => Unauthorized: "the session has expired.";
    3094 => Forbidden: "only the user or an administrator may update the user.";
    3095 => Forbidden: "only the user or an administrator may delete the user.";
    3104 => NotFound: "no user has that identity, so that no e-mail was sent.";
    3121 => Unauthorized: "the request has no authenticated user.";
    3122 => Forbidden: "only server code may do this.";
    4009 => Forbidden: "no permission to add a geo point.";
    4024 => NotFound: "the geo point does not exist.";
    4025 => NotFound: "the geo category does not exist.";
    4026 => Forbidden: "no permission to search geo points.";
    5002 => NotFound: "the channel does not exist.";
    5007 => Forbidden: "no permission to publish to the channel.";
    5008 => Forbidden: "no permission to subscribe to the channel.";
    5010 => NotFound: "the channel does not exist.";
    6000 FILE_NOT_FOUND => NotFound: "the file does not exist.";
    6003 FILE_EXISTS => Conflict: "a file of that name exists.";
    6007 => NotFound: "the file or directory does not exist.";
    6018 => Conflict: "the file or directory exists already.";
    6026 => Forbidden: "no permission to delete the file.";
    8002 UNREADABLE_REQUEST: "the body of the request could not be parsed.";
    8022 => InvalidApplication: "the application id is missing.";
    9070 SCALING_REQUIRED => RateLimited:
        "the application's plan does not cover the request. The request was not processed.";
    11009 => RateLimited: "the limit of API calls is reached.";
    11033 => RateLimited: "the application is blocked because it exceeded its limits.";
    14000 CLOUD_CODE: "the Cloud Code method raised an error of its own.";
    14001 => NotFound: "the Cloud Code service does not exist.";
    14002 => NotFound: "the Cloud Code method does not exist.";
    16001 => NotFound: "the cache has no such key.";
    19000 INVALID_WHERE: "the where clause cannot be parsed.";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_and_each_name_is_defined_once() {
        assert!(CODES.is_sorted_by(|one, next| one.code < next.code));
        let mut names: Vec<_> = CODES.iter().filter_map(|entry| entry.name).collect();
        assert_eq!(names.len(), 29);
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, next| one < next));
        // An entry without either has no effect.
        assert!(
            CODES
                .iter()
                .all(|entry| entry.name.or(entry.kind.map(|_| "")).is_some())
        );
    }

    #[test]
    fn each_kind_has_the_codes_of_the_official_list() {
        let codes = |kind| -> Vec<i64> {
            let entries = CODES.iter().filter(|entry| entry.kind == Some(kind));
            entries.map(|entry| entry.code.get()).collect()
        };
        assert_eq!(codes(ErrorKind::RateLimited), [999, 9070, 11009, 11033]);
        assert_eq!(codes(ErrorKind::InvalidApplication), [2002, 3008, 8022]);
        assert_eq!(
            codes(ErrorKind::Unauthorized),
            [
                3000, 3003, 3023, 3034, 3036, 3044, 3048, 3064, 3083, 3087, 3090, 3091, 3121
            ]
        );
        assert_eq!(
            codes(ErrorKind::Forbidden),
            [
                1011, 1012, 1013, 1014, 1015, 1134, 2000, 2007, 2008, 2011, 3009, 3029, 3054, 3084,
                3094, 3095, 3122, 4009, 4026, 5007, 5008, 6026
            ]
        );
        assert_eq!(
            codes(ErrorKind::NotFound),
            [
                1000, 1009, 1035, 2005, 3020, 3057, 3104, 4024, 4025, 5002, 5010, 6000, 6007,
                14001, 14002, 16001
            ]
        );
        assert_eq!(
            codes(ErrorKind::Conflict),
            [1101, 1155, 1166, 3018, 3033, 6003, 6018]
        );
        assert_eq!(
            CODES.iter().filter(|entry| entry.kind.is_some()).count(),
            65
        );
    }

    #[test]
    fn the_code_has_priority_over_the_status() {
        let kind = |status, code: i64| ErrorKind::of_response(status, Some(code.into()));
        assert_eq!(kind(400, 3064), ErrorKind::Unauthorized);
        assert_eq!(kind(400, 1000), ErrorKind::NotFound);
        assert_eq!(kind(200, 999), ErrorKind::RateLimited);
        assert_eq!(kind(404, 123_456), ErrorKind::NotFound);
        assert_eq!(kind(400, 123_456), ErrorKind::Api);
        // A named code without a kind.
        assert_eq!(kind(400, 1001), ErrorKind::Api);
        assert_eq!(kind(404, 1001), ErrorKind::NotFound);
    }

    #[test]
    fn the_status_decides_without_a_code() {
        let kind = |status| ErrorKind::of_response(status, None);
        assert_eq!(kind(401), ErrorKind::Unauthorized);
        assert_eq!(kind(429), ErrorKind::RateLimited);
        assert_eq!(kind(302), ErrorKind::Api);
        assert_eq!(kind(500), ErrorKind::Api);
    }
}
