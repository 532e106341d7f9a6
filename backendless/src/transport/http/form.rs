//! Multipart forms.

use reqwest::Body;
use reqwest::multipart::{self, Part};

use super::HttpError;
use crate::prepared::Form;

/// Encodes `form`.
pub(super) fn encode(form: Form) -> Result<multipart::Form, HttpError> {
    let Form {
        field,
        file_name,
        media_type,
        length,
        content,
    } = form;
    let body = Body::wrap_stream(content);
    let part = match length {
        Some(length) => Part::stream_with_length(body, length),
        None => Part::stream(body),
    };
    let part = part.mime_str(&media_type)?.file_name(file_name);
    Ok(multipart::Form::new().part(field, part))
}

/// Returns whether `text` is a media type that a form can contain.
pub(crate) fn is_media_type(text: &str) -> bool {
    Part::text("").mime_str(text).is_ok()
}
