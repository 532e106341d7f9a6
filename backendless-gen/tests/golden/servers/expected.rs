/// Sends a `GET` request to `/files`
pub fn list_files() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::LIST_FILES);
    request.literal("/files");
    Ok(request.finish_empty())
}
/// Uploads a file
///
/// The server of this operation is `https://upload.example.com/2.0`: send it with a client that has
/// this API URL.
///
/// Sends a `POST` request to `/files`
pub fn upload_file() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::UPLOAD_FILE);
    request.literal("/files");
    Ok(request.finish_empty())
}
