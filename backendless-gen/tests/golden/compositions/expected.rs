/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Base`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Base {
        pub id: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub kind: ::std::option::Option<::std::string::String>,
    }
    /// An item.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        /// The base.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub base: ::std::option::Option<Base>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub closed: ::std::option::Option<Base>,
        pub id: ::std::string::String,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub inline: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        /// Known values: `item`.
        pub kind: ::std::string::String,
        /// No value.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub never: ::std::option::Option<::serde_json::Value>,
        pub size: i64,
        /// Known values: `b`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub text: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn read_item() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::READ_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
