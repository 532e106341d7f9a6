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
/// Sends a `GET` request to `/items`
///
/// Arguments:
/// - `unit`: The unit. Known values: `METERS`, `MILES`.
pub fn find_items(unit: Option<&str>) -> crate::Result<Prepared<types::Item>> {
    let mut request = RequestBuilder::new(&operations::FIND_ITEMS);
    request.literal("/items");
    request.query("unit", &unit)?;
    Ok(request.finish_json())
}
