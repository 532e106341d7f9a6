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
pub fn get_item(item: &str) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEM);
    request.literal("/items/");
    request.parameter(0, item)?;
    Ok(request.finish_empty())
}
