#[allow(clippy::all)]
impl Client {
    /// Sends a `OPTIONS` request to `/items`
    pub async fn item_options<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = self.client.request(::reqwest::Method::OPTIONS, url).build()?;
        let info = OperationInfo {
            operation_id: "item_options",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `TRACE` request to `/items`
    pub async fn trace_item<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = self.client.request(::reqwest::Method::TRACE, url).build()?;
        let info = OperationInfo {
            operation_id: "trace_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
