/// Sends a `GET` request to `/items`
pub fn list_items() -> crate::Result<Prepared<::std::string::String>> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS);
    request.literal("/items");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/items`
pub fn put_items() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::PUT_ITEMS);
    request.literal("/items");
    Ok(request.finish_empty())
}
