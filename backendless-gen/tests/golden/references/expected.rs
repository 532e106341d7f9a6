/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `GetCatsByIdResponse`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct GetCatsByIdResponse {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
    /// `ItemsIdGet200ApplicationJson`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ItemsIdGet200ApplicationJson {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
    /// `Other`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Other {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub other: ::std::option::Option<WithSlash>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub part: ::std::option::Option<OtherPart>,
    }
    /// `OtherPart`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OtherPart {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub inner: ::std::option::Option<OtherPartInner>,
    }
    /// `OtherPartInner`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct OtherPartInner {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<i64>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub again: ::std::option::Option<::std::boxed::Box<OtherPart>>,
    }
    /// `WithSlash`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct WithSlash {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub s: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items/{id}`
pub fn get_item(
    id: &str,
) -> crate::Result<Prepared<types::ItemsIdGet200ApplicationJson>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/items/{id}`
pub fn put_item(
    id: &str,
    body: &types::ItemsIdGet200ApplicationJson,
) -> crate::Result<Prepared<types::ItemsIdGet200ApplicationJson>> {
    let mut request = RequestBuilder::new(&operations::PUT_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/cats/{id}`
pub fn get_cats_by_id(id: &str) -> crate::Result<Prepared<types::GetCatsByIdResponse>> {
    let mut request = RequestBuilder::new(&operations::GET_CATS_BY_ID);
    request.literal("/cats/");
    request.parameter(0, id)?;
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/cats/{id}`
pub fn put_cats_by_id(
    id: &str,
    body: &types::ItemsIdGet200ApplicationJson,
) -> crate::Result<Prepared<types::ItemsIdGet200ApplicationJson>> {
    let mut request = RequestBuilder::new(&operations::PUT_CATS_BY_ID);
    request.literal("/cats/");
    request.parameter(0, id)?;
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/other`
pub fn get_other() -> crate::Result<Prepared<types::Other>> {
    let mut request = RequestBuilder::new(&operations::GET_OTHER);
    request.literal("/other");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/other`
pub fn put_part(
    body: &types::OtherPart,
) -> crate::Result<Prepared<types::OtherPartInner>> {
    let mut request = RequestBuilder::new(&operations::PUT_PART);
    request.literal("/other");
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/other`
pub fn post_escaped(body: &types::WithSlash) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::POST_ESCAPED);
    request.literal("/other");
    request.json(body)?;
    Ok(request.finish_empty())
}
