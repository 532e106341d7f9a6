#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/json`
    pub async fn json<'a>(
        &'a self,
    ) -> Result<ResponseValue<::std::string::String>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/json").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "json",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `GET` request to `/empty`
    pub async fn empty<'a>(&'a self) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/empty").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "empty",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `GET` request to `/bytes`
    pub async fn bytes<'a>(
        &'a self,
    ) -> Result<ResponseValue<ByteStream>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/bytes").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "bytes",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => Ok(ResponseValue::stream(response)),
            _ => Err(transport::refused(response)),
        }
    }
}
