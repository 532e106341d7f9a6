#[allow(clippy::all)]
impl Client {
    /// One item
    ///
    /// A description that is a good deal longer than a line of a comment should be, so that it has to
    /// be broken between words, and again where it would not fit in two lines either, because it simply
    /// goes on.
    ///
    /// - a list item that is a good deal longer than a line of a comment should be, so that it is
    ///   broken too
    ///
    /// Sends a `GET` request to `/items/{item}`
    ///
    /// Arguments:
    /// - `item`: The item, */ and [its] <place>.
    pub async fn get_item<'a>(
        &'a self,
        item: &'a str,
    ) -> Result<ResponseValue<()>, Error<crate::Error>> {
        let item = transport::path_value(&operations::GET_ITEM, "item", item)?;
        let url = transport::Target::new(self, format_args!("/items/{item}")).url()?;
        let request = ::reqwest::Request::new(::reqwest::Method::GET, url);
        let info = OperationInfo {
            operation_id: "get_item",
        };
        let response = self.exec(request, &info).await?;
        match response.status().as_u16() {
            200..=299 => transport::read_empty(response),
            _ => Err(transport::refused(response)),
        }
    }
}
