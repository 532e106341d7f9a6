/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        /// Default: `now`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub at: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub code: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub id: ::std::option::Option<::std::string::String>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i32>,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub tags: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    ///
    /// Arguments:
    /// - `page`: The page. Default: `1`.
    pub async fn find_item<'a>(
        &'a self,
        page: Option<i64>,
    ) -> Result<ResponseValue<types::Item>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").query("page", &page).url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "find_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
