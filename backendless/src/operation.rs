//! What is known of an operation before any request is made.
//!
//! One [`Operation`] per operation of the API stands in [`crate::operations`]. Retries, authentication, tracing and mocks
//! read it; nothing here sends anything.

use std::fmt;

/// What is known of an operation of the API.
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
#[derive(Debug)]
pub struct Operation {
    pub(crate) id: &'static str,
    pub(crate) service: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) requires_user_token: bool,
    pub(crate) idempotency: Idempotency,
    pub(crate) path_parameters: &'static [PathParameter],
}

impl Operation {
    /// The operationId: `createObject`.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The service it belongs to, the tag of the specification: `Data`.
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// The HTTP method, in capitals: `POST`.
    pub const fn method(&self) -> &'static str {
        self.method
    }

    /// The path template behind the app path: `/data/{table-name}`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Whether the specification asks for the user token.
    ///
    /// Backendless answers most of these operations without a token too, with the permissions of a guest.
    pub const fn requires_user_token(&self) -> bool {
        self.requires_user_token
    }

    /// Whether the same request may be sent twice.
    pub const fn idempotency(&self) -> Idempotency {
        self.idempotency
    }

    /// The parameters of the path, in its order.
    pub const fn path_parameters(&self) -> &'static [PathParameter] {
        self.path_parameters
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Whether sending a request twice does the same as sending it once, in the terms of RFC 9110.
///
/// ```
/// use backendless::operation::Idempotency;
/// use backendless::operations;
///
/// assert_eq!(operations::GET_OBJECT_BY_ID.idempotency(), Idempotency::Safe);
/// assert_eq!(operations::UPDATE_OBJECT.idempotency(), Idempotency::Idempotent);
/// assert_eq!(operations::INCREMENT_AND_GET.idempotency(), Idempotency::NotIdempotent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// It changes nothing.
    Safe,
    /// Twice does what once does.
    Idempotent,
    /// Twice does it twice.
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

/// A parameter in the path of an operation.
///
/// ```
/// use backendless::operations;
///
/// let [table, object] = operations::GET_OBJECT_BY_ID.path_parameters() else {
///     unreachable!("the path is /data/{{table-name}}/{{object-id}}");
/// };
/// assert_eq!(table.name(), "table-name");
/// // `GET /data/Person/count` counts.
/// assert!(object.is_reserved("count"));
/// ```
#[derive(Debug)]
pub struct PathParameter {
    pub(crate) name: &'static str,
    pub(crate) several_segments: bool,
    pub(crate) reserved: &'static [&'static str],
}

impl PathParameter {
    /// The name in the path template: `table-name`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the value is itself a path, whose slashes separate segments.
    pub const fn several_segments(&self) -> bool {
        self.several_segments
    }

    /// The values that would turn the path into that of another operation with the same method.
    ///
    /// A value of several segments may hold `{name}` where any segment stands.
    pub const fn reserved(&self) -> &'static [&'static str] {
        self.reserved
    }

    /// Whether this value is one of the [reserved](Self::reserved) ones.
    pub fn is_reserved(&self, value: &str) -> bool {
        self.reserved.iter().any(|pattern| matches(pattern, value))
    }
}

fn matches(pattern: &str, value: &str) -> bool {
    if !pattern.contains('{') {
        return pattern == value;
    }
    let mut segments = value.split('/');
    let fits = pattern.split('/').all(|expected| {
        let any = expected.starts_with('{') && expected.ends_with('}');
        segments
            .next()
            .is_some_and(|segment| any || segment == expected)
    });
    fits && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::PathParameter;

    fn path(reserved: &'static [&'static str]) -> PathParameter {
        PathParameter {
            name: "path",
            several_segments: true,
            reserved,
        }
    }

    #[test]
    fn a_reserved_value_is_compared_whole() {
        let parameter = path(&["count"]);
        assert!(parameter.is_reserved("count"));
        for other in ["counts", "Count", "count/1", "", "a/count"] {
            assert!(!parameter.is_reserved(other), "{other:?}");
        }
    }

    #[test]
    fn a_brace_in_a_reserved_path_stands_for_any_one_segment() {
        let parameter = path(&["list/{directory}"]);
        assert!(parameter.is_reserved("list/images"));
        assert!(!parameter.is_reserved("list"));
        assert!(!parameter.is_reserved("list/images/small"));
    }
}
