//! The location of an uploaded file.

use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// The location of an uploaded file: its URL.
///
/// The URL contains the application id and the REST API key, so `Debug` omits it. Only
/// [`file_url`](Self::file_url) and the serialized form, `{"fileURL": "https://.."}`, contain it. Do
/// not send them to clients that must not know the key.
///
/// ```
/// use backendless::FileInfo;
///
/// let info = FileInfo::from_url("https://backendlessappcontent.com/A0F5/9C41/files/a.txt");
/// assert!(!format!("{info:?}").contains("9C41"));
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schemars",
    derive(schemars::JsonSchema),
    schemars(description = "The location of an uploaded file.")
)]
pub struct FileInfo {
    /// The URL of the file. It contains secrets of the application.
    #[serde(rename = "fileURL", with = "secret_url")]
    #[cfg_attr(feature = "schemars", schemars(with = "String"))]
    url: Arc<SecretString>,
}

impl FileInfo {
    /// Creates the info of a file from its URL, for example one stored after an earlier upload.
    ///
    /// ```
    /// let info = backendless::FileInfo::from_url("https://backendlessappcontent.com/A0F5/9C41/files/a.txt");
    /// ```
    #[must_use]
    pub fn from_url(url: impl Into<String>) -> Self {
        Self {
            url: Arc::new(url.into().into()),
        }
    }

    /// Returns the URL of the file, which contains the application id and the REST API key.
    ///
    /// ```
    /// # backendless_local::doc_example!(|client| {
    /// let info = client.files().upload("a.txt", backendless::Upload::bytes("one")).await?;
    /// assert!(info.file_url().ends_with("a.txt"));
    /// # });
    /// ```
    #[must_use]
    pub fn file_url(&self) -> &str {
        self.url.expose_secret()
    }

    /// Returns the path of the file, such as `images/photo.png`, which contains no secret: store it in place of the URL.
    ///
    /// The path is the decoded part of the URL behind the first segment `files`. `None` if the URL has no such segment, as
    /// the URLs of files of a directory that is published as a web site.
    ///
    /// ```
    /// use backendless::FileInfo;
    ///
    /// let info = FileInfo::from_url("https://backendlessappcontent.com/A0F5/9C41/files/my%20docs/a.txt");
    /// assert_eq!(info.path().as_deref(), Some("my docs/a.txt"));
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<String> {
        let (_, rest) = self.file_url().split_once("://")?;
        let rest = rest.split(['?', '#']).next()?;
        let mut segments = rest.split('/').skip(1);
        segments.find(|segment| *segment == "files")?;
        let decode = |segment: &str| {
            let decoded = percent_decode_str(segment).decode_utf8().ok()?;
            Some(decoded.into_owned())
        };
        let path: Vec<String> = segments.map(decode).collect::<Option<_>>()?;
        let path = path.join("/");
        let path = path.trim_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    }

    pub(super) fn secret_url(&self) -> Arc<SecretString> {
        Arc::clone(&self.url)
    }
}

/// Compares the URLs.
impl PartialEq for FileInfo {
    fn eq(&self, other: &Self) -> bool {
        self.file_url() == other.file_url()
    }
}

impl Eq for FileInfo {}

/// Omits the URL.
impl fmt::Debug for FileInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileInfo").finish_non_exhaustive()
    }
}

/// The URL as a string.
mod secret_url {
    use super::{Arc, Deserialize, ExposeSecret, SecretString};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        url: &SecretString,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(url.expose_secret())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<SecretString>, D::Error> {
        String::deserialize(deserializer).map(|url| Arc::new(url.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_path_is_what_follows_files_in_the_url() {
        let path = |url| FileInfo::from_url(url).path();
        let cloud =
            "https://backendlessappcontent.com/A0F5/9C41/files/a%20b/files/%C3%BC%23.txt?x=1#y";
        assert_eq!(path(cloud).as_deref(), Some("a b/files/ü#.txt"));
        assert_eq!(
            path("https://example.com/api/files/a.txt").as_deref(),
            Some("a.txt")
        );
        assert_eq!(
            path("https://example.com/api/files/docs/").as_deref(),
            Some("docs")
        );
        for without in [
            "https://example.com/index.html",
            "https://files/a.txt",
            "files/a.txt",
            "",
            "https://example.com/api/files/",
            "https://example.com/files/%ff",
        ] {
            assert_eq!(path(without), None, "{without}");
        }
    }

    #[test]
    fn a_round_trip_keeps_the_url() {
        let info = FileInfo::from_url("https://files.example.com/a");
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(json, json!({"fileURL": "https://files.example.com/a"}));
        assert_eq!(serde_json::from_value::<FileInfo>(json).unwrap(), info);
        assert_ne!(info, FileInfo::from_url("https://files.example.com/b"));
    }
}
