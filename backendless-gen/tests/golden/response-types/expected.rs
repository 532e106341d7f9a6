/// Sends a `GET` request to `/json`
pub fn json() -> crate::Result<Prepared<::std::string::String>> {
    let mut request = RequestBuilder::new(&operations::JSON);
    request.literal("/json");
    Ok(request.finish_json())
}
/// Sends a `HEAD` request to `/json`
pub fn json_head() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::JSON_HEAD);
    request.literal("/json");
    Ok(request.finish_empty())
}
/// Sends a `GET` request to `/empty`
pub fn empty() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::EMPTY);
    request.literal("/empty");
    Ok(request.finish_empty())
}
/// Sends a `GET` request to `/bytes`
pub fn bytes() -> crate::Result<Prepared<::bytes::Bytes>> {
    let mut request = RequestBuilder::new(&operations::BYTES);
    request.literal("/bytes");
    request.header("accept", "application/pdf")?;
    Ok(request.finish_bytes())
}
