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
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "list_items",
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
    /// Sends a `PUT` request to `/items`
    pub async fn put_tags<'a>(
        &'a self,
        body: &'a types::Tags,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        #[allow(unused_mut)]
        let mut request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "put_tags",
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
