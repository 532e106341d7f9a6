//! Differences between the OpenAPI document and the live service, as a setting of the client.
//!
//! The profile is applied while a request is built: paths and names of parameters in the generated functions of
//! [`raw`](crate::generated::raw), from the extensions `x-live-path` and `x-live-name` of the overlays; values where they are
//! set.

/// Which request is sent where the OpenAPI document and the live service differ.
///
/// Set with [`ClientBuilder::profile`](crate::ClientBuilder::profile) or the environment variable `BACKENDLESS_PROFILE`,
/// which [`Client::from_env`](crate::Client::from_env) reads.
/// Choose [`Live`](Self::Live) for an application at backendless.com.
///
/// | request | [`Document`](Self::Document) sends | [`Live`](Self::Live) sends |
/// | --- | --- | --- |
/// | [`CachePut::ttl`](crate::CachePut::ttl) | `timeout` in milliseconds | `timeout` in seconds, rounded up |
/// | [`Counters::get`](crate::Counters::get) | `GET /counters/{name}/get` | `GET /counters/{name}` |
/// | [`FindGeoPoints::near`](crate::FindGeoPoints::near) | `radius` | `r` |
/// | [`Publish::push_policy`](crate::Publish::push_policy) | `pushPolicy`: `ONLY`, `ALSO`, `NONE` | `publishPolicy`: `PUSH`, `BOTH`, `PUBSUB` |
/// | [`Find::properties`](crate::Find::properties) | `property` | `props` |
///
/// Both send a search or a count as a GET, and as a POST if its URL would be longer than 2,000 bytes; the official SDKs send
/// each as a POST.
///
/// Responses are decoded in the same way in both, as leniently as either requires. The `mock` feature and the spans of
/// `tracing` use the paths of the document.
///
/// The sources, and further differences, are in `docs/live-service.md` of the repository.
///
/// ```
/// use backendless::{Client, Profile};
///
/// let client = Client::builder("A0F5", "9C41").profile(Profile::Live).build()?;
/// # Ok::<(), backendless::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// The request that the OpenAPI document specifies.
    #[default]
    Document,
    /// The request that the official SDKs send.
    Live,
}

impl Profile {
    /// Returns `live` for [`Live`](Self::Live), else `document`.
    pub(crate) const fn select<T: Copy>(self, document: T, live: T) -> T {
        match self {
            Self::Document => document,
            Self::Live => live,
        }
    }
}

/// Parses `document` and `live`, ignoring case.
///
/// ```
/// use backendless::Profile;
///
/// assert_eq!("live".parse::<Profile>()?, Profile::Live);
/// # Ok::<(), backendless::Error>(())
/// ```
impl std::str::FromStr for Profile {
    type Err = crate::Error;

    fn from_str(text: &str) -> crate::Result<Self> {
        if text.eq_ignore_ascii_case("document") {
            Ok(Self::Document)
        } else if text.eq_ignore_ascii_case("live") {
            Ok(Self::Live)
        } else {
            let problem = format!("{text:?} is not a profile: use `document` or `live`");
            Err(crate::Error::invalid_argument(problem))
        }
    }
}
