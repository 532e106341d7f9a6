#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/rows/{id}`
    pub async fn get_row<'a>(
        &'a self,
        id: &'a str,
        column: Option<&'a ::std::vec::Vec<::std::string::String>>,
        page_size: Option<i64>,
        where_: &'a str,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let id = transport::path_value(&operations::GET_ROW, "id", id)?;
        let url = transport::Target::new(self, format_args!("/rows/{id}"))
            .query("column", &column)
            .query("pageSize", &page_size)
            .query("where", &where_)
            .url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "get_row",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
    /// Sends a `DELETE` request to `/rows/{id}`
    pub async fn delete_row<'a>(
        &'a self,
        id: &'a str,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let id = transport::path_value(&operations::DELETE_ROW, "id", id)?;
        let url = transport::Target::new(self, format_args!("/rows/{id}")).url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::DELETE, url);
        let info = OperationInfo {
            operation_id: "delete_row",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
