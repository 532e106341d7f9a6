/// The fragment `#all` of the path is not sent.
///
/// Sends a `GET` request to `/items#all`
pub fn all_items() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::ALL_ITEMS);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// The optional cookie `c` is not sent.
///
/// Sends a `GET` request to `/items/{item_id}/parts/{item_id_2}/{body}`
///
/// Arguments:
/// - `item_id`
/// - `item_id_2`: The path parameter `item_id`.
/// - `body`
pub fn get_part(
    item_id: i64,
    item_id_2: &str,
    body: &str,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_PART);
    request.literal("/items/");
    request.parameter(0, &item_id.to_string())?;
    request.literal("/parts/");
    request.parameter(1, item_id_2)?;
    request.literal("/");
    request.parameter(2, body)?;
    Ok(request.finish_empty())
}
/// Sends a `PUT` request to `/items/{item_id}/parts/{item_id_2}/{body_path}`
///
/// Arguments:
/// - `item_id`
/// - `item_id_2`: The path parameter `item_id`.
/// - `body_path`: The path parameter `body`.
/// - `body`
pub fn put_part(
    item_id: i64,
    item_id_2: &str,
    body_path: &str,
    body: &str,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::PUT_PART);
    request.literal("/items/");
    request.parameter(0, &item_id.to_string())?;
    request.literal("/parts/");
    request.parameter(1, item_id_2)?;
    request.literal("/");
    request.parameter(2, body_path)?;
    request.json(body)?;
    Ok(request.finish_empty())
}
/// The fragment `#moved` of the path is not sent.
///
/// Sends a `GET` request to `/items/{item_id}/parts/{item_id_2}/{body}#moved`
///
/// Arguments:
/// - `item_id`
/// - `item_id_2`: The path parameter `item_id`.
/// - `body`
pub fn moved_part(
    item_id: i64,
    item_id_2: &str,
    body: &str,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::MOVED_PART);
    request.literal("/items/");
    request.parameter(0, &item_id.to_string())?;
    request.literal("/parts/");
    request.parameter(1, item_id_2)?;
    request.literal("/");
    request.parameter(2, body)?;
    Ok(request.finish_empty())
}
/// The fragment `#moved` of the path is not sent.
///
/// Sends a `PUT` request to `/items/{item_id}/parts/{item_id_2}/{body}#moved`
///
/// Arguments:
/// - `item_id`
/// - `item_id_2`: The path parameter `item_id`.
/// - `body`
pub fn move_part(
    item_id: i64,
    item_id_2: &str,
    body: &str,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::MOVE_PART);
    request.literal("/items/");
    request.parameter(0, &item_id.to_string())?;
    request.literal("/parts/");
    request.parameter(1, item_id_2)?;
    request.literal("/");
    request.parameter(2, body)?;
    Ok(request.finish_empty())
}
