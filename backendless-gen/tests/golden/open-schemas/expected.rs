/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Typed`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Typed {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub open: ::std::option::Option<
            ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        >,
    }
}
/// Sends a `GET` request to `/rows/{row}`
pub fn get_row<T: ::serde::de::DeserializeOwned>(
    row: &str,
) -> crate::Result<Prepared<T>> {
    let mut request = RequestBuilder::new(&operations::GET_ROW);
    request.literal("/rows/");
    request.parameter(0, row)?;
    Ok(request.finish_json())
}
/// Sends a `PUT` request to `/rows/{row}`
pub fn put_row<B: ::serde::Serialize + ?Sized, T: ::serde::de::DeserializeOwned>(
    row: &str,
    body: &B,
) -> crate::Result<Prepared<::std::option::Option<::std::vec::Vec<T>>>> {
    let mut request = RequestBuilder::new(&operations::PUT_ROW);
    request.literal("/rows/");
    request.parameter(0, row)?;
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `POST` request to `/rows/{row}`
pub fn send_message<B: ::serde::Serialize + ?Sized>(
    row: &str,
    body: &B,
) -> crate::Result<Prepared<types::Typed>> {
    let mut request = RequestBuilder::new(&operations::SEND_MESSAGE);
    request.literal("/rows/");
    request.parameter(0, row)?;
    request.json(body)?;
    Ok(request.finish_json())
}
/// Sends a `GET` request to `/points`
pub fn find_geo_points<T: ::serde::de::DeserializeOwned>() -> crate::Result<
    Prepared<::std::option::Option<::std::vec::Vec<T>>>,
> {
    let mut request = RequestBuilder::new(&operations::FIND_GEO_POINTS);
    request.literal("/points");
    Ok(request.finish_json())
}
