//! Descriptions of the columns of a table.

use serde_json::{Value, json};

use crate::query::expression::Scalar;
use crate::service_error::ServiceError;
use crate::store::relation::Cardinality;
use crate::store::schema::{OBJECT_ID, Table};

/// Type of the primary key.
const ID_TYPE: &str = "STRING_ID";

/// Describes the columns and relations as the service does.
pub(crate) fn describe(table: &Table) -> Result<Vec<Value>, ServiceError> {
    let mut properties = Vec::new();
    for column in table.columns() {
        let is_primary_key = column.name == OBJECT_ID;
        let data_type = match is_primary_key {
            true => ID_TYPE,
            false => Scalar::column(table, column).ty.name(),
        };
        properties.push(property(&column.name, data_type, None, is_primary_key));
    }
    for relation in table.relations() {
        let data_type = match relation.cardinality {
            Cardinality::One => "RELATION",
            Cardinality::Many => "RELATION_LIST",
        };
        let related = table.child(relation)?.name();
        properties.push(property(&relation.name, data_type, Some(related), false));
    }
    Ok(properties)
}

fn property(name: &str, data_type: &str, related: Option<&str>, is_primary_key: bool) -> Value {
    json!({
        "name": name,
        "type": data_type,
        "required": false,
        "defaultValue": null,
        "expression": null,
        "relatedTable": related,
        "customRegex": null,
        "autoLoad": false,
        "isPrimaryKey": is_primary_key,
    })
}
