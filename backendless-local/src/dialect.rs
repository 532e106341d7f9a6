//! The two dialects of the REST API: that of the OpenAPI document and that of the live service.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Meaning of a request that the OpenAPI document and the live service interpret differently; set
/// with [`Builder::dialect`](crate::Builder::dialect).
///
/// There is one such request: `PUT /cache/{key}?timeout=N` with `N` from 1 to 7200. In every other
/// case the two dialects have different paths, names or values, and the server accepts both:
///
/// | operation | document | live service |
/// | --- | --- | --- |
/// | put a cache value | `timeout` in milliseconds, 1 to 7,200,000 | `timeout` in seconds, 1 to 7200 |
/// | read a counter | `GET /counters/{name}/get` | `GET /counters/{name}` |
/// | search by radius | `radius` | `r` |
/// | publish a message | `pushPolicy`: `ONLY`, `ALSO`, `NONE` | `publishPolicy`: `PUSH`, `BOTH`, `PUBSUB` |
/// | find objects | `property` | `props` |
///
/// Without a dialect, a timeout from 1 to 7200 is rejected with code 1028, because it is either a
/// time of up to 7.2 seconds or of up to 2 hours. A larger one is in milliseconds.
///
/// ```
/// use backendless_local::Dialect;
///
/// assert_eq!("live".parse::<Dialect>()?, Dialect::Live);
/// # Ok::<(), backendless_local::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// That of the OpenAPI document. A client of the crate `backendless` with `Profile::Document`,
    /// its default, uses it.
    Document,
    /// That of the live service. The official SDKs and a client of the crate `backendless` with
    /// `Profile::Live` use it.
    Live,
}

/// Returns `document` or `live`.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Dialect::Document => "document",
            Dialect::Live => "live",
        })
    }
}

/// Parses `document` and `live`, ignoring case.
impl FromStr for Dialect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Dialect, Error> {
        [Dialect::Document, Dialect::Live]
            .into_iter()
            .find(|dialect| text.eq_ignore_ascii_case(&dialect.to_string()))
            .ok_or_else(|| Error::new("not a dialect: use 'document' or 'live'"))
    }
}
