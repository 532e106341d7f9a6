//! Encoding an [`Object`] in the form of the service: one JSON object with the system properties and
//! the columns of the value side by side.

use serde::ser::{Error, Serialize, Serializer};
use serde_json::Value;

use super::{Object, Record};

/// For responses of the caller's own service. The value is first converted to a [`Record`], so that
/// a system property that is also a field of the value is written only once.
impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = match serde_json::to_value(&self.value).map_err(S::Error::custom)? {
            Value::Object(columns) => columns,
            Value::Null => Record::new(),
            _ => {
                return Err(S::Error::custom(
                    "the value of a row must be a struct or a map",
                ));
            }
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
    fn a_round_trip_keeps_the_row() {
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
    fn a_value_without_columns_is_rejected() {
        let bob: Object<()> = serde_json::from_value(json!({"objectId": "B2"})).unwrap();
        assert!(serde_json::to_value(bob.map(|()| "Bob")).is_err());
    }
}
