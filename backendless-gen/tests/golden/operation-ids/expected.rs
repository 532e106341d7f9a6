/// Sends a `GET` request to `/`
pub fn get_root() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ROOT);
    request.literal("/");
    Ok(request.finish_empty())
}
/// Sends a `GET` request to `/items`
pub fn get_items() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEMS);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/items`
pub fn get_items_by_id() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEMS_BY_ID);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// Sends a `GET` request to `/items/{id}`
pub fn get_items_by_id2(id: &str) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEMS_BY_ID2);
    request.literal("/items/");
    request.parameter(0, id)?;
    Ok(request.finish_empty())
}
/// Sends a `DELETE` request to `/items/{id}/sub-items.json`
pub fn delete_items_by_id_sub_items_json(id: &str) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(
        &operations::DELETE_ITEMS_BY_ID_SUB_ITEMS_JSON,
    );
    request.literal("/items/");
    request.parameter(0, id)?;
    request.literal("/sub-items.json");
    Ok(request.finish_empty())
}
