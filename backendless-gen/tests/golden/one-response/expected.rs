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
/// Sends a `GET` request to `/typed`
pub fn typed_and_errors() -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::TYPED_AND_ERRORS);
    request.literal("/typed");
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/typed-or-empty`
pub fn typed_or_empty() -> crate::Result<Prepared<::std::option::Option<types::Item>>> {
    let mut request = RequestBuilder::new(&operations::TYPED_OR_EMPTY);
    request.literal("/typed-or-empty");
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/either`
pub fn different_types<T: ::serde::de::DeserializeOwned>() -> crate::Result<
    Prepared<T>,
> {
    let mut request = RequestBuilder::new(&operations::DIFFERENT_TYPES);
    request.literal("/either");
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/bytes`
pub fn bytes() -> crate::Result<Prepared<::bytes::Bytes>> {
    let mut request = RequestBuilder::new(&operations::BYTES);
    request.literal("/bytes");
    request.header("accept", "image/png")?;
    Ok(request.finish_bytes())
}
/// Sends a `GET` request to `/empty`
pub fn empty() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::EMPTY);
    request.literal("/empty");
    Ok(request.finish_empty())
}
