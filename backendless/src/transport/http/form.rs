//! Multipart forms.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use reqwest::Body;
use reqwest::multipart::{self, Part};

use super::HttpError;
use super::cause::ContentError;
use crate::prepared::{Content, Form};

/// Encodes `form`.
pub(super) fn encode(form: Form) -> Result<multipart::Form, HttpError> {
    let Form {
        field,
        file_name,
        media_type,
        length,
        content,
    } = form;
    let body = Body::wrap_stream(WithContentErrors(content));
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

/// Content whose errors are [`ContentError`]s.
struct WithContentErrors(Content);

impl Stream for WithContentErrors {
    type Item = Result<Bytes, ContentError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = self.0.as_mut().poll_next(context);
        chunk.map(|chunk| chunk.map(|chunk| chunk.map_err(|error| ContentError::new(&error))))
    }
}
