//! The location of an uploaded file.

use std::fmt;
use std::sync::Arc;

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
    fn a_round_trip_keeps_the_url() {
        let info = FileInfo::from_url("https://files.example.com/a");
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(json, json!({"fileURL": "https://files.example.com/a"}));
        assert_eq!(serde_json::from_value::<FileInfo>(json).unwrap(), info);
        assert_ne!(info, FileInfo::from_url("https://files.example.com/b"));
    }
}
