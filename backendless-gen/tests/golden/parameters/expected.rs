/// Lists items. The optional cookie `session` is not sent.
///
/// Sends a `GET` request to `/items/{kind}/{id}`
///
/// Arguments:
/// - `kind`
/// - `id`
/// - `any`: OpenAPI defines no text for a value of this type: it is sent as it is passed.
/// - `created_at`
/// - `created_at_2`: The query parameter `created_at`.
/// - `id_query`: The id of the page. The query parameter `id`.
/// - `rows`: OpenAPI defines no text for a value of this type: it is sent as it is passed.
/// - `sort`: Known values: `up`, `down`.
/// - `text_or_number`
/// - `untyped`: Known values: `1`, `2`.
/// - `created_at_header`: The header parameter `created-at`.
pub fn list_items(
    kind: &str,
    id: &str,
    any: Option<&str>,
    created_at: Option<&str>,
    created_at_2: Option<&str>,
    id_query: Option<&str>,
    rows: Option<&str>,
    sort: Option<&str>,
    text_or_number: Option<&str>,
    untyped: Option<i64>,
    created_at_header: Option<&str>,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS);
    request.literal("/items/");
    request.parameter(0, kind)?;
    request.literal("/");
    request.parameter(1, id)?;
    request.query("any", &any)?;
    request.query("createdAt", &created_at)?;
    request.query("created_at", &created_at_2)?;
    request.query("id", &id_query)?;
    request.query("rows", &rows)?;
    request.query("sort", &sort)?;
    request.query("text-or-number", &text_or_number)?;
    request.query("untyped", &untyped)?;
    if let Some(created_at_header) = created_at_header {
        request.header("created-at", created_at_header)?;
    }
    Ok(request.finish_empty())
}
/// The operation `list_items`: another operation has the same name in Rust.
///
/// Sends a `GET` request to `/items`
pub fn list_items_2() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::LIST_ITEMS_2);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// Sends a `PUT` request to `/items`
///
/// Arguments:
/// - `body_query`: The query parameter `body`.
/// - `body`
pub fn put_items(
    body_query: Option<&str>,
    body: &::std::vec::Vec<::std::string::String>,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::PUT_ITEMS);
    request.literal("/items");
    request.query("body", &body_query)?;
    request.json(body)?;
    Ok(request.finish_empty())
}
