/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        /// Default: `now`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub at: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
}
/// Sends a `GET` request to `/items`
///
/// Arguments:
/// - `page`: The page. Default: `1`.
pub fn find_item(page: Option<i64>) -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::FIND_ITEM);
    request.literal("/items");
    request.query("page", &page)?;
    Ok(request.finish_json())
}
