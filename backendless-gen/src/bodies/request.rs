//! The media types of a request.

use super::form::{self, FormField};
use super::{essence, is_json, is_media_type, sent};
use crate::Error;
use crate::document::At;
use crate::names;

const REQUEST_TYPES: &str = "JSON, multipart/form-data, application/x-www-form-urlencoded, text, or bytes of a type other \
     than XML";

/// The request body of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) media: Media,
    /// The key of the media type in `content`.
    pub(crate) media_type: String,
    pub(crate) required: bool,
    /// The encoding of the properties of a form, where it is not the default.
    pub(crate) fields: Vec<FormField>,
}

/// Another media type of a request.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    /// What is appended to the name of the function.
    pub(crate) suffix: String,
    pub(crate) request: Request,
}

/// The kinds of request bodies that the SDK can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Json,
    Multipart,
    Octets,
    Form,
    Text,
}

impl Media {
    fn of(name: &str) -> Option<Self> {
        let essence = essence(name);
        match essence.as_str() {
            _ if is_json(name) => Some(Self::Json),
            "multipart/form-data" => Some(Self::Multipart),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "application/xml" => None,
            _ if essence.starts_with("multipart/") || essence.ends_with("+xml") => None,
            _ if essence.starts_with("text/") => Some(Self::Text),
            _ if is_media_type(name) => Some(Self::Octets),
            _ => None,
        }
    }

    /// The media type that the request builder sends unless it is set, and that progenitor accepts.
    pub(crate) fn plain(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Multipart => "multipart/form-data",
            Self::Octets => "application/octet-stream",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Multipart => "multipart",
            Self::Octets => "bytes",
            Self::Form => "form",
            Self::Text => "text",
        }
    }
}

/// The content type of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContentType {
    /// That of the request builder.
    Default,
    Fixed(String),
    /// A range such as `image/*`, of which the caller chooses a type.
    Chosen,
}

impl Request {
    pub(crate) fn content_type(&self) -> ContentType {
        let sent = sent(&self.media_type);
        match self.media {
            Media::Multipart => ContentType::Default,
            _ if sent.eq_ignore_ascii_case(self.media.plain()) => ContentType::Default,
            _ if sent.contains('*') => ContentType::Chosen,
            _ => ContentType::Fixed(sent),
        }
    }
}

/// Checks that a media type of a request can be sent.
pub(crate) fn check(name: &str, at: &At<'_>) -> Result<(), Error> {
    read(name, at, false).map(|_| ())
}

fn read(name: &str, at: &At<'_>, required: bool) -> Result<Request, Error> {
    let Some(media) = Media::of(name) else {
        let problem = format!("a request body of `{name}` cannot be sent");
        return Err(at.error(problem, REQUEST_TYPES));
    };
    let fields = match media {
        Media::Form => form::fields(at)?,
        _ => Vec::new(),
    };
    Ok(Request {
        media,
        media_type: name.to_owned(),
        required,
        fields,
    })
}

/// The media types of a request: JSON if the operation accepts it, otherwise the first one; then the others. Those that an
/// overlay adds are last, so that they do not rename the function of the document.
pub(crate) fn requests(operation: &At<'_>) -> Result<(Option<Request>, Vec<Alternative>), Error> {
    let Some(body) = operation.child("requestBody") else {
        return Ok((None, Vec::new()));
    };
    let required = body.bool("required").unwrap_or(false);
    let mut content = body.entries_of("content");
    let is_own = |at: &At<'_>| operation.is_from_overlay() || !at.is_from_overlay();
    // A stable sort: `application/json`, then other JSON, then the order of the document.
    content.sort_by_key(|(name, at)| {
        let is_json = is_json(name);
        (!is_own(at), !is_json, essence(name) != "application/json")
    });
    let mut requests: Vec<Request> = Vec::new();
    for (name, at) in &content {
        let request = read(name, at, required)?;
        let is_same = |other: &Request| sent(&other.media_type) == sent(name);
        if !requests.iter().any(is_same) {
            requests.push(request);
        }
    }
    let mut requests = requests.into_iter();
    let first = requests.next();
    let mut taken: Vec<String> = first
        .iter()
        .map(|one| one.media.suffix().to_owned())
        .collect();
    let mut alternatives = Vec::new();
    for request in requests {
        let mut suffix = request.media.suffix().to_owned();
        if taken.contains(&suffix) {
            suffix = names::function(&request.media_type);
        }
        taken.push(suffix.clone());
        alternatives.push(Alternative { suffix, request });
    }
    Ok((first, alternatives))
}
