//! Parameters of a list of a directory, and the request for one of its pages.

use std::fmt;

use super::FileEntry;
use crate::generated::raw;
use crate::operations::LIST_FILES;
use crate::prepared::Prepared;
use crate::{Error, Result};

/// Parameters of [`ListFiles`](super::ListFiles).
#[derive(Clone)]
pub struct ListFilesParameters {
    /// `None` for the root directory.
    pub(super) directory: Option<String>,
    pub(super) pattern: Option<String>,
    pub(super) recursive: Option<bool>,
    pub(super) page_size: Option<u32>,
    pub(super) offset: Option<u64>,
}

impl ListFilesParameters {
    pub(super) fn new(directory: Option<String>) -> Self {
        Self {
            directory,
            pattern: None,
            recursive: None,
            page_size: None,
            offset: None,
        }
    }

    /// Creates the request for one page.
    pub(super) fn prepare(&self) -> Result<Prepared<Option<Vec<FileEntry>>>> {
        let invalid = |problem: &str| Error::invalid_argument(problem).with_operation(&LIST_FILES);
        if self.page_size == Some(0) {
            return Err(invalid("page_size is 0: it must be at least 1"));
        }
        let offset = self.offset.map(i64::try_from).transpose();
        let offset = offset.map_err(|_| invalid("offset exceeds the range of i64"))?;
        let page_size = self.page_size.map(i64::from);
        let pattern = self.pattern.as_deref();
        match &self.directory {
            None => {
                raw::list_root_directory(None, None, offset, page_size, pattern, self.recursive)
            }
            Some(directory) => raw::list_files(
                directory,
                None,
                None,
                offset,
                page_size,
                pattern,
                self.recursive,
            ),
        }
    }
}

/// Prints the directory.
impl fmt::Debug for ListFilesParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListFiles")
            .field("directory", &self.directory)
            .field("recursive", &self.recursive)
            .field("page_size", &self.page_size)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
