#[allow(clippy::all)]
impl Client {
    /// Sends a `GET` request to `/tables/{table-name}/rows/{number}.json`
    pub async fn get_row<'a>(
        &'a self,
        table_name: &'a str,
        number: i64,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let table_name = transport::path_value(
            &operations::GET_ROW,
            "table-name",
            table_name,
        )?;
        let number = number.to_string();
        let number = transport::path_value(&operations::GET_ROW, "number", &number)?;
        let url = transport::Target::new(
                self,
                format_args!("/tables/{table_name}/rows/{number}.json"),
            )
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
}
