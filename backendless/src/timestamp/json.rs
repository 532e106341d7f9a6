//! The JSON form: a number of milliseconds.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::Timestamp;
use crate::decode::number_text;

const EXPECTED: &str = "a time in milliseconds since 1970";

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TimestampVisitor)
    }
}

pub(crate) struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(millis))
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Timestamp, E> {
        i64::try_from(millis)
            .map(Timestamp)
            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(millis), &self))
    }

    fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Timestamp, E> {
        // 2^63 is the first value beyond the range, and exact as an f64.
        const END: f64 = 9_223_372_036_854_775_808.0;
        if (-END..END).contains(&millis) {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
            Ok(Timestamp(millis.floor() as i64))
        } else {
            Err(E::invalid_value(de::Unexpected::Float(millis), &self))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        // serde's own errors would quote the string, which is data of a user.
        let another = || E::custom(format_args!("expected {EXPECTED}, found another string"));
        match (text.parse(), text.parse()) {
            (Ok(millis), _) => self.visit_i64(millis),
            (_, Ok(millis)) => self.visit_f64(millis).map_err(|_: E| another()),
            _ => Err(another()),
        }
    }

    /// A number with a fraction or an exponent, in a build with serde_json's `arbitrary_precision`.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Timestamp, A::Error> {
        let number = number_text(map)?;
        match number.map(|text| (text.parse(), text.parse())) {
            Some((Ok(millis), _)) => self.visit_i64(millis),
            Some((_, Ok(millis))) => self.visit_f64(millis),
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error as ValueError, MapDeserializer};

    fn read(json: &str) -> serde_json::Result<Timestamp> {
        serde_json::from_str(json)
    }

    #[test]
    fn numbers_and_strings_with_a_number_are_read() {
        let read = |json| read(json).ok();
        assert_eq!(read("1700000000000"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("1.7e12"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("\"17\""), Some(Timestamp(17)));
        assert_eq!(read("\"1.7e12\""), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("\"-1.5\""), Some(Timestamp(-2)));
        for none in [
            "\"1e400\"",
            "\"NaN\"",
            "\"-inf\"",
            "\"9223372036854775808\"",
            "\"\"",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(read("1e300"), None);
        assert_eq!(read("18446744073709551615"), None);
        assert_eq!(read("\"soon\""), None);
        assert_eq!(read("{}"), None);
    }

    /// serde_json passes such numbers on as an object, if its feature `arbitrary_precision` is enabled.
    #[test]
    fn a_number_of_arbitrary_precision_is_read() {
        let read = |text: &str| {
            let number = [("$serde_json::private::Number", text)].into_iter();
            Timestamp::deserialize(MapDeserializer::<_, ValueError>::new(number)).ok()
        };
        assert_eq!(read("1.7e12"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("1700000000000.9"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(read("-1.5"), Some(Timestamp(-2)));
        assert_eq!(read("9223372036854775807"), Some(Timestamp(i64::MAX)));
        assert_eq!(read("18446744073709551616"), None);
        assert_eq!(read("1e400"), None);
        assert_eq!(read("soon"), None);
        let other = [("a", "1")].into_iter();
        let other = Timestamp::deserialize(MapDeserializer::<_, ValueError>::new(other));
        let text = other.unwrap_err().to_string();
        assert_eq!(
            text,
            "invalid type: map, expected a time in milliseconds since 1970"
        );
    }

    #[test]
    fn an_error_does_not_quote_the_string() {
        let error = read("\"soon\"").unwrap_err().to_string();
        assert!(error.starts_with("expected a time in milliseconds since 1970, found another"));
    }

    #[test]
    fn a_timestamp_is_written_as_a_number() {
        assert_eq!(serde_json::to_string(&Timestamp(-5)).unwrap(), "-5");
    }
}
