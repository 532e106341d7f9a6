//! The tables of the Data service in an export: a file each, whose first line is the schema. Relations are a file of links.

use std::collections::BTreeSet;

use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params_from_iter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::service_error::ServiceError;
use crate::store::relation::Cardinality;
use crate::store::schema::{CREATED, OBJECT_ID, OWNER_ID, Table, UPDATED, is_system};
use crate::store::value::{Kind, from_stored, to_stored};
use crate::text::shorten;

/// The first line of the file of a table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schema {
    pub(super) table: String,
    pub(super) columns: Vec<ColumnSchema>,
    pub(super) relations: Vec<RelationSchema>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnSchema {
    name: String,
    kind: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationSchema {
    name: String,
    table: String,
    cardinality: String,
}

/// A row and one that it is related to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    pub(super) table: String,
    pub(super) relation: String,
    pub(super) parent: String,
    pub(super) child: String,
}

impl Schema {
    pub(super) fn of(table: &Table) -> Result<Schema, ServiceError> {
        let columns = table.columns().iter();
        let columns = columns.filter(|column| !is_system(&column.name));
        let columns = columns.map(|column| ColumnSchema {
            name: column.name.clone(),
            kind: column.kind.name().to_owned(),
        });
        let relations = table.relations().iter().map(|relation| {
            Ok(RelationSchema {
                name: relation.name.clone(),
                table: table.child(relation)?.name().to_owned(),
                cardinality: relation.cardinality.name().to_owned(),
            })
        });
        Ok(Schema {
            table: table.name().to_owned(),
            columns: columns.collect(),
            relations: relations.collect::<Result<_, ServiceError>>()?,
        })
    }

    /// Creates the table and its columns.
    pub(super) fn create_table(&self, connection: &Connection) -> Result<(), String> {
        let mut columns: Vec<(&str, Kind)> = Vec::new();
        let mut names = BTreeSet::new();
        for ColumnSchema { name, kind } in &self.columns {
            if is_system(name) {
                return Err(format!("every table has '{name}', which no schema lists"));
            }
            let kind = Kind::named(kind)
                .ok_or_else(|| format!("'{}' is not a type of columns", shorten(kind)))?;
            if !names.insert(name) {
                return Err(format!("the column '{}' is listed twice", shorten(name)));
            }
            columns.push((name, kind));
        }
        // All columns at once, as each that is added to a table has its cost.
        let create = || -> Result<Table, ServiceError> {
            Table::ensure(connection, &self.table, &columns)?;
            Table::existing(connection, &self.table)
        };
        let table = create().map_err(ServiceError::into_message)?;
        let is_other = |&&(name, kind): &&(&str, Kind)| {
            let column = table.column(name);
            column.is_some_and(|column| column.kind != kind)
        };
        match columns.iter().find(is_other) {
            None => Ok(()),
            Some((name, _)) => {
                let name = shorten(name);
                Err(format!("the column '{name}' exists with another type"))
            }
        }
    }

    /// Creates the relations, after all tables.
    pub(super) fn create_relations(&self, connection: &Connection) -> Result<(), String> {
        for RelationSchema {
            name,
            table,
            cardinality,
        } in &self.relations
        {
            let cardinality = Cardinality::named(cardinality).ok_or_else(|| {
                let cardinality = shorten(cardinality);
                format!("'{cardinality}' is not a cardinality of relations")
            })?;
            let child = Table::existing(connection, table).map_err(ServiceError::into_message)?;
            let mut parent =
                Table::existing(connection, &self.table).map_err(ServiceError::into_message)?;
            parent
                .create_relation(connection, name, &child, cardinality)
                .map_err(ServiceError::into_message)?;
        }
        Ok(())
    }
}

/// Passes each row of a table to `write`, in order of creation.
pub(super) fn read_rows(
    connection: &Connection,
    table: &Table,
    mut write: impl FnMut(Value) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let columns: Vec<&str> = table
        .columns()
        .iter()
        .map(|column| column.sql.as_str())
        .collect();
    let columns = columns.join(", ");
    let sql = format!("SELECT {columns} FROM {} ORDER BY seq", table.sql());
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (at, column) in table.columns().iter().enumerate() {
            let value = from_stored(column.kind, row.get_ref(at)?)?;
            if !value.is_null() {
                object.insert(column.name.clone(), value);
            }
        }
        write(object.into())?;
    }
    Ok(())
}

/// Inserts the rows of a table.
pub(super) struct RowWriter<'c> {
    table: Table,
    statement: rusqlite::Statement<'c>,
}

impl<'c> RowWriter<'c> {
    pub(super) fn new(connection: &'c Connection, table: &str) -> Result<RowWriter<'c>, String> {
        let table = Table::existing(connection, table).map_err(ServiceError::into_message)?;
        let columns: Vec<&str> = table
            .columns()
            .iter()
            .map(|column| column.sql.as_str())
            .collect();
        let marks = vec!["?"; columns.len()].join(", ");
        let columns = columns.join(", ");
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({marks})", table.sql());
        let statement = connection
            .prepare(&sql)
            .map_err(|error| ServiceError::from(error).into_message())?;
        Ok(RowWriter { table, statement })
    }

    pub(super) fn insert(&mut self, mut row: Map<String, Value>) -> Result<(), String> {
        check_system_properties(&row)?;
        let columns = self.table.columns();
        let mut values = Vec::with_capacity(columns.len());
        for column in columns {
            let Some(value) = row.remove(&column.name) else {
                values.push(Stored::Null);
                continue;
            };
            if column.kind.with(&value) != Ok(column.kind) {
                let (name, kind) = (shorten(&column.name), column.kind.name());
                return Err(format!("the value of '{name}' is not of the type {kind}"));
            }
            values.push(to_stored(value));
        }
        if let Some(name) = row.keys().next() {
            return Err(format!("the table has no column '{}'", shorten(name)));
        }
        match self.statement.execute(params_from_iter(values)) {
            Ok(_) => Ok(()),
            Err(error) => Err(ServiceError::from(error).into_message()),
        }
    }
}

/// Checks the properties that the server relies on.
fn check_system_properties(row: &Map<String, Value>) -> Result<(), String> {
    let is_id = |value: &Value| value.as_str().is_some_and(|id| !id.is_empty());
    if !row.get(OBJECT_ID).is_some_and(is_id) {
        return Err(format!("'{OBJECT_ID}' is missing or empty"));
    }
    for name in [CREATED, UPDATED] {
        if row.get(name).is_some_and(|time| !time.is_i64()) {
            return Err(format!("'{name}' is not a time in milliseconds"));
        }
    }
    match row.get(OWNER_ID) {
        None => Ok(()),
        Some(owner) if is_id(owner) => Ok(()),
        Some(_) => Err(format!("'{OWNER_ID}' is not an objectId")),
    }
}

/// Passes each link of all relations to `write`.
pub(super) fn read_links(
    connection: &Connection,
    mut write: impl FnMut(Link) -> Result<(), ServiceError>,
) -> Result<(), ServiceError> {
    let sql = "SELECT t.name, r.name, l.parent, l.child FROM data_link l
               JOIN data_relation r ON r.id = l.relation_id JOIN data_table t ON t.id = r.table_id
               ORDER BY t.id, r.id, l.parent, l.child";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        write(Link {
            table: row.get(0)?,
            relation: row.get(1)?,
            parent: row.get(2)?,
            child: row.get(3)?,
        })?;
    }
    Ok(())
}

pub(super) fn insert_link(connection: &Connection, link: &Link) -> Result<(), String> {
    let insert = || -> Result<usize, ServiceError> {
        let sql = "INSERT INTO data_link (relation_id, parent, child)
                   SELECT r.id, ?3, ?4 FROM data_relation r JOIN data_table t ON t.id = r.table_id
                   WHERE t.name = ?1 AND r.name = ?2";
        let mut statement = connection.prepare_cached(sql)?;
        Ok(statement.execute([&link.table, &link.relation, &link.parent, &link.child])?)
    };
    match insert().map_err(ServiceError::into_message)? {
        1 => Ok(()),
        _ => Err(format!(
            "the table '{}' has no relation '{}'",
            shorten(&link.table),
            shorten(&link.relation)
        )),
    }
}

/// Checks that the rows of all links exist, and that a relation to one row has one.
pub(super) fn check_links(connection: &Connection, schema: &Schema) -> Result<(), String> {
    let table = Table::existing(connection, &schema.table).map_err(ServiceError::into_message)?;
    for relation in table.relations() {
        let (id, name) = (relation.id, shorten(&relation.name));
        let child = table.child(relation).map_err(ServiceError::into_message)?;
        let exists = |condition: String| {
            let sql = format!("SELECT 1 FROM data_link l WHERE relation_id = {id} AND {condition}");
            let mut statement = connection.prepare(&sql)?;
            statement.exists([])
        };
        let is_missing = |table: &Table, side: &str| {
            let table = table.sql();
            format!("NOT EXISTS (SELECT 1 FROM {table} t WHERE t.object_id = l.{side})")
        };
        let problem =
            |condition| exists(condition).map_err(|error| ServiceError::from(error).into_message());
        if problem(is_missing(&table, "parent"))? || problem(is_missing(child, "child"))? {
            return Err(format!("a row of the relation '{name}' does not exist"));
        }
        let others = "EXISTS (SELECT 1 FROM data_link o WHERE o.relation_id = l.relation_id
                      AND o.parent = l.parent AND o.child <> l.child)";
        if relation.cardinality == Cardinality::One && problem(others.to_owned())? {
            return Err(format!("the relation '{name}' has more than one row"));
        }
    }
    Ok(())
}
