/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Outer`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Outer {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub component: ::std::option::Option<OuterInner>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub inner: ::std::option::Option<OuterInner2>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub list: ::std::option::Option<::std::vec::Vec<OuterListItem>>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub list_item: ::std::option::Option<OuterListItem2>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub map: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, OuterMapValue>,
        >,
        #[serde(
            rename = "mapValue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub map_value: ::std::option::Option<OuterMapValue2>,
    }
    /// `OuterInner`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterInner {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
    }
    /// The inner one.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterInner2 {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b: ::std::option::Option<OuterInner2B>,
    }
    /// `OuterInner2B`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterInner2B {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub c: ::std::option::Option<::std::string::String>,
    }
    /// `OuterListItem`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterListItem {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub d: ::std::option::Option<::std::string::String>,
    }
    /// `OuterListItem2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterListItem2 {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub e: ::std::option::Option<::std::string::String>,
    }
    /// `OuterMapValue`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterMapValue {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub f: ::std::option::Option<::std::string::String>,
    }
    /// `OuterMapValue2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OuterMapValue2 {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub g: ::std::option::Option<::std::string::String>,
    }
    /// `WriteItemBody`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct WriteItemBody {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub b: ::std::option::Option<::std::string::String>,
    }
    /// `WriteItemBody2`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct WriteItemBody2 {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items`
pub fn read_item() -> crate::Result<Prepared<types::Outer>> {
    let mut request = RequestBuilder::new(&operations::READ_ITEM);
    request.literal("/items");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/items`
pub fn write_item(
    body: &types::WriteItemBody2,
) -> crate::Result<Prepared<types::WriteItemBody>> {
    let mut request = RequestBuilder::new(&operations::WRITE_ITEM);
    request.literal("/items");
    request.json(body)?;
    Ok(request.finish_json())
}
