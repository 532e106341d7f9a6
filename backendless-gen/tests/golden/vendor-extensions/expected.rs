/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub at: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn list_items() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS);
    request.literal("/items");
    Ok(request.finish_json())
}
