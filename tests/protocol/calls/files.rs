//! Calls of the file service.

use backendless::{Client, FileEntry, FileInfo, FilePermission, ListFiles, Upload};
use serde_json::{Value, json as object};

use super::{Outcome, grantee, json, read};
use crate::arguments::Arguments;

pub(super) fn call(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Option<Outcome> {
    let files = client.files();
    let path = || arguments.text("path");
    let overwrite = || arguments.value("overwrite").and_then(Value::as_bool);
    let pair = |a, b| (arguments.field_text(a), arguments.field_text(b));
    Some(match operation {
        "uploadFile" => upload(client, arguments),
        "saveFile" => {
            let mut save = files.save(path(), arguments.content());
            if let Some(overwrite) = overwrite() {
                save = save.overwrite(overwrite);
            }
            stored(save)
        }
        "appendText" => stored(files.append_text(path(), arguments.content())),
        "appendBinary" => stored(files.append(path(), arguments.content())),
        "appendFromUrl" => match arguments.field("url") {
            Some(_) => stored(files.append_from_url(path(), arguments.field_text("url"))),
            None => {
                stored(files.append_upload(path(), Upload::bytes(arguments.field_text("file"))))
            }
        },
        "copyFile" => {
            let (source, target) = pair("sourcePath", "targetPath");
            stored(files.copy(source, target))
        }
        "moveFile" => {
            let (source, target) = pair("sourcePath", "targetPath");
            stored(files.move_to(source, target))
        }
        "renameFile" => {
            let (old, new) = pair("oldPathName", "newName");
            stored(files.rename(old, new))
        }
        "createDirectory" => json(files.create_directory(path())),
        "deleteFile" => json(files.delete(path())),
        "grantFilePermission" => {
            json(files.grant(path(), permission(arguments), grantee(arguments)))
        }
        "denyFilePermission" => json(files.deny(path(), permission(arguments), grantee(arguments))),
        "listFiles" | "listRootDirectory" => list(client, operation, arguments),
        _ => return None,
    })
}

fn upload(client: &Client, arguments: &Arguments<'_>) -> Outcome {
    let path = arguments.text("path");
    let overwrite = arguments.value("overwrite").and_then(Value::as_bool);
    if arguments.field("url").is_some() {
        let mut upload = client
            .files()
            .upload_from_url(path, arguments.field_text("url"));
        if let Some(overwrite) = overwrite {
            upload = upload.overwrite(overwrite);
        }
        return stored(upload);
    }
    let content = Upload::bytes(arguments.field_text("file"));
    let mut upload = client.files().upload(path, content);
    if let Some(overwrite) = overwrite {
        upload = upload.overwrite(overwrite);
    }
    stored(upload)
}

/// A request that returns the address of the stored file.
fn stored<I>(request: I) -> Outcome
where
    I: IntoFuture<Output = backendless::Result<FileInfo>>,
    I::IntoFuture: Send + 'static,
{
    read(
        request,
        |file: FileInfo| object!({"fileURL": file.file_url()}),
    )
}

fn permission(arguments: &Arguments<'_>) -> FilePermission {
    match arguments.field_text("permission").as_str() {
        "READ" => FilePermission::Read,
        "WRITE" => FilePermission::Write,
        _ => FilePermission::Delete,
    }
}

fn list(client: &Client, operation: &str, arguments: &Arguments<'_>) -> Outcome {
    let files = client.files();
    let directory = || arguments.text("path");
    let is_root = operation == "listRootDirectory";
    match arguments.optional("action").as_deref() {
        Some("exists") => return json(files.exists(directory())),
        Some(_) => return count(client, is_root, arguments),
        None => {}
    }
    let list = if is_root {
        files.list_root()
    } else {
        files.list(directory())
    };
    read(list_options(list, arguments), |entries: Vec<FileEntry>| {
        entries.iter().map(entry).collect()
    })
}

fn list_options(mut list: ListFiles, arguments: &Arguments<'_>) -> ListFiles {
    if let Some(pattern) = arguments.optional("pattern") {
        list = list.pattern(pattern);
    }
    if let Some(recursive) = arguments.value("sub").and_then(Value::as_bool) {
        list = list.recursive(recursive);
    }
    if let Some(entries) = arguments.option_number("pagesize") {
        list = list.page_size(entries);
    }
    if let Some(entries) = arguments.option_number("offset") {
        list = list.offset(entries);
    }
    list
}

fn count(client: &Client, is_root: bool, arguments: &Arguments<'_>) -> Outcome {
    let files = client.files();
    let mut count = if is_root {
        files.count_root()
    } else {
        files.count(arguments.text("path"))
    };
    if let Some(pattern) = arguments.optional("pattern") {
        count = count.pattern(pattern);
    }
    if let Some(recursive) = arguments.value("sub").and_then(Value::as_bool) {
        count = count.recursive(recursive);
    }
    if let Some(directories) = arguments.value("countDirectories").and_then(Value::as_bool) {
        count = count.directories(directories);
    }
    json(count)
}

/// An entry of a directory, by the names of the REST API.
fn entry(entry: &FileEntry) -> Value {
    object!({
        "name": entry.name(),
        "url": entry.path(),
        "size": entry.size(),
        "createdOn": entry.created(),
        "publicUrl": entry.info().file_url(),
    })
}
