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
        #[allow(unused_mut)]
        let mut request = self.client.post(url).multipart(form).build()?;
        let info = OperationInfo {
            operation_id: "upload",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response).await,
            _ => Err(transport::refused(response).await),
        }
    }
}
