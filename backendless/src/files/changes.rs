//! Directories are created, and files and directories are renamed, copied and moved.

use serde_json::json;

use super::{FileInfo, Files, stored};
use crate::generated::raw;
use crate::operations::{COPY_FILE, MOVE_FILE, Operation, RENAME_FILE};
use crate::prepared::check_path;
use crate::request::Request;
use crate::{Error, Result};

impl Files {
    /// Creates a directory, and the directories of its path that do not exist.
    ///
    /// The request is not idempotent: a second one finds the directory of the first, and may fail.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6018 if the path exists.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let files = client.files();
    /// files.create_directory("docs/old").await?;
    /// assert!(files.exists("docs/old").await?);
    /// # });
    /// ```
    pub fn create_directory(&self, path: impl Into<String>) -> Request<()> {
        Request::new(&self.client, raw::create_directory(&path.into()))
    }

    /// Renames the file or the directory at `path`. The new name is a name in the same directory, not a path.
    ///
    /// The request is not idempotent: a second one does not find the old path.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the path does not exist.
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6018 if the new path exists.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path is invalid or empty, or the name contains a `/`.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// let renamed = files.rename("docs/a.txt", "b.txt").await?;
    /// assert_eq!(renamed.path().as_deref(), Some("docs/b.txt"));
    /// # });
    /// ```
    pub fn rename(
        &self,
        path: impl Into<String>,
        new_name: impl Into<String>,
    ) -> Request<FileInfo> {
        let new_name = new_name.into();
        let old_path = rooted(&RENAME_FILE, "the old path", &path.into());
        let request = old_path.and_then(|old_path| {
            if new_name.contains('/') {
                return Err(invalid(
                    &RENAME_FILE,
                    "the new name contains a `/`: see `move_to`",
                ));
            }
            check(&RENAME_FILE, "the new name", &new_name)?;
            raw::rename_file(&json!({"oldPathName": old_path, "newName": new_name}))
        });
        stored::request(&self.client, request)
    }

    /// Copies the file at `source`, or the directory with everything in it, to the path `target`.
    ///
    /// The request is not idempotent: a second one finds the copy of the first.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the source does not exist.
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6018 if the target exists.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// let copy = files.copy("docs/a.txt", "backup/a.txt").await?;
    /// assert_eq!(files.download(&copy).await?.bytes().await?, "one");
    /// # });
    /// ```
    pub fn copy(&self, source: impl Into<String>, target: impl Into<String>) -> Request<FileInfo> {
        let paths = paths(&COPY_FILE, &source.into(), &target.into());
        let request = paths.and_then(|paths| raw::copy_file(&paths));
        stored::request(&self.client, request)
    }

    /// Moves the file at `source`, or the directory with everything in it, to the path `target`.
    ///
    /// The request is not idempotent: a second one does not find the source.
    ///
    /// The OpenAPI document lacks this operation of the live service
    /// ([source](https://github.com/Backendless/JS-SDK/blob/master/src/files/index.js)).
    ///
    /// # Errors
    ///
    /// - [`NotFound`](crate::ErrorKind::NotFound) with code 6007 if the source does not exist.
    /// - [`Conflict`](crate::ErrorKind::Conflict) with code 6018 if the target exists.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a path is invalid or empty.
    ///
    /// See [`ErrorKind`](crate::ErrorKind) for the errors of every request.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
    /// files.move_to("docs/a.txt", "archive/2026/a.txt").await?;
    /// assert!(!files.exists("docs/a.txt").await?);
    /// # });
    /// ```
    pub fn move_to(
        &self,
        source: impl Into<String>,
        target: impl Into<String>,
    ) -> Request<FileInfo> {
        let paths = paths(&MOVE_FILE, &source.into(), &target.into());
        let request = paths.and_then(|paths| raw::move_file(&paths));
        stored::request(&self.client, request)
    }
}

fn paths(operation: &'static Operation, source: &str, target: &str) -> Result<serde_json::Value> {
    let source = rooted(operation, "the source", source)?;
    let target = rooted(operation, "the target", target)?;
    Ok(json!({"sourcePath": source, "targetPath": target}))
}

/// Returns a valid path with the slash of the root directory, which paths in bodies have.
fn rooted(operation: &'static Operation, what: &str, path: &str) -> Result<String> {
    check(operation, what, path)?;
    Ok(format!("/{path}"))
}

fn check(operation: &'static Operation, what: &str, path: &str) -> Result<()> {
    check_path(path).map_err(|problem| invalid(operation, &format!("{what} {problem}")))
}

fn invalid(operation: &'static Operation, problem: &str) -> Error {
    Error::invalid_argument(problem).with_operation(operation)
}
