/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub row: ::std::option::Option<ItemRow>,
    }
    /// `ItemRow`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct ItemRow {
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    pub async fn get_item<'a>(
        &'a self,
    ) -> Result<ResponseValue<types::Item>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "get_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
