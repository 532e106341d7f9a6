#![allow(
    clippy::all,
    dead_code,
    missing_debug_implementations,
    missing_docs,
    rustdoc::all,
    unreachable_pub
)]
use crate::operations;
use crate::prepared::{Prepared, RequestBuilder};
/// Sends a `GET` request to `/items`
pub fn get_item() -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::GET_ITEM);
    request.literal("/items");
    Ok(request.finish_empty())
}
