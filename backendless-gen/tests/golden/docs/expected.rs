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
        #[allow(unused_mut)]
        let mut request = self.client.get(url).build()?;
        let info = OperationInfo {
            operation_id: "get_item",
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
