//! Operations of the file service.

use backendless::operations::*;
use backendless::{FilePermission, Grantee, Upload};
use serde_json::{Value, json};

use super::call::{call, first_of};
use super::{Entry, ResponseBody, Values, object};

/// A URL from which the service downloads. The local server needs its content.
pub const REMOTE_FILE: &str = "https://example.com/catalogue.txt";

const PATH: &str = "catalogue/hello.txt";
/// A path with characters that a URL encodes.
const ENCODED_PATH: &str = "catalogue/ünï ço#de?.txt";

pub(super) fn entries() -> Vec<Entry> {
    let mut entries = vec![upload(), list(), list_root(), create_directory()];
    entries.extend([save(), append(), append_text(), append_from_url()]);
    entries.extend([copy(), rename(), move_to(), grant(), deny(), delete()]);
    entries
}

fn url(values: &Values) -> Value {
    json!(format!("https://files.example.com/{}", values.value))
}

fn list() -> Entry {
    Entry::new(
        &LIST_FILES,
        &["catalogue"],
        call!(|context| context.client.files().list(context.path(0))),
        ResponseBody::Nullable,
        list_response,
    )
    .variant(
        "with options",
        call!(|context| context
            .client
            .files()
            .list(context.path(0))
            .pattern("*")
            .recursive(true)
            .page_size(5)
            .offset(0)),
    )
    .variant(
        "as a stream",
        first_of!(|context| context.client.files().list(context.path(0)).stream()),
    )
}

fn list_response(values: &Values) -> Value {
    json!([{
        "name": "a.txt", "url": "catalogue/a.txt", "size": 3, "createdOn": 5, "note": values.value,
        "publicUrl": format!("https://files.example.com/{}", values.value),
    }])
}

fn list_root() -> Entry {
    Entry::new(
        &LIST_ROOT_DIRECTORY,
        &[],
        call!(|context| context.client.files().list_root()),
        ResponseBody::Nullable,
        list_response,
    )
}

fn create_directory() -> Entry {
    Entry::new(
        &CREATE_DIRECTORY,
        &["catalogue/directory"],
        call!(|context| context.client.files().create_directory(context.path(0))),
        ResponseBody::Any,
        object,
    )
}

fn save() -> Entry {
    Entry::new(
        &SAVE_FILE,
        &["catalogue/saved.txt"],
        call!(|context| context
            .client
            .files()
            .save(context.path(0), context.value().to_owned())),
        ResponseBody::Required,
        url,
    )
    .variant(
        "that overwrites",
        call!(|context| context
            .client
            .files()
            .save(context.path(0), "two")
            .overwrite(true)),
    )
}

fn append() -> Entry {
    Entry::new(
        &APPEND_BINARY,
        &["catalogue/saved.txt"],
        call!(|context| context
            .client
            .files()
            .append(context.path(0), context.value().to_owned())),
        ResponseBody::Required,
        url,
    )
}

fn append_text() -> Entry {
    Entry::new(
        &APPEND_TEXT,
        &["catalogue/saved.txt"],
        call!(|context| context
            .client
            .files()
            .append_text(context.path(0), context.value())),
        ResponseBody::Required,
        url,
    )
}

fn append_from_url() -> Entry {
    Entry::new(
        &APPEND_FROM_URL,
        &["catalogue/saved.txt"],
        call!(|context| context
            .client
            .files()
            .append_from_url(context.path(0), REMOTE_FILE)),
        ResponseBody::Required,
        url,
    )
    .variant(
        "with a form",
        call!(|context| context
            .client
            .files()
            .append_upload(context.path(0), Upload::bytes(context.value().to_owned()))),
    )
}

fn copy() -> Entry {
    Entry::new(
        &COPY_FILE,
        &[],
        call!(|context| context
            .client
            .files()
            .copy("catalogue/saved.txt", "catalogue/copy.txt")),
        ResponseBody::Required,
        url,
    )
}

fn rename() -> Entry {
    Entry::new(
        &RENAME_FILE,
        &[],
        call!(|context| context
            .client
            .files()
            .rename("catalogue/copy.txt", "renamed.txt")),
        ResponseBody::Required,
        url,
    )
}

fn move_to() -> Entry {
    Entry::new(
        &MOVE_FILE,
        &[],
        call!(|context| context
            .client
            .files()
            .move_to("catalogue/renamed.txt", "catalogue/moved.txt")),
        ResponseBody::Required,
        url,
    )
}

fn grant() -> Entry {
    Entry::new(
        &GRANT_FILE_PERMISSION,
        &["catalogue/saved.txt"],
        call!(|context| context.client.files().grant(
            context.path(0),
            FilePermission::Read,
            Grantee::role(context.value())
        )),
        ResponseBody::Any,
        object,
    )
    .variant(
        "for all users",
        call!(|context| context.client.files().grant(
            context.path(0),
            FilePermission::Write,
            Grantee::all_users()
        )),
    )
}

fn deny() -> Entry {
    Entry::new(
        &DENY_FILE_PERMISSION,
        &["catalogue/saved.txt"],
        call!(|context| context.client.files().deny(
            context.path(0),
            FilePermission::Delete,
            Grantee::user(context.value())
        )),
        ResponseBody::Any,
        object,
    )
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
        "from a URL",
        call!(|context| context
            .client
            .files()
            .upload_from_url("catalogue/remote.txt", REMOTE_FILE)),
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
        ResponseBody::Any,
        object,
    )
    .variant(
        "of a path that a URL encodes",
        call!(|context| context.client.files().delete(ENCODED_PATH)),
    )
}
