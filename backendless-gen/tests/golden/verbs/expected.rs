#[allow(clippy::all)]
impl Client {
    /// Sends a `OPTIONS` request to `/items`
    pub async fn item_options<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.request(::reqwest::Method::OPTIONS, url).build()?;
        let info = OperationInfo {
            operation_id: "item_options",
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
    /// Sends a `TRACE` request to `/items`
    pub async fn trace_item<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.request(::reqwest::Method::TRACE, url).build()?;
        let info = OperationInfo {
            operation_id: "trace_item",
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
