/// Sends a `POST` request to `/files/{name}`
pub fn upload(name: &str, form: Multipart) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::UPLOAD);
    request.literal("/files/");
    request.parameter(0, name)?;
    request.multipart(form);
    Ok(request.finish_empty())
}
