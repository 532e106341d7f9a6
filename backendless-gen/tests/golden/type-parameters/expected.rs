/// Sends a `GET` request to `/rows`
pub fn neither() -> crate::Result<Prepared<i64>> {
    let mut request = RequestBuilder::new(&operations::NEITHER);
    request.literal("/rows");
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/rows`
pub fn both<B: ::serde::Serialize + ?Sized, T: ::serde::de::DeserializeOwned>(
    body: &B,
) -> crate::Result<Prepared<T>> {
    let mut request = RequestBuilder::new(&operations::BOTH);
    request.literal("/rows");
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/rows`
pub fn bytes_for_rows<T: ::serde::de::DeserializeOwned>(
    body: ::bytes::Bytes,
) -> crate::Result<Prepared<::std::option::Option<::std::vec::Vec<T>>>> {
    let mut request = RequestBuilder::new(&operations::BYTES_FOR_ROWS);
    request.literal("/rows");
    request.bytes(body);
    Ok(request.finish_json())
}
