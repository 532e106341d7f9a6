//! An entry of a directory.

use std::fmt;

use serde::Deserialize;

use super::{FileInfo, FileLocation};
use crate::Timestamp;

/// File or directory in the list of a directory; an item of [`Files::list`](super::Files::list).
///
/// ```
/// # backendless_local::doc_example!(|client| {
/// # let files = client.files();
/// # files.upload("docs/a.txt", backendless::Upload::bytes("one")).await?;
/// let entries = files.list("docs").await?;
/// assert_eq!((entries[0].name(), entries[0].path()), ("a.txt", "docs/a.txt"));
/// assert_eq!(files.download(&entries[0]).await?.bytes().await?, "one");
/// # });
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FileEntry {
    name: String,
    path: String,
    size: Option<u64>,
    created: Option<Timestamp>,
    info: FileInfo,
}

/// The form of the service.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    name: String,
    /// The path from the root directory.
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    created_on: Option<Timestamp>,
    #[serde(default)]
    public_url: Option<String>,
}

impl From<Received> for FileEntry {
    fn from(received: Received) -> Self {
        let info = FileInfo::from_url(received.public_url.unwrap_or_default());
        let path = received
            .url
            .and_then(|url| relative(&url))
            .or_else(|| info.path());
        Self {
            path: path.unwrap_or_else(|| received.name.clone()),
            name: received.name,
            size: received.size,
            created: received.created_on,
            info,
        }
    }
}

/// Returns the path of a `url`, which is a path, or contains the app id and the key in front of it. `None` if there is none.
fn relative(url: &str) -> Option<String> {
    match url.contains("://") {
        true => FileInfo::from_url(url).path(),
        false => Some(url.trim_matches('/').to_owned()).filter(|path| !path.is_empty()),
    }
}

impl<'de> Deserialize<'de> for FileEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Received::deserialize(deserializer).map(Self::from)
    }
}

impl FileEntry {
    /// Returns the name without the path of its directory.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// assert_eq!(files.list("docs").await?[0].name(), "a.txt");
    /// # });
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path from the root directory, without a `/` at its start. It contains no secret.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// assert_eq!(files.list("docs").await?[0].path(), "docs/a.txt");
    /// # });
    /// ```
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the size in bytes; `None` for a directory, or if the service does not send it.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// files.save("docs/a.txt", "one").await?;
    /// assert_eq!(files.list("docs").await?[0].size(), Some(3));
    /// assert_eq!(files.list_root().await?[0].size(), None);
    /// # });
    /// ```
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns when the file or the directory was created; `None` if the service does not send it.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// assert!(files.list("docs").await?[0].created().is_some());
    /// # });
    /// ```
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.created
    }

    /// Returns the location of the file, whose URL contains secrets of the application.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// # let files = client.files();
    /// # files.save("docs/a.txt", "one").await?;
    /// let entries = files.list("docs").await?;
    /// assert!(entries[0].info().file_url().ends_with("docs/a.txt"));
    /// # });
    /// ```
    #[must_use]
    pub fn info(&self) -> &FileInfo {
        &self.info
    }
}

impl From<&FileEntry> for FileLocation {
    fn from(entry: &FileEntry) -> Self {
        Self::from(entry.info())
    }
}

/// Omits the URL, which is a secret.
impl fmt::Debug for FileEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEntry")
            .field("path", &self.path)
            .field("size", &self.size)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_properties_are_derived() {
        let read = |json| serde_json::from_value::<FileEntry>(json).unwrap();
        let url = "https://example.com/A0F5/9C41/files/docs/a.txt";
        let full = read(
            json!({"name": "a.txt", "url": "/docs/a.txt", "size": 3, "createdOn": 5,
            "publicUrl": url, "more": true}),
        );
        assert_eq!((full.name(), full.path()), ("a.txt", "docs/a.txt"));
        assert_eq!(
            (full.size(), full.created()),
            (Some(3), Some(Timestamp::from_millis(5)))
        );
        assert_eq!(full.info().file_url(), url);
        assert!(!format!("{full:?}").contains("9C41"));
        assert_eq!(
            read(json!({"name": "a.txt", "publicUrl": url})).path(),
            "docs/a.txt"
        );
        // Not a path: it would be printed with the app id and the key.
        let absolute = read(json!({"name": "a.txt", "url": url}));
        assert_eq!(absolute.path(), "docs/a.txt");
        assert!(!format!("{absolute:?}").contains("9C41"));
        let bare = read(json!({"name": "a.txt", "url": null, "size": null, "createdOn": null}));
        assert_eq!(
            (bare.path(), bare.size(), bare.created()),
            ("a.txt", None, None)
        );
    }
}
