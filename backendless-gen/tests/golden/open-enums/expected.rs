/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Item`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default)]
    pub struct Item {
        /// Known values: `1`, `2`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub level: ::std::option::Option<i64>,
        /// Where it is. Known values: `new`, `used`.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub state: ::std::option::Option<::std::string::String>,
    }
}
#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/items`
    ///
    /// Arguments:
    /// - `unit`: The unit. Known values: `METERS`, `MILES`.
    pub async fn find_items<'a>(
        &'a self,
        unit: Option<&'a str>,
    ) -> Result<ResponseValue<types::Item>, Error<crate::Error>> {
        let url = transport::Target::new(self, "/items").query("unit", &unit).url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "find_items",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_json(response),
            _ => Err(transport::refused(response)),
        }
    }
}
