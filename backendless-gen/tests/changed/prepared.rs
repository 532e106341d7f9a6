//! Request builder with the signatures of the SDK's. It builds the parts of a request, and cannot send it.

mod form;

use std::marker::PhantomData;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[allow(unused_imports, reason = "a changed document may need it")]
pub(crate) use form::FormStyle;

use crate::operation::Operation;
use crate::{Error, Result};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Debug)]
pub struct Prepared<R> {
    pub operation: &'static Operation,
    pub path: String,
    pub query: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    response: PhantomData<fn() -> R>,
}

#[derive(Debug, PartialEq)]
pub enum Body {
    Absent,
    Json(Value),
    Form(String),
    Bytes(Bytes),
    Text(String),
    Multipart,
}

#[derive(Debug)]
pub struct Multipart;

#[allow(dead_code, reason = "a changed document may need only some of the methods")]
pub(crate) struct RequestBuilder {
    operation: &'static Operation,
    path: String,
    query: form_urlencoded::Serializer<'static, String>,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

#[allow(dead_code, reason = "a changed document may need only some of the methods")]
impl RequestBuilder {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            path: String::new(),
            query: form_urlencoded::Serializer::new(String::new()),
            headers: Vec::new(),
            body: Body::Absent,
        }
    }

    pub(crate) fn literal(&mut self, text: &'static str) {
        self.path.push_str(text);
    }

    pub(crate) fn parameter(&mut self, index: usize, value: &str) -> Result<()> {
        self.operation.path_parameters().get(index).ok_or(Error)?;
        self.path.extend(utf8_percent_encode(value, SEGMENT));
        Ok(())
    }

    pub(crate) fn query(&mut self, name: &'static str, value: &impl Serialize) -> Result<()> {
        let values = match serde_json::to_value(value).map_err(|_| Error)? {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            value => vec![value],
        };
        for value in values {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.query.append_pair(name, &text);
        }
        Ok(())
    }

    pub(crate) fn header(&mut self, name: &'static str, value: &str) -> Result<()> {
        self.headers.push((name, value.to_owned()));
        Ok(())
    }

    pub(crate) fn json<B: Serialize + ?Sized>(&mut self, body: &B) -> Result<()> {
        self.body = Body::Json(serde_json::to_value(body).map_err(|_| Error)?);
        Ok(())
    }

    pub(crate) fn form<B: Serialize + ?Sized>(
        &mut self,
        body: &B,
        styles: &[(&str, FormStyle)],
    ) -> Result<()> {
        self.body = Body::Form(form::encode(body, styles).map_err(|_| Error)?);
        Ok(())
    }

    pub(crate) fn content_type(&mut self, media_type: &str) -> Result<()> {
        self.headers.push(("content-type", media_type.to_owned()));
        Ok(())
    }

    pub(crate) fn bytes(&mut self, body: Bytes) {
        self.body = Body::Bytes(body);
    }

    pub(crate) fn text(&mut self, body: String) {
        self.body = Body::Text(body);
    }

    pub(crate) fn multipart(&mut self, _: Multipart) {
        self.body = Body::Multipart;
    }

    pub(crate) fn finish_json<T: DeserializeOwned>(self) -> Prepared<T> {
        self.finish()
    }

    pub(crate) fn finish_empty(self) -> Prepared<()> {
        self.finish()
    }

    pub(crate) fn finish_bytes(self) -> Prepared<Bytes> {
        self.finish()
    }

    pub(crate) fn finish_text(self) -> Prepared<String> {
        self.finish()
    }

    fn finish<R>(mut self) -> Prepared<R> {
        Prepared {
            operation: self.operation,
            path: self.path,
            query: self.query.finish(),
            headers: self.headers,
            body: self.body,
            response: PhantomData,
        }
    }
}
