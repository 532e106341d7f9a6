/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/typed`
    pub async fn typed_and_errors<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Item>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/typed").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "typed_and_errors",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `GET` request to `/typed-or-empty`
    pub async fn typed_or_empty<'a>(
        &'a self,
    ) -> Result<ResponseValue<::std::option::Option<types::Item>>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/typed-or-empty").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "typed_or_empty",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `GET` request to `/either`
    pub async fn different_types<'a, T: ::serde::de::DeserializeOwned>(
        &'a self,
    ) -> Result<ResponseValue<T>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/either").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "different_types",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
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
}
