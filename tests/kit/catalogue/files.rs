//! Operations of the file service.

use backendless::Upload;
use backendless::operations::*;
use serde_json::json;

use super::call::call;
use super::{Entry, ResponseBody, object};

const PATH: &str = "catalogue/hello.txt";
/// A path with characters that a URL encodes.
const ENCODED_PATH: &str = "catalogue/ünï ço#de?.txt";

pub(super) fn entries() -> Vec<Entry> {
    vec![upload(), delete()]
}

fn upload() -> Entry {
    Entry::new(
        &UPLOAD_FILE,
        &[PATH],
        call!(|context| context
            .client
            .files()
            .upload(context.path(0), Upload::bytes(context.value().to_owned()))),
        ResponseBody::Required,
        |values| json!({"fileURL": format!("https://files.example.com/{}", values.value)}),
    )
    .variant(
        "of a path that a URL encodes",
        call!(|context| context
            .client
            .files()
            .upload(ENCODED_PATH, Upload::bytes(context.value().to_owned()))),
    )
    .variant(
        "that overwrites",
        call!(|context| context
            .client
            .files()
            .upload(context.path(0), Upload::bytes("two"))
            .overwrite(true)),
    )
}

fn delete() -> Entry {
    Entry::new(
        &DELETE_FILE,
        &[PATH],
        call!(|context| context.client.files().delete(context.path(0))),
        ResponseBody::Ignored,
        object,
    )
    .variant(
        "of a path that a URL encodes",
        call!(|context| context.client.files().delete(ENCODED_PATH)),
    )
}
