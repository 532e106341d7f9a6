/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        pub both: ItemBoth,
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub count: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub data: ::std::option::Option<::std::string::String>,
        /// Known values: `item`.
        pub kind: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub labels: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, ::std::string::String>,
        >,
        /// Known values: `low`, `high`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub level: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub loose: ::std::option::Option<ItemLoose>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub maybe: ::std::option::Option<Other>,
        /// The other one.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub other: ::std::option::Option<Other>,
        /// A text.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub text: ::std::option::Option<::std::string::String>,
    }
    /// `ItemBoth`
    #[derive(::serde::Serialize, Clone, Debug)]
    #[serde(untagged)]
    pub enum ItemBoth {
        String(::std::string::String),
        Integer(i64),
        /// A value of none of the other variants.
        Other(::serde_json::Value),
    }
    impl<'de> ::serde::Deserialize<'de> for ItemBoth {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(
                deserializer,
            )?;
            match [value.is_string(), value.is_i64() || value.is_u64()] {
                [true, false] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<::std::string::String>(value.clone())
                            .map_or(Self::Other(value), Self::String),
                    )
                }
                [false, true] => {
                    ::std::result::Result::Ok(
                        ::serde_json::from_value::<i64>(value.clone())
                            .map_or(Self::Other(value), Self::Integer),
                    )
                }
                _ => ::std::result::Result::Ok(Self::Other(value)),
            }
        }
    }
    impl ::std::fmt::Display for ItemBoth {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::String(x) => x.fmt(f),
                Self::Integer(x) => x.fmt(f),
                Self::Other(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<i64> for ItemBoth {
        fn from(value: i64) -> Self {
            Self::Integer(value)
        }
    }
    /// `ItemLoose`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ItemLoose {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub list: ::std::option::Option<::std::vec::Vec<::serde_json::Value>>,
        /// Known values: nothing.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub nothing: ::std::option::Option<::serde_json::Value>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub pair: ::std::option::Option<::std::vec::Vec<::serde_json::Value>>,
    }
    /// `Other`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Other {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn list_items(
    size: Option<i64>,
) -> crate::Result<Prepared<::std::option::Option<::std::vec::Vec<types::Item>>>> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS);
    request.literal("/items");
    request.query("size", &size)?;
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/items`
pub fn add_image(body: ::bytes::Bytes) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::ADD_IMAGE);
    request.literal("/items");
    request.bytes(body);
    Ok(request.finish_empty())
}
