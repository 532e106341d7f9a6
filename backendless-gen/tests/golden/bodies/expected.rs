/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `RequiredFieldsBody`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct RequiredFieldsBody {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub a: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `PUT` request to `/json`
pub fn optional_json<B: ::serde::Serialize + ?Sized>(
    body: Option<&B>,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::OPTIONAL_JSON);
    request.literal("/json");
    if let Some(body) = body {
        request.json(body)?;
    }
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/json`
pub fn required_json<B: ::serde::Serialize + ?Sized>(
    body: &B,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::REQUIRED_JSON);
    request.literal("/json");
    request.json(body)?;
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/form`
pub fn optional_form(form: Option<Multipart>) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::OPTIONAL_FORM);
    request.literal("/form");
    if let Some(form) = form {
        request.multipart(form);
    }
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/text`
pub fn optional_text(body: Option<String>) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::OPTIONAL_TEXT);
    request.literal("/text");
    if let Some(body) = body {
        request.text(body);
    }
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/fields`
pub fn required_fields(body: &types::RequiredFieldsBody) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::REQUIRED_FIELDS);
    request.literal("/fields");
    request.form(body, &[])?;
    Ok(request.finish_empty())
}
/// Sends a `POST` request to `/bytes`
pub fn required_bytes(body: ::bytes::Bytes) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::REQUIRED_BYTES);
    request.literal("/bytes");
    request.bytes(body);
    Ok(request.finish_empty())
}
