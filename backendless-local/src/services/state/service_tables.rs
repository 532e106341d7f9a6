//! The tables of the services in an export: a file each, with a JSON object per row. The tables of the Data service and the
//! files are in `table_rows` and `export`.

use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, Value};

use super::form::{Form, MAX_SEQUENCE};
use crate::service_error::ServiceError;
use crate::text::shorten;

use Form::{
    Bytes, Degrees, Flag, Integer, Json, Object, OptionalInteger, OptionalInterval, OptionalObject,
    OptionalText, PasswordHash, Path, Remaining, Sequence, Text, Texts,
};

pub(super) struct ServiceTable {
    /// The name of the file, without its folder.
    pub(super) file: &'static str,
    sql: &'static str,
    columns: &'static [(&'static str, Form)],
    /// The columns that sort the rows.
    order: &'static str,
}

/// All tables. A table follows those that it refers to.
pub(super) const SERVICE_TABLES: &[ServiceTable] = &[
    table("roles", "role", &[("name", Text)], "name"),
    table(
        "role-assignments",
        "role_assignment",
        &[("user_id", Text), ("role", Text)],
        "user_id, role",
    ),
    table(
        "credentials",
        "credential",
        &[
            ("user_id", Text),
            ("identity", Text),
            ("password_hash", PasswordHash),
        ],
        "user_id",
    ),
    table(
        "sessions",
        "session",
        &[
            ("token_hash", Bytes),
            ("user_id", Text),
            ("expires", Remaining),
        ],
        "token_hash",
    ),
    table(
        "email-confirmations",
        "email_confirmation",
        &[("token_hash", Bytes), ("user_id", Text)],
        "token_hash",
    ),
    table(
        "social-accounts",
        "social_account",
        &[("provider", Text), ("account_id", Text), ("user_id", Text)],
        "provider, account_id",
    ),
    table(
        "object-permissions",
        "object_permission",
        &[
            ("table_name", Text),
            ("object_id", Text),
            ("operation", Text),
            ("kind", Text),
            ("grantee", Text),
            ("allowed", Flag),
        ],
        "table_name, object_id, operation, kind, grantee",
    ),
    table(
        "directories",
        "directory",
        &[("path", Path), ("created", Integer)],
        "path",
    ),
    table(
        "file-permissions",
        "file_permission",
        &[
            ("path", Text),
            ("permission", Text),
            ("kind", Text),
            ("grantee", Text),
            ("is_granted", Flag),
        ],
        "path, permission, kind, grantee",
    ),
    table("channels", "channel", &[("name", Text)], "name"),
    table(
        "messages",
        "message",
        &[
            ("seq", Sequence),
            ("channel", Text),
            ("due", Integer),
            ("content", Object),
            ("subtopic", OptionalText),
        ],
        "seq",
    ),
    table(
        "subscriptions",
        "subscription",
        &[
            ("id", Text),
            ("channel", Text),
            ("subtopic", OptionalText),
            ("after_message", Sequence),
            ("created", Integer),
        ],
        "id",
    ),
    table(
        "deliveries",
        "delivery",
        &[
            ("channel", Text),
            ("subscription", Text),
            ("message", Sequence),
        ],
        "channel, subscription, message",
    ),
    table(
        "message-status",
        "message_status",
        &[
            ("id", Text),
            ("channel", Text),
            ("due", Integer),
            ("is_cancelled", Flag),
            ("next", OptionalInteger),
            ("every", OptionalInterval),
            ("until", OptionalInteger),
            ("content", OptionalObject),
            ("subtopic", OptionalText),
        ],
        "id",
    ),
    table(
        "devices",
        "device",
        &[
            ("id", Text),
            ("registration", Text),
            ("expires", OptionalInteger),
            ("content", Object),
        ],
        "id",
    ),
    table("emails", "email", CONTENTS, "seq"),
    table("pushes", "push", CONTENTS, "seq"),
    table("log", "log", CONTENTS, "seq"),
    table(
        "geo-points",
        "geo_point",
        &[
            ("seq", Sequence),
            ("object_id", Text),
            ("latitude", Degrees(90.0)),
            ("longitude", Degrees(180.0)),
            ("categories", Texts),
            ("metadata", Object),
        ],
        "seq",
    ),
    table(
        "cache",
        "cache",
        &[("key", Text), ("value", Json), ("expires", Remaining)],
        "key",
    ),
    table(
        "counters",
        "counter",
        &[("name", Text), ("value", Integer)],
        "name",
    ),
];

const CONTENTS: &[(&str, Form)] = &[("seq", Sequence), ("content", Object)];

const fn table(
    file: &'static str,
    sql: &'static str,
    columns: &'static [(&'static str, Form)],
    order: &'static str,
) -> ServiceTable {
    ServiceTable {
        file,
        sql,
        columns,
        order,
    }
}

impl ServiceTable {
    fn column_names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// Passes each row to `write`. `now` is the time of the export.
    pub(super) fn read(
        &self,
        connection: &Connection,
        now: i64,
        mut write: impl FnMut(Value) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let (columns, order) = (self.column_names(), self.order);
        let sql = format!("SELECT {columns} FROM {} ORDER BY {order}", self.sql);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut object = Map::new();
            for (at, (name, form)) in self.columns.iter().enumerate() {
                let value = form.to_json(row.get_ref(at)?, now).ok_or_else(|| {
                    let message = format!("the column {name} of {} is unreadable", self.sql);
                    ServiceError::internal(message)
                })?;
                if !value.is_null() {
                    object.insert((*name).to_owned(), value);
                }
            }
            write(object.into())?;
        }
        Ok(())
    }

    /// Deletes the rows that a new database has.
    pub(super) fn clear(&self, connection: &Connection) -> Result<(), ServiceError> {
        Ok(connection.execute_batch(&format!("DELETE FROM {}", self.sql))?)
    }

    /// Inserts a row. `now` is the time of the import. The error says what is wrong with the row.
    pub(super) fn insert(
        &self,
        connection: &Connection,
        mut row: Map<String, Value>,
        now: i64,
    ) -> Result<(), String> {
        let mut values = Vec::new();
        for (name, form) in self.columns {
            let value = row.remove(*name).unwrap_or_default();
            let stored = form.to_stored(value, now);
            values.push(stored.ok_or_else(|| {
                let expected = form.expected();
                format!("the value of '{name}' is missing or invalid: expected {expected}")
            })?);
        }
        if let Some(name) = row.keys().next() {
            return Err(format!("'{}' is unknown", shorten(name)));
        }
        let marks = vec!["?"; values.len()].join(", ");
        let columns = self.column_names();
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({marks})", self.sql);
        let inserted = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.execute(params_from_iter(values)));
        match inserted {
            Ok(_) => Ok(()),
            Err(error) => Err(ServiceError::from(error).into_message()),
        }
    }
}

/// Returns the highest number that a message had. A subscription receives the messages with higher ones.
pub(super) fn last_message(connection: &Connection) -> Result<i64, ServiceError> {
    let sql = "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'message'";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

pub(super) fn set_last_message(connection: &Connection, number: i64) -> Result<(), String> {
    if !Sequence.accepts_integer(number) {
        return Err(format!("it is not a number from 0 to {MAX_SEQUENCE}"));
    }
    let set = || -> rusqlite::Result<usize> {
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'message'", [])?;
        let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ('message', ?)";
        connection.execute(sql, [number])
    };
    match set() {
        Ok(_) => Ok(()),
        Err(error) => Err(ServiceError::from(error).into_message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::DATABASE_TABLES;
    use crate::store::database::connect;
    use crate::store::query_limit::QueryLimit;

    /// Tables that an export has in another form, or that are not part of the state.
    const OTHERS: &[&str] = &[
        "data_column",
        "data_link",
        "data_relation",
        "data_table",
        "file",
        "setting",
        "unused_content",
    ];

    /// A table or a column that a service gets later must not be missing in exports.
    #[test]
    fn every_column_of_every_table_of_the_database_is_exported() {
        let limit = QueryLimit::new(std::time::Duration::from_secs(60));
        let (connection, ()) = connect(None, &limit, &DATABASE_TABLES, |_| Ok(())).unwrap();
        let sql = "SELECT s.name || '.' || c.name FROM sqlite_schema s, pragma_table_info(s.name) c
                   WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%' AND s.name <> 't1'";
        let mut statement = connection.prepare(sql).unwrap();
        let columns = statement.query_map([], |row| row.get::<_, String>(0));
        let mut columns: Vec<String> = columns.unwrap().map(Result::unwrap).collect();
        columns.retain(|column| !OTHERS.contains(&column.split('.').next().unwrap()));
        columns.sort();
        let exported = SERVICE_TABLES.iter().flat_map(|table| {
            let columns = table.columns.iter();
            columns.map(|(name, _)| format!("{}.{name}", table.sql))
        });
        let mut exported: Vec<String> = exported.collect();
        exported.sort();
        assert_eq!(columns, exported);
    }
}
