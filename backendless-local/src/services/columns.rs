//! Descriptions of the columns of a table.

use serde_json::{Value, json};

use crate::query::expression::Scalar;
use crate::store::schema::{OBJECT_ID, Table};

/// Type of the primary key.
const ID_TYPE: &str = "STRING_ID";

/// Describes the columns as the service does.
pub(crate) fn describe(table: &Table) -> Vec<Value> {
    let columns = table.columns().iter();
    let columns = columns.map(|column| {
        let is_primary_key = column.name == OBJECT_ID;
        let data_type = match is_primary_key {
            true => ID_TYPE,
            false => Scalar::column(table, column).ty.name(),
        };
        json!({
            "name": column.name,
            "type": data_type,
            "required": false,
            "defaultValue": null,
            "relatedTable": null,
            "customRegex": null,
            "autoLoad": false,
            "isPrimaryKey": is_primary_key,
        })
    });
    columns.collect()
}
