/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    /// `Point`
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
    pub struct Point {
        pub x: i64,
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub y: ::std::option::Option<::std::string::String>,
    }
}
/// Sends a `GET` request to `/items/{ids}/{point}`
pub fn query_styles(
    ids: &::std::vec::Vec<i64>,
    point: &types::Point,
    any: Option<&::serde_json::Value>,
    comma: Option<&::std::vec::Vec<::std::string::String>>,
    deep: Option<&types::Point>,
    exploded: Option<&types::Point>,
    filter: Option<&types::Point>,
    pipe: &::std::vec::Vec<::std::string::String>,
    repeated: Option<&::std::vec::Vec<::std::string::String>>,
    space: Option<&::std::vec::Vec<::std::string::String>>,
    x_list: Option<&::std::vec::Vec<i64>>,
    x_point: &types::Point,
) -> crate::Result<Prepared<()>> {
    let mut request = RequestBuilder::new(&operations::QUERY_STYLES);
    request.literal("/items/");
    request.parameter_as(Style::Comma, 0, &ids)?;
    request.literal("/");
    request.parameter_as(Style::Pairs, 1, &point)?;
    request.query_as(Style::Json, "any", &any)?;
    request.query_as(Style::Comma, "comma", &comma)?;
    request.query_as(Style::Deep, "deep", &deep)?;
    request.query_as(Style::Exploded, "exploded", &exploded)?;
    request.query_as(Style::Json, "filter", &filter)?;
    request.query_as(Style::Pipe, "pipe", &pipe)?;
    request.query("repeated", &repeated)?;
    request.query_as(Style::Space, "space", &space)?;
    request.header_as(Style::Comma, "X-List", &x_list)?;
    request.header_as(Style::Comma, "X-Point", &x_point)?;
    Ok(request.finish_empty())
}
