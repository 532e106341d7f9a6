#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    pub async fn without_headers<'a>(
        &'a self,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "without_headers",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `PUT` request to `/items`
    pub async fn with_headers<'a>(
        &'a self,
        x_trace: i64,
        if_match: Option<&'a str>,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let mut header_map = ::reqwest::header::HeaderMap::with_capacity(2usize);
        header_map.append("X-Trace", x_trace.to_string().try_into()?);
        if let Some(value) = if_match {
            header_map.append("if-match", value.to_string().try_into()?);
        }
        let request = self.client.put(url).headers(header_map).build()?;
        let info = OperationInfo {
            operation_id: "with_headers",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
