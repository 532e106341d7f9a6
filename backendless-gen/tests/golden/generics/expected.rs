#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/rows`
    pub async fn neither<'a>(
        &'a self,
    ) -> Result<ResponseValue<i64>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/rows").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "neither",
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
    /// Sends a `PUT` request to `/rows`
    pub async fn both<
        'a,
        B: ::serde::Serialize + ?Sized,
        T: ::serde::de::DeserializeOwned,
    >(&'a self, body: &'a B) -> Result<ResponseValue<T>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/rows").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "both",
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
        #[allow(unused_mut)]
        let mut request = self
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
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response).await,
            _ => Err(transport::refused(response).await),
        }
    }
}
