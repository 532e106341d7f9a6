//! Content is appended to files. A content file never changes: each request writes another one.

use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::{FilePath, Files, NewContent, OpenFile};
use crate::service_error::{ErrorKind, ServiceError, code};

/// Maximum length of content that is sent as base64, in bytes.
const MAX_ENCODED_CONTENT: usize = 2_800_000;

impl Files {
    /// Stores a file of at most 2,800,000 bytes.
    pub(crate) async fn save(
        &self,
        path: FilePath,
        bytes: &[u8],
        media_type: &str,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        if bytes.len() > MAX_ENCODED_CONTENT {
            let message = format!("the content is longer than {MAX_ENCODED_CONTENT} bytes");
            return Err(ServiceError::new(code::CONTENT_TOO_LONG, message));
        }
        let content = self.written(None, bytes).await?;
        self.store(path, content, media_type.to_owned(), overwrite)
            .await
    }

    /// Stores a file with the content of a URL.
    pub(crate) async fn upload_from_url(
        &self,
        path: FilePath,
        url: &str,
        media_type: &str,
        overwrite: bool,
    ) -> Result<(), ServiceError> {
        self.check_upload(&path, overwrite).await?;
        let bytes = self.remote.get(url)?;
        let content = self.written(None, &bytes).await?;
        self.store(path, content, media_type.to_owned(), overwrite)
            .await
    }

    /// Appends to a file, which is created with this media type if it does not exist.
    pub(crate) async fn append(
        &self,
        path: FilePath,
        bytes: &[u8],
        media_type: &str,
    ) -> Result<(), ServiceError> {
        let _appending = self.appending.lock().await;
        let existing = self.open_existing(&path).await?;
        let old_type = existing.as_ref().map(|file| file.media_type.clone());
        let media_type = old_type.unwrap_or_else(|| media_type.to_owned());
        let content = self.written(existing, bytes).await?;
        self.store_content(path, content, media_type, true).await
    }

    /// Appends received content to a file, which is created with this media type if it does not exist.
    pub(crate) async fn append_content(
        &self,
        path: FilePath,
        received: NewContent,
        media_type: String,
    ) -> Result<(), ServiceError> {
        let _appending = self.appending.lock().await;
        let Some(existing) = self.open_existing(&path).await? else {
            return self.store_content(path, received, media_type, true).await;
        };
        let media_type = existing.media_type.clone();
        let opened = self.content.open(received.name()).await;
        let opened = opened.map_err(ServiceError::internal)?;
        let (addition, _) =
            opened.ok_or_else(|| ServiceError::internal("the received content was removed"))?;
        let mut content = self.new_content().await?;
        copy(existing.file, &mut content).await?;
        copy(addition, &mut content).await?;
        content.flush().await.map_err(ServiceError::internal)?;
        self.store_content(path, content, media_type, true).await
    }

    async fn open_existing(&self, path: &FilePath) -> Result<Option<OpenFile>, ServiceError> {
        match self.open(path.clone()).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Appends the content of a URL to a file.
    pub(crate) async fn append_from_url(
        &self,
        path: FilePath,
        url: &str,
        media_type: &str,
    ) -> Result<(), ServiceError> {
        let bytes = self.remote.get(url)?;
        self.append(path, &bytes, media_type).await
    }

    /// Creates a content file with the content of `start`, if there is one, and `bytes`.
    pub(in crate::services) async fn written(
        &self,
        start: Option<OpenFile>,
        bytes: &[u8],
    ) -> Result<NewContent, ServiceError> {
        let mut content = self.new_content().await?;
        if let Some(OpenFile { file, .. }) = start {
            copy(file, &mut content).await?;
        }
        let written = content.write(bytes).await;
        written.map_err(ServiceError::internal)?;
        content.flush().await.map_err(ServiceError::internal)?;
        Ok(content)
    }
}

/// Writes the bytes of a file.
async fn copy(mut file: File, content: &mut NewContent) -> Result<(), ServiceError> {
    const CHUNK: usize = 64 * 1024;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk).await;
        match read.map_err(ServiceError::internal)? {
            0 => return Ok(()),
            read => {
                let written = content.write(&chunk[..read]).await;
                written.map_err(ServiceError::internal)?;
            }
        }
    }
}
