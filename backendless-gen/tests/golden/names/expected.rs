/// Sends a `POST` request to `/items/{request}`
///
/// Arguments:
/// - `request`
/// - `form`: Not the body.
/// - `profile`
/// - `form_`
pub fn operations(
    profile_: crate::Profile,
    request: &str,
    form: Option<&str>,
    profile: Option<&str>,
    form_: Multipart,
) -> crate::Result<Prepared<()>> {
    let mut request_ = RequestBuilder::new(&operations::OPERATIONS);
    if profile_ == crate::Profile::Live {
        request_.literal("/things/");
        request_.parameter(0, request)?;
    } else {
        request_.literal("/items/");
        request_.parameter(0, request)?;
    }
    request_.query("form", &form)?;
    request_.query("profile", &profile)?;
    request_.multipart(form_);
    Ok(request_.finish_empty())
}
