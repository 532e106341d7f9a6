#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/rows`
    pub async fn neither<'a>(
        &'a self,
    ) -> Result<ResponseValue<i64>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/rows").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "neither",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `PUT` request to `/rows`
    pub async fn both<
        'a,
        B: ::serde::Serialize + ?Sized,
        T: ::serde::de::DeserializeOwned,
    >(&'a self, body: &'a B) -> Result<ResponseValue<T>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/rows").url()?;
        let request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "both",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/rows`
    pub async fn bytes_for_rows<
        'a,
        B: Into<reqwest::Body>,
        T: ::serde::de::DeserializeOwned,
    >(
        &'a self,
        body: B,
    ) -> Result<
        ResponseValue<::std::option::Option<::std::vec::Vec<T>>>,
        Error<crate::Error>,
    > {
        let url = transport::Target::new(self, "/rows").url()?;
        let request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::CONTENT_TYPE,
                ::reqwest::header::HeaderValue::from_static("application/octet-stream"),
            )
            .body(body)
            .build()?;
        let info = OperationInfo {
            operation_id: "bytes_for_rows",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
