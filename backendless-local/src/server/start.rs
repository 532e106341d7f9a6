//! The import of a start, and what a start checks first.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::http::HttpSettings;
use crate::http::origin::check_origin;
use crate::id::is_plain;
use crate::services::state::Export;
use crate::store::folder::DataFolder;
use crate::text::shorten;

/// The shortest token that is not guessed.
const MIN_TOKEN_LENGTH: usize = 16;

/// Rejects a data folder with data that an import would replace.
pub(super) fn check_data_folder(folder: Option<&Path>, is_replaced: bool) -> Result<(), Error> {
    match folder {
        Some(folder) if is_replaced && DataFolder::has_database(folder) => {
            Err(Error::new(format!(
                "the data folder {} has data, which the import would replace: reset it at the start (--reset), or omit the \
             import (--import)",
                folder.display()
            )))
        }
        _ => Ok(()),
    }
}

/// The import of a start.
#[derive(Clone, Debug)]
pub(super) struct Import {
    pub(super) folder: PathBuf,
    /// Whether the folder may be missing.
    pub(super) is_optional: bool,
}

impl Import {
    /// Returns the export; `None` if it is missing and may be.
    pub(super) fn find(self) -> Option<Export> {
        match self.is_optional {
            true => Export::find(self.folder),
            false => Some(Export::of(self.folder)),
        }
    }
}

/// Rejects a token that everybody knows, such as that of a variable that is not set, and origins that match no page or any.
pub(super) fn check_access(settings: &HttpSettings) -> Result<(), Error> {
    let is_valid = |token: &str| is_plain(token) && token.len() >= MIN_TOKEN_LENGTH;
    if !settings.control_token.as_deref().is_none_or(is_valid) {
        return Err(Error::new(format!(
            "invalid control token: use at least {MIN_TOKEN_LENGTH} ASCII letters, digits, '-' and '_', such as those of \
             Server::random_token()"
        )));
    }
    for origin in &settings.cors_origins {
        check_origin(origin).map_err(|why| {
            let origin = shorten(origin);
            Error::new(format!("invalid CORS origin '{origin}': {why}"))
        })?;
    }
    Ok(())
}
