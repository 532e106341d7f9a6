/// Sends a `OPTIONS` request to `/items`
pub fn item_options() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::ITEM_OPTIONS);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// Sends a `TRACE` request to `/items`
pub fn trace_item() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::TRACE_ITEM);
    request.literal("/items");
    Ok(request.finish_empty())
}
