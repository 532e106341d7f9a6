//! Request builder with the signatures of the SDK's. It builds the parts of a request, and cannot send it. The modules
//! `query` and `style` are those of the SDK.

mod problem;
#[allow(dead_code, reason = "the SDK also reads the query")]
mod query;
mod style;

mod form;

use std::marker::PhantomData;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[allow(unused_imports, reason = "a changed document may need it")]
pub(crate) use form::FormStyle;
#[allow(unused_imports, reason = "a changed document may have no parameter with a style")]
pub(crate) use style::Style;

use crate::operation::Operation;
use crate::{Error, Result};
use query::Query;

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
    query: Query,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

#[allow(dead_code, reason = "a changed document may need only some of the methods")]
impl RequestBuilder {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self {
            operation,
            path: String::new(),
            query: Query::default(),
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
        self.query.append(name, value).map_err(|_| Error)
    }

    pub(crate) fn parameter_as<V: Serialize>(
        &mut self,
        style: Style,
        index: usize,
        value: &V,
    ) -> Result<()> {
        self.operation.path_parameters().get(index).ok_or(Error)?;
        for part in style.parts(value).map_err(|_| Error)? {
            self.path.push_str(part.before);
            self.path.extend(utf8_percent_encode(&part.text, SEGMENT));
        }
        Ok(())
    }

    pub(crate) fn query_as<V: Serialize>(
        &mut self,
        style: Style,
        name: &'static str,
        value: &V,
    ) -> Result<()> {
        self.query.append_as(style, name, value).map_err(|_| Error)
    }

    pub(crate) fn header_as<V: Serialize>(
        &mut self,
        style: Style,
        name: &'static str,
        value: &V,
    ) -> Result<()> {
        let parts = style.parts(value).map_err(|_| Error)?;
        match parts.is_empty() {
            true => Ok(()),
            false => self.header(name, &style::text(&parts)),
        }
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

    fn finish<R>(self) -> Prepared<R> {
        Prepared {
            operation: self.operation,
            path: self.path,
            query: self.query.finish().unwrap_or_default(),
            headers: self.headers,
            body: self.body,
            response: PhantomData,
        }
    }
}
