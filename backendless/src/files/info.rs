//! What the service tells of a file.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

/// What the service tells of a file: its address.
///
/// The address holds the application id and the REST API key, so it is printed nowhere by itself;
/// [`file_url`](Self::file_url) gives it.
///
/// ```
/// use backendless::FileInfo;
///
/// let info = FileInfo::from_url("https://backendlessappcontent.com/A0F5/9C41/files/a.txt");
/// assert!(!format!("{info:?}").contains("9C41"));
/// ```
#[derive(Clone)]
pub struct FileInfo {
    url: Arc<SecretString>,
}

impl FileInfo {
    /// The file at an address that was kept from an earlier upload.
    #[must_use]
    pub fn from_url(url: impl Into<String>) -> Self {
        Self {
            url: Arc::new(url.into().into()),
        }
    }

    /// The address of the file, with the application id and the REST API key in it.
    #[must_use]
    pub fn file_url(&self) -> &str {
        self.url.expose_secret()
    }

    pub(super) fn secret_url(&self) -> Arc<SecretString> {
        Arc::clone(&self.url)
    }
}

impl fmt::Debug for FileInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileInfo").finish_non_exhaustive()
    }
}
