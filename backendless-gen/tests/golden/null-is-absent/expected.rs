/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub counts: ::std::option::Option<
            ::std::collections::HashMap<::std::string::String, i64>,
        >,
        #[serde(deserialize_with = "::std::option::Option::deserialize")]
        pub tags: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
    /// `Tags`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Tags {
        pub tags: ::std::vec::Vec<::std::string::String>,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    pub async fn list_items<'a>(
        &'a self,
    ) -> Result<
        ResponseValue<::std::option::Option<::std::vec::Vec<types::Item>>>,
        Error<crate::Error>,
    > {
        let url = transport::Target::new(self, "/items").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "list_items",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `PUT` request to `/items`
    pub async fn put_tags<'a>(
        &'a self,
        body: &'a types::Tags,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "put_tags",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
