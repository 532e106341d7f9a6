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
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "get_row",
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
