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
    /// Sends a `PUT` request to `/items`
    pub async fn replace_items<'a, B: ::serde::Serialize + ?Sized>(
        &'a self,
        body: &'a B,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = self.client.put(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "replace_items",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `POST` request to `/items`
    pub async fn create_item<'a>(
        &'a self,
        body: &'a types::Item,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = self.client.post(url).json(body).build()?;
        let info = OperationInfo {
            operation_id: "create_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
