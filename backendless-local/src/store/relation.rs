//! Relations: columns whose values are rows of a table. `schema` loads them with their table.
//!
//! A relation is a row of `data_relation`, and each related row is a row of `data_link`. Triggers delete the
//! links of a row that is deleted, whether it is the parent or the child.

use rusqlite::{Connection, params};

use crate::service_error::ServiceError;

pub(super) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS data_relation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        table_id INTEGER NOT NULL REFERENCES data_table (id),
        name TEXT NOT NULL,
        child_id INTEGER NOT NULL REFERENCES data_table (id),
        cardinality TEXT NOT NULL,
        UNIQUE (table_id, name)
    );
    CREATE TABLE IF NOT EXISTS data_link (
        relation_id INTEGER NOT NULL,
        parent TEXT NOT NULL,
        child TEXT NOT NULL,
        PRIMARY KEY (relation_id, parent, child)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS data_link_child ON data_link (relation_id, child);
";

/// How many rows a parent can be related to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cardinality {
    One,
    Many,
}

impl Cardinality {
    /// Returns the cardinality of this suffix of a name, `1` or `n`.
    pub(crate) fn of_suffix(suffix: &str) -> Option<Cardinality> {
        match suffix {
            "1" => Some(Cardinality::One),
            "n" | "N" => Some(Cardinality::Many),
            _ => None,
        }
    }

    /// Returns the cardinality of this name.
    pub(crate) fn named(name: &str) -> Option<Cardinality> {
        [Cardinality::One, Cardinality::Many]
            .into_iter()
            .find(|cardinality| cardinality.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Cardinality::One => "ONE",
            Cardinality::Many => "MANY",
        }
    }
}

/// A column of a table whose values are rows of the child table.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) cardinality: Cardinality,
    /// Id of the child table.
    pub(super) child: i64,
}

/// Returns the relations of a table, in the order of their creation.
pub(super) fn of_table(connection: &Connection, table: i64) -> rusqlite::Result<Vec<Relation>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, cardinality, child_id FROM data_relation WHERE table_id = ? ORDER BY id",
    )?;
    let relations = statement.query_map([table], |row| {
        let cardinality: String = row.get(2)?;
        Ok(Relation {
            id: row.get(0)?,
            name: row.get(1)?,
            cardinality: match cardinality == Cardinality::One.name() {
                true => Cardinality::One,
                false => Cardinality::Many,
            },
            child: row.get(3)?,
        })
    })?;
    relations.collect()
}

/// A relation to be created: the ids of its tables and their names in SQL.
pub(super) struct NewRelation<'a> {
    pub(super) name: &'a str,
    pub(super) cardinality: Cardinality,
    pub(super) parent: (i64, &'a str),
    pub(super) child: (i64, &'a str),
}

pub(super) fn create(
    connection: &Connection,
    new: &NewRelation<'_>,
) -> Result<Relation, ServiceError> {
    let &NewRelation {
        name, cardinality, ..
    } = new;
    let (parent, parent_sql) = new.parent;
    let (child, child_sql) = new.child;
    connection
        .prepare_cached(
            "INSERT INTO data_relation (table_id, name, child_id, cardinality) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![parent, name, child, cardinality.name()])?;
    let id = connection.last_insert_rowid();
    connection.execute_batch(&format!(
        "CREATE TRIGGER r{id}p AFTER DELETE ON {parent_sql} BEGIN
            DELETE FROM data_link WHERE relation_id = {id} AND parent = OLD.object_id;
        END;
        CREATE TRIGGER r{id}c AFTER DELETE ON {child_sql} BEGIN
            DELETE FROM data_link WHERE relation_id = {id} AND child = OLD.object_id;
        END;"
    ))?;
    Ok(Relation {
        id,
        name: name.to_owned(),
        cardinality,
        child,
    })
}

/// Deletes the relations from a table and to it.
pub(super) fn delete_of_table(connection: &Connection, table: i64) -> rusqlite::Result<()> {
    let of_table = "SELECT id FROM data_relation WHERE table_id = ?1 OR child_id = ?1";
    let mut statement = connection.prepare(of_table)?;
    let ids = statement.query_map([table], |row| row.get::<_, i64>(0))?;
    for id in ids.collect::<Result<Vec<_>, _>>()? {
        connection.execute_batch(&format!(
            "DROP TRIGGER IF EXISTS r{id}p; DROP TRIGGER IF EXISTS r{id}c;
             DELETE FROM data_link WHERE relation_id = {id};
             DELETE FROM data_relation WHERE id = {id};"
        ))?;
    }
    Ok(())
}
