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
/// Sends a `PUT` request to `/items`
pub fn replace_items<B: ::serde::Serialize + ?Sized>(
    body: &B,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::REPLACE_ITEMS);
    request.literal("/items");
    request.json(body)?;
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/items`
pub fn create_item(body: &types::Item) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::CREATE_ITEM);
    request.literal("/items");
    request.json(body)?;
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/items` with a body of type `text/xml`
pub fn create_item_text(body: String) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::CREATE_ITEM);
    request.literal("/items");
    request.text(body);
    request.content_type("text/xml")?;
    Ok(request.finish_empty())
}
