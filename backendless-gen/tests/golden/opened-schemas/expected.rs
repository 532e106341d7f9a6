/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub either: ::std::option::Option<::serde_json::Value>,
        /// No value.
        pub never: ::serde_json::Value,
    }
}
/// Sends a `GET` request to `/items`
pub fn read_item() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::READ_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
