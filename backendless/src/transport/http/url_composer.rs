//! URLs of requests, composed from the parsed URL of the application.
//!
//! A parser reads scheme, host, app path and path again for each request, which takes more time than the rest of the
//! client. All of them are known: the URL of the application was parsed, and path and query are encoded.

use reqwest::Url;
use serde::de::value::SeqDeserializer;
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// Indexes of the fields of a URL in its serialized form.
const TEXT: usize = 0;
const QUERY_START: usize = 8;

/// The fields of the URLs of an application: the positions of their parts, host and port. They contain no secret.
pub(super) struct UrlComposer(Vec<Value>);

impl UrlComposer {
    /// Returns the fields of the URLs that start with `origin` and the app path; `None` if such URLs must be parsed: the
    /// app path is not normal, or this version of `url` has other fields.
    pub(super) fn new(origin: &Url, app_path: &str) -> Option<Self> {
        let fields = origin.serialize_internal(serde_json::value::Serializer);
        let Ok(Value::Array(mut fields)) = fields else {
            return None;
        };
        *fields.get_mut(TEXT)? = Value::Null;
        let base = Self(fields);
        let origin = origin.as_str().trim_end_matches('/');
        // The texts of parsed and composed URLs stay in memory, so they contain another app path.
        const APP_PATH: &str = "/app/path";
        let is_as_parsed = |path, query| {
            let composed = base.compose(origin, APP_PATH, path, query);
            let text = [
                origin,
                APP_PATH,
                path,
                query.map_or("", |_| "?"),
                query.unwrap_or(""),
            ];
            let parsed = Url::parse(&text.concat()).ok();
            composed.is_some() && fields_of(composed.as_ref()) == fields_of(parsed.as_ref())
        };
        (is_normal(app_path) && is_as_parsed("/a", None) && is_as_parsed("/a", Some("b=c")))
            .then_some(base)
    }

    /// Returns the URL with this path and query; `None` if it must be parsed.
    pub(super) fn compose(
        &self,
        origin: &str,
        app_path: &str,
        path: &str,
        query: Option<&str>,
    ) -> Option<Url> {
        if !path.starts_with('/') || !is_normal(path) || !query.is_none_or(is_normal) {
            return None;
        }
        // The text becomes that of the URL: it has its final size, so that no copy of the app path is left in memory.
        let (mark, values) = query.map_or(("", ""), |query| ("?", query));
        let mut text = [origin, app_path, path, mark, values].concat();
        let path_end = origin.len() + app_path.len() + path.len();
        let query_start = query.and_then(|_| u32::try_from(path_end).ok());
        let fields = self.0.iter().enumerate().map(|(index, field)| match index {
            TEXT => Field::Text(std::mem::take(&mut text)),
            QUERY_START => Field::Position(query_start),
            _ => Field::OfOrigin(field),
        });
        Url::deserialize_internal(SeqDeserializer::<_, serde_json::Error>::new(fields)).ok()
    }
}

/// Returns all fields of a URL.
fn fields_of(url: Option<&Url>) -> Option<Value> {
    url?.serialize_internal(serde_json::value::Serializer).ok()
}

/// Whether a URL parser leaves a path or a query as it is. It does if each character is allowed in both (RFC 3986, section
/// 3), and no segment starts with a dot, which may be encoded.
fn is_normal(text: &str) -> bool {
    const ALLOWED: [bool; 256] = {
        let mut allowed = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            allowed[byte as usize] = byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'-' | b'.'
                        | b'_'
                        | b'~'
                        | b'%'
                        | b'/'
                        | b'*'
                        | b'+'
                        | b','
                        | b';'
                        | b':'
                        | b'='
                        | b'@'
                        | b'&'
                );
            byte += 1;
        }
        allowed
    };
    let mut previous = 0;
    text.bytes().all(|byte| {
        let starts_with_dot = previous == b'/' && matches!(byte, b'.' | b'%');
        previous = byte;
        ALLOWED[usize::from(byte)] && !starts_with_dot
    })
}

/// Field of a URL, as it is deserialized.
enum Field<'de> {
    Text(String),
    Position(Option<u32>),
    OfOrigin(&'de Value),
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Field<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Field<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            Self::Position(None) => visitor.visit_none(),
            Self::Position(Some(position)) => visitor.visit_some(position.into_deserializer()),
            Self::OfOrigin(value) => value.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> serde_json::Result<V::Value> {
        match self {
            Self::OfOrigin(value) => value.deserialize_option(visitor),
            field => field.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> serde_json::Result<V::Value> {
        match self {
            Self::OfOrigin(value) => value.deserialize_enum(name, variants, visitor),
            field => field.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGINS: [&str; 6] = [
        "https://api.backendless.com",
        "https://api.backendless.com:8443",
        "http://127.0.0.1:9080",
        "http://[2001:db8::1]:9080",
        "http://[::1]",
        "https://xn--bcher-kva.example",
    ];

    #[test]
    fn composed_url_has_the_fields_of_the_parsed_one() {
        for origin in ORIGINS {
            for app_path in ["", "/api", "/A-1/9C41", "/base/A%20B/x%C3%BC"] {
                let url = Url::parse(origin).unwrap();
                let base = UrlComposer::new(&url, app_path).unwrap();
                for (path, query) in [
                    ("/data/Person", None),
                    ("/data/Person/5D1A-~_1", Some("")),
                    (
                        "/files/a%2Fb//c:d@e;f=g,h+i*.txt",
                        Some("where=age+%3E%3D+18&a=*-._"),
                    ),
                    ("/", Some("a/b=%27&c:d@e;f,g~")),
                ] {
                    let composed = base.compose(origin, app_path, path, query).unwrap();
                    let mark = query.map_or("", |_| "?");
                    let text = [origin, app_path, path, mark, query.unwrap_or("")].concat();
                    let parsed = Url::parse(&text).unwrap();
                    assert_eq!(fields_of(Some(&composed)), fields_of(Some(&parsed)));
                    assert_eq!(composed.as_str(), text);
                }
            }
        }
    }

    #[test]
    fn what_a_parser_changes_is_parsed() {
        let origin = "https://api.backendless.com";
        let base = UrlComposer::new(&Url::parse(origin).unwrap(), "/a").unwrap();
        for path in [
            "",
            "data",
            "/a/../b",
            "/%C3%BC",
            "/a/.",
            "/.a",
            "/a/%2e%2E/b",
            "/a\\b",
            "/a b",
            "/a\tb",
            "/a\n",
            "/ü",
            "/a?b",
            "/a#b",
            "/a\"b",
            "/a<b",
            "/a`b",
            "/a{b}",
            "/a^b",
            "/a|b",
            "/a'b",
            "/a\0",
        ] {
            assert_eq!(base.compose(origin, "/a", path, None), None, "{path:?}");
            assert_eq!(
                base.compose(origin, "/a", "/b", Some(path)).is_some(),
                matches!(path, "" | "data")
            );
        }
        let url = Url::parse(origin).unwrap();
        assert!(UrlComposer::new(&url, "/a/..").is_none());
    }
}
