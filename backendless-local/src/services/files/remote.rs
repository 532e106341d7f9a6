//! The content of URLs from which files can be uploaded. The server downloads nothing itself: a client could otherwise reach
//! servers that only this machine can reach.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::service_error::{ServiceError, code};
use crate::text::shorten;

/// The registered content, by URL.
#[derive(Clone, Default)]
pub(crate) struct RemoteFiles(HashMap<String, Arc<[u8]>>);

impl RemoteFiles {
    pub(crate) fn register(&mut self, url: String, content: Vec<u8>) {
        self.0.insert(url, content.into());
    }

    pub(crate) fn get(&self, url: &str) -> Result<Arc<[u8]>, ServiceError> {
        self.0.get(url).cloned().ok_or_else(|| {
            let message = format!(
                "cannot download '{}': the local server downloads nothing, but has the content of the URLs that \
                 `Builder::remote_file` or `--remote-file` registers",
                shorten(url)
            );
            ServiceError::new(code::UPLOAD_FAILED, message)
        })
    }
}

impl fmt::Debug for RemoteFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RemoteFiles").field(&self.0.len()).finish()
    }
}
