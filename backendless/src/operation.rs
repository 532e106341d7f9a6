//! Metadata of the operations of the API: what each one is, before any request is built.
//!
//! [`Operation`] is the row type; the rows are generated from `openapi.yaml` and its overlays. Retries, sessions,
//! tracing, mocks and tests read them. Nothing else in the SDK compares operation ids.

mod route;

use std::fmt;

/// Metadata of an operation of the API.
///
/// ```
/// use backendless::operations;
///
/// let create = &operations::CREATE_OBJECT;
/// assert_eq!(create.id(), "createObject");
/// assert_eq!(create.method(), "POST");
/// assert_eq!(create.path(), "/data/{table-name}");
/// assert!(create.requires_user_token());
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) service: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) origin: Origin,
    pub(crate) session: SessionUse,
    pub(crate) idempotency: Idempotency,
    pub(crate) error_codes: ErrorCodes,
    pub(crate) returns_token: bool,
    pub(crate) path_parameters: &'static [PathParameter],
}

impl Operation {
    /// Returns the operationId: `createObject`.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::CREATE_OBJECT.id(), "createObject");
    /// ```
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the service, which is the tag of the specification: `Data`.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::CREATE_OBJECT.service(), "Data");
    /// ```
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// Returns the HTTP method in upper case: `POST`.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::CREATE_OBJECT.method(), "POST");
    /// ```
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// Returns the path template, which follows the app path: `/data/{table-name}`.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::CREATE_OBJECT.path(), "/data/{table-name}");
    /// ```
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns where the operation is specified.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::CREATE_OBJECT.origin(), operations::Origin::Document);
    /// ```
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// Returns how the operation uses the session of the user.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert_eq!(operations::LOGOUT_USER.session(), operations::SessionUse::Ends);
    /// ```
    pub const fn session(&self) -> SessionUse {
        self.session
    }

    /// Returns whether the specification requires the user token.
    ///
    /// Backendless also accepts most of these operations without a token, with the permissions of a guest.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert!(!operations::LOGIN_USER.requires_user_token());
    /// ```
    pub const fn requires_user_token(&self) -> bool {
        !matches!(self.session, SessionUse::None)
    }

    /// Returns whether the same request may be sent more than once.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// println!("{:?}", operations::CREATE_OBJECT.idempotency());
    /// ```
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// Returns whose error codes an error response contains.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// let operation = &operations::INVOKE_CLOUD_CODE_SERVICE;
    /// assert_eq!(operation.error_codes(), operations::ErrorCodes::Application);
    /// ```
    pub const fn error_codes(&self) -> ErrorCodes {
        self.error_codes
    }

    /// Returns whether the response may contain the token of a session, which is a secret.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// assert!(operations::LOGIN_USER.returns_user_token());
    /// assert!(!operations::CREATE_OBJECT.returns_user_token());
    /// ```
    pub const fn returns_user_token(&self) -> bool {
        self.returns_token
    }

    /// Returns the parameters of the path, in the order of the path.
    ///
    /// ```
    /// use backendless::operations;
    ///
    /// let [table] = operations::CREATE_OBJECT.path_parameters() else { panic!("one parameter") };
    /// assert_eq!(table.name(), "table-name");
    /// ```
    pub const fn path_parameters(&self) -> &'static [PathParameter] {
        self.path_parameters
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Where an operation is specified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// In `openapi.yaml`.
    Document,
    /// In an overlay: the live service has the operation and the document lacks it.
    Overlay,
}

/// How an operation uses the session of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionUse {
    /// No user token is sent.
    None,
    /// The user token is sent, if the client has one.
    Uses,
    /// The user token is sent, and the session ends.
    Ends,
}

/// Whose codes the error responses of an operation contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCodes {
    /// The service's own codes.
    Service,
    /// Codes of the application's own code as well, which may have executed before it failed: a
    /// code alone does not prove that the request was rejected.
    Application,
}

/// Whether sending a request twice has the same effect as sending it once, in the terms of RFC 9110, section 9.2.
///
/// ```
/// use backendless::operations::{self, Idempotency};
///
/// assert_eq!(operations::GET_OBJECT_BY_ID.idempotency(), Idempotency::Safe);
/// assert_eq!(operations::UPDATE_OBJECT.idempotency(), Idempotency::Idempotent);
/// assert_eq!(operations::INCREMENT_AND_GET.idempotency(), Idempotency::NotIdempotent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// The request changes nothing.
    Safe,
    /// Several identical requests have the effect of one.
    Idempotent,
    /// Each request has an effect.
    NotIdempotent,
    /// Idempotent when this query parameter is sent with this value, otherwise not.
    #[non_exhaustive]
    IdempotentWhen {
        /// The name of the query parameter.
        query: &'static str,
        /// Its value.
        value: &'static str,
    },
}

/// Parameter in the path of an operation.
///
/// ```
/// use backendless::operations;
///
/// let [table, object] = operations::GET_OBJECT_BY_ID.path_parameters() else {
///     unreachable!("the path is /data/{{table-name}}/{{object-id}}");
/// };
/// assert_eq!(table.name(), "table-name");
/// // `GET /data/Person/count` is the operation `countObjects`.
/// assert!(object.is_reserved("count"));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct PathParameter {
    pub(crate) name: &'static str,
    pub(crate) multi_segment: bool,
    pub(crate) reserved: &'static [&'static str],
}

impl PathParameter {
    /// Returns the name in the path template: `table-name`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the value is itself a path, whose slashes separate segments.
    pub const fn multi_segment(&self) -> bool {
        self.multi_segment
    }

    /// Returns the values that would turn the path into the path of another operation with the same method.
    ///
    /// In a value of several segments, `{name}` represents any one segment, and `{name*}` one or more segments.
    pub const fn reserved(&self) -> &'static [&'static str] {
        self.reserved
    }

    /// Returns whether `value` is one of the [reserved](Self::reserved) values.
    pub fn is_reserved(&self, value: &str) -> bool {
        self.reserved.iter().any(|pattern| matches(pattern, value))
    }
}

fn matches(pattern: &str, value: &str) -> bool {
    if !pattern.contains('{') {
        return pattern == value;
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let value: Vec<&str> = value.split('/').collect();
    fits(&pattern, &value)
}

/// Whether the segments of a value match those of a pattern.
fn fits(pattern: &[&str], value: &[&str]) -> bool {
    let Some((expected, pattern)) = pattern.split_first() else {
        return value.is_empty();
    };
    if expected.starts_with('{') && expected.ends_with("*}") {
        return (1..=value.len()).any(|length| fits(pattern, &value[length..]));
    }
    let any = expected.starts_with('{') && expected.ends_with('}');
    value
        .split_first()
        .is_some_and(|(segment, value)| (any || segment == expected) && fits(pattern, value))
}

#[cfg(test)]
mod tests {
    use super::PathParameter;

    fn path(reserved: &'static [&'static str]) -> PathParameter {
        PathParameter {
            name: "path",
            multi_segment: true,
            reserved,
        }
    }

    #[test]
    fn a_reserved_value_matches_only_the_exact_value() {
        let parameter = path(&["count"]);
        assert!(parameter.is_reserved("count"));
        for other in ["counts", "Count", "count/1", "", "a/count"] {
            assert!(!parameter.is_reserved(other), "{other:?}");
        }
    }

    #[test]
    fn a_brace_in_a_reserved_path_matches_any_one_segment() {
        let parameter = path(&["list/{directory}"]);
        assert!(parameter.is_reserved("list/images"));
        assert!(!parameter.is_reserved("list"));
        assert!(!parameter.is_reserved("list/images/small"));
    }

    #[test]
    fn a_brace_with_an_asterisk_matches_one_or_more_segments() {
        let parameter = path(&["append/{path*}", "{path*}/"]);
        for reserved in ["append/a", "append/a/b/c/d/e/f", "docs/", "a/b/c/d/e/f/"] {
            assert!(parameter.is_reserved(reserved), "{reserved}");
        }
        for other in ["append", "docs/append/a", "a/b", ""] {
            assert!(!parameter.is_reserved(other), "{other:?}");
        }
    }
}
