#[allow(clippy::all)]
impl Client {
    /// Sends a `PUT` request to `/json`
    pub async fn optional_json<'a, B: ::serde::Serialize + ?Sized>(
        &'a self,
        body: Option<&'a B>,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/json").url()?;
        let mut builder = self.client.put(url);
        if let Some(body) = body {
            builder = builder.json(body);
        }
        let request = builder.build()?;
        let info = OperationInfo {
            operation_id: "optional_json",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/json`
    pub async fn required_json<'a, B: ::serde::Serialize + ?Sized>(
        &'a self,
        body: &'a B,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/json").url()?;
        let request = self.client.post(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "required_json",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/form`
    pub async fn optional_form<'a>(
        &'a self,
        form: Option<reqwest::multipart::Form>,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/form").url()?;
        let mut builder = self.client.post(url);
        if let Some(form) = form {
            builder = builder.multipart(form);
        }
        let request = builder.build()?;
        let info = OperationInfo {
            operation_id: "optional_form",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/text`
    pub async fn optional_text<'a>(
        &'a self,
        body: Option<String>,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/text").url()?;
        let mut builder = self.client.post(url);
        if let Some(body) = body {
            builder = builder
                .header(
                    ::reqwest::header::CONTENT_TYPE,
                    ::reqwest::header::HeaderValue::from_static("text/plain"),
                )
                .body(body);
        }
        let request = builder.build()?;
        let info = OperationInfo {
            operation_id: "optional_text",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
