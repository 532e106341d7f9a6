//! The tables that every database has. A new database in memory gets a copy of those of the first one in the process,
//! because to create them is most of the cost of a start.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::service_error::ServiceError;
use crate::store::{copy, relation, schema, settings, views};

/// The tables of the store and those of the services.
pub(crate) struct Tables {
    of_services: fn(&Connection) -> Result<(), ServiceError>,
    /// A database in memory with nothing but the tables.
    template: Mutex<Option<Connection>>,
}

/// The tables of the store, without those of the services.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) static STORE_TABLES: Tables = Tables::new(|_| Ok(()));

impl Tables {
    /// `of_services` creates the missing tables and columns of the services.
    pub(crate) const fn new(of_services: fn(&Connection) -> Result<(), ServiceError>) -> Tables {
        Tables {
            of_services,
            template: Mutex::new(None),
        }
    }

    /// Creates the missing tables and columns, in the transaction of the caller.
    pub(super) fn create_missing(&self, connection: &Connection) -> Result<(), ServiceError> {
        connection.execute_batch(settings::TABLES)?;
        connection.execute_batch(schema::TABLES)?;
        connection.execute_batch(relation::TABLES)?;
        (self.of_services)(connection)
    }

    /// Creates the tables, with their views, in an empty database.
    pub(super) fn create_in_new(&self, connection: &mut Connection) -> Result<(), ServiceError> {
        // A template is complete when it is stored, so a panic cannot have left an incomplete one.
        let mut template = self.template.lock().unwrap_or_else(PoisonError::into_inner);
        match &*template {
            Some(template) => copy::transfer(template, connection),
            None => {
                let transaction = connection.transaction()?;
                self.create_missing(&transaction)?;
                views::refresh(&transaction)?;
                transaction.commit()?;
                *template = Some(copy::to_memory(connection)?);
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables").finish_non_exhaustive()
    }
}
