/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn get_item() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
