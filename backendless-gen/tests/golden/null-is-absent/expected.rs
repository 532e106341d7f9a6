/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub counts: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, i64>,
        >,
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub tags: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
    /// `Tags`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Tags {
        pub tags: ::std::vec::Vec<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn list_items() -> crate::Result<
    Prepared<::std::option::Option<::std::vec::Vec<types::Item>>>,
> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS);
    request.literal("/items");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/items`
pub fn put_tags(body: &types::Tags) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::PUT_TAGS);
    request.literal("/items");
    request.json(body)?;
    Ok(request.finish_empty())
}
