/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub row: ::std::option::Option<ItemRow>,
    }
    /// `ItemRow`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ItemRow {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
}
/// Sends a `GET` request to `/items`
pub fn get_item() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
