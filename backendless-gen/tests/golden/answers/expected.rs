#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/json`
    pub async fn json<'a>(
        &'a self,
    ) -> Result<ResponseValue<::std::string::String>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/json").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "json",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response).await,
            _ => Err(transport::refused(response).await),
        }
    }
    /// Sends a `GET` request to `/empty`
    pub async fn empty<'a>(&'a self) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/empty").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "empty",
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
    /// Sends a `GET` request to `/bytes`
    pub async fn bytes<'a>(
        &'a self,
    ) -> Result<ResponseValue<ByteStream>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/bytes").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "bytes",
        };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200..=299 => Ok(ResponseValue::stream(response)),
            _ => Err(transport::refused(response).await),
        }
    }
}
