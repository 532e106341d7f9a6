/// Sends a `GET` request to `/rows/{id}`
pub fn get_row(
    id: &str,
    column: Option<&::std::vec::Vec<::std::string::String>>,
    page_size: Option<i64>,
    where_: &str,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ROW);
    request.literal("/rows/");
    request.parameter(0, id)?;
    request.query("column", &column)?;
    request.query("pageSize", &page_size)?;
    request.query("where", &where_)?;
    Ok(request.finish_empty())
}
/// Sends a `DELETE` request to `/rows/{id}`
pub fn delete_row(id: &str) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::DELETE_ROW);
    request.literal("/rows/");
    request.parameter(0, id)?;
    Ok(request.finish_empty())
}
