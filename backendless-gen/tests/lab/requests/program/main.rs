//! Sends the requests of generated functions to the address in the first argument. Prints the calls that failed.
#![allow(warnings)]

use std::io::{Read, Write};
use std::net::TcpStream;

use NAME::prepared::{Body, Multipart, Prepared};
use NAME::raw::{self, *};
use serde_json::Value;

/// A request as it is sent.
struct Sent {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

impl Sent {
    fn of<R>(request: Prepared<R>) -> Self {
        let target = match request.query.as_str() {
            "" => request.path,
            query => format!("{}?{query}", request.path),
        };
        let multipart = "--lab\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\ntext\r\n--lab--\r\n";
        let (media_type, body) = match request.body {
            Body::Absent => ("", None),
            Body::Json(value) => ("application/json", Some(serde_json::to_vec(&value).unwrap())),
            Body::Form(text) => ("application/x-www-form-urlencoded", Some(text.into_bytes())),
            Body::Bytes(bytes) => ("application/octet-stream", Some(bytes.to_vec())),
            Body::Text(text) => ("text/plain", Some(text.into_bytes())),
            Body::Multipart => ("multipart/form-data; boundary=lab", Some(multipart.into())),
        };
        let mut headers = request.headers;
        if body.is_some() && headers.iter().all(|(name, _)| *name != "content-type") {
            headers.push(("content-type", media_type.to_owned()));
        }
        Self { method: request.operation.method(), target, headers, body }
    }

    fn send(&self, address: &str, call: usize) {
        let Self { method, target, .. } = self;
        let mut text = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nlab-call: {call}\r\nconnection: close\r\n");
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = &self.body {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend(self.body.iter().flatten());
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&bytes).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

fn value<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, String> {
    let value: Value = serde_json::from_str(json).unwrap();
    serde_json::from_value(value).map_err(|error| {
        let kind = std::any::type_name::<T>();
        format!("the type {kind} does not accept the value {json}: {error}")
    })
}

fn main() {
    let address = std::env::args().nth(1).unwrap();
    for (index, call) in CALLS.iter().enumerate() {
        match call() {
            Ok(request) => request.send(&address, index),
            Err(problem) => println!("{index}\t{problem}"),
        }
    }
}
