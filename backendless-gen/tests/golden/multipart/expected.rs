#[allow(clippy::all)]
impl Client {
    /// Sends a `POST` request to `/files/{name}`
    pub async fn upload<'a>(
        &'a self,
        name: &'a str,
        form: reqwest::multipart::Form,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let name = transport::path_value(&operations::UPLOAD, "name", name)?;
        let url = transport::Target::new(self, format_args!("/files/{name}")).url()?;
        let request = self.client.post(url).multipart(form).build()?;
        let info = OperationInfo {
            operation_id: "upload",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
