/// Sends a `GET` request to `/tables/{table-name}/rows/{number}.json`
pub fn get_row(table_name: &str, number: i64) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ROW);
    request.literal("/tables/");
    request.parameter(0, table_name)?;
    request.literal("/rows/");
    request.parameter(1, &number.to_string())?;
    request.literal(".json");
    Ok(request.finish_empty())
}
