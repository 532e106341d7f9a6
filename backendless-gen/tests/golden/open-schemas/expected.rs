/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Typed`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Typed {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub name: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub open: ::std::option::Option<
            ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        >,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/rows/{row}`
    pub async fn get_row<'a, T: ::serde::de::DeserializeOwned>(
        &'a self,
        row: &'a str,
    ) -> Result<ResponseValue<T>, Error<crate::Error>> {
        let row = transport::path_value(&operations::GET_ROW, "row", row)?;
        let url = transport::Target::new(self, format_args!("/rows/{row}")).url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "get_row",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `PUT` request to `/rows/{row}`
    pub async fn put_row<
        'a,
        B: ::serde::Serialize + ?Sized,
        T: ::serde::de::DeserializeOwned,
    >(
        &'a self,
        row: &'a str,
        body: &'a B,
    ) -> Result<
        ResponseValue<::std::option::Option<::std::vec::Vec<T>>>,
        Error<crate::Error>,
    > {
        let row = transport::path_value(&operations::PUT_ROW, "row", row)?;
        let url = transport::Target::new(self, format_args!("/rows/{row}")).url()?;
        let request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "put_row",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/rows/{row}`
    pub async fn send_message<'a, B: ::serde::Serialize + ?Sized>(
        &'a self,
        row: &'a str,
        body: &'a B,
    ) -> Result<ResponseValue<types::Typed>, Error<crate::Error>> {
        let row = transport::path_value(&operations::SEND_MESSAGE, "row", row)?;
        let url = transport::Target::new(self, format_args!("/rows/{row}")).url()?;
        let request = self.client.post(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "send_message",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `GET` request to `/points`
    pub async fn find_geo_points<'a, T: ::serde::de::DeserializeOwned>(
        &'a self,
    ) -> Result<
        ResponseValue<::std::option::Option<::std::vec::Vec<T>>>,
        Error<crate::Error>,
    > {
        let url = transport::Target::new(self, "/points").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "find_geo_points",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
