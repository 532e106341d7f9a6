/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub created_at: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub created_at_2: ::std::option::Option<::std::string::String>,
        #[serde(rename = "createdAt")]
        pub created_at_3: ::std::string::String,
        #[serde(rename = "CreatedAt")]
        pub created_at_4: ItemCreatedAt4,
        #[serde(rename = "Type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_2: ::std::option::Option<::std::string::String>,
    }
    /// `ItemCreatedAt4`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ItemCreatedAt4 {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a_b: ::std::option::Option<::std::string::String>,
        #[serde(rename = "a-b", skip_serializing_if = "::std::option::Option::is_none")]
        pub a_b_2: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn read_item() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::READ_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
