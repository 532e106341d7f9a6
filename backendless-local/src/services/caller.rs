//! The user who sends a request.

/// The objectId of the user of the request's session; `None` for an anonymous request.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) Option<String>);
