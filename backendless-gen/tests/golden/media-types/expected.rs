/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `AddItemBody`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct AddItemBody {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
    }
    /// `AddItemFormBody`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct AddItemFormBody {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
    /// `ReplaceItemBody`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct ReplaceItemBody {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `PUT` request to `/items/{id}`
pub fn replace_item(
    id: &str,
    body: Option<&types::ReplaceItemBody>,
) -> crate::Result<Prepared<::std::string::String>> {
    let mut request = RequestBuilder::new(&operations::REPLACE_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    request.header("accept", "text/plain")?;
    if let Some(body) = body {
        request.json(body)?;
        request.content_type("application/vnd.items+json")?;
    }
    Ok(request.finish_text())
}
/// Adds an item
///
/// Sends a `POST` request to `/items/{id}`
pub fn add_item(id: &str, body: &types::AddItemBody) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::ADD_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    request.json(body)?;
    Ok(request.finish_empty())
}
/// Adds an item
///
/// Sends a `POST` request to `/items/{id}` with a body of type `application/x-www-form-urlencoded`
pub fn add_item_form(
    id: &str,
    body: &types::AddItemFormBody,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::ADD_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    request.form(body, &[])?;
    Ok(request.finish_empty())
}
/// Sends a `PUT` request to `/items/{id}` with a body of type `image/*`
pub fn replace_item_bytes(
    id: &str,
    content_type: &str,
    body: Option<::bytes::Bytes>,
) -> crate::Result<Prepared<::std::string::String>> {
    let mut request = RequestBuilder::new(&operations::REPLACE_ITEM);
    request.literal("/items/");
    request.parameter(0, id)?;
    request.header("accept", "text/plain")?;
    if let Some(body) = body {
        request.bytes(body);
        request.content_type(content_type)?;
    }
    Ok(request.finish_text())
}
