//! Responses with the URL of a stored file.

use serde::Deserialize;

use super::FileInfo;
use crate::prepared::{JsonOrText, Prepared, Reader};
use crate::request::Request;
use crate::{Client, Result, decode};

/// The URL of a file: a string, or an object as the response to an upload.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum StoredFile {
    Url(String),
    Info(FileInfo),
}

impl StoredFile {
    fn into_info(self) -> FileInfo {
        match self {
            Self::Url(url) => FileInfo::from_url(url),
            Self::Info(info) => info,
        }
    }
}

/// Creates a request whose response is the URL of a file: JSON, or plain text, which the official SDKs accept as well.
pub(super) fn request(
    client: &Client,
    prepared: Result<Prepared<StoredFile>>,
) -> Request<FileInfo> {
    let prepared = prepared.map(|prepared| Prepared {
        reader: Reader::JsonOrText(JsonOrText {
            json: |json| serde_json::from_str(json),
            text: |text| Some(StoredFile::Url(text.to_owned())),
            describe: decode::describe::<StoredFile>,
        }),
        ..prepared
    });
    Request::map(client, prepared, StoredFile::into_info)
}
