/// Sends a `GET` request to `/items`
pub fn without_headers() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::WITHOUT_HEADERS);
    request.literal("/items");
    Ok(request.finish_empty())
}
/// Sends a `PUT` request to `/items`
pub fn with_headers(
    x_trace: i64,
    if_match: Option<&str>,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::WITH_HEADERS);
    request.literal("/items");
    request.header("X-Trace", &x_trace.to_string())?;
    if let Some(if_match) = if_match {
        request.header("if-match", if_match)?;
    }
    Ok(request.finish_empty())
}
