//! Encoding an [`Object`] as the service would: one JSON object with the system properties and the
//! columns of the value side by side.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;

use super::{Object, Record};

/// For answers of one's own, such as those of a web service. The value goes through a
/// [`Record`], so that a property which it has as a field of its own comes once.
impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = match serde_json::to_value(&self.value).map_err(S::Error::custom)? {
            Value::Object(columns) => columns,
            Value::Null => Record::new(),
            _ => return Err(S::Error::custom("the value of a row is a struct or a map")),
        };
        let time = |time: Option<crate::Timestamp>| time.map(crate::Timestamp::as_millis).into();
        row.insert("objectId".to_owned(), self.object_id.as_str().into());
        row.insert("created".to_owned(), time(self.created));
        row.insert("updated".to_owned(), time(self.updated));
        row.insert("ownerId".to_owned(), self.owner_id.as_deref().into());
        row.insert("___class".to_owned(), self.class.as_deref().into());
        row.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    #[derive(Serialize, Deserialize)]
    struct Person {
        name: String,
        created: i64,
    }

    #[test]
    fn a_row_is_written_as_it_was_read() {
        let row = json!({
            "objectId": "B2", "created": 5, "updated": null, "ownerId": null,
            "___class": "Person", "name": "Bob",
        });
        let bob: Object<Person> = serde_json::from_value(row.clone()).unwrap();
        assert_eq!(serde_json::to_value(&bob).unwrap(), row);
        assert_eq!(
            serde_json::to_value(bob.map(|_| ())).unwrap()["objectId"],
            "B2"
        );
    }

    #[test]
    fn a_value_that_has_no_columns_is_no_row() {
        let bob: Object<()> = serde_json::from_value(json!({"objectId": "B2"})).unwrap();
        assert!(serde_json::to_value(bob.map(|()| "Bob")).is_err());
    }
}
