//! Recognition of media types.

/// Returns whether the value of a header `content-type` declares JSON, with any parameters.
pub(crate) fn is_json(content_type: &[u8]) -> bool {
    // The media type of almost all bodies.
    if content_type == b"application/json" {
        return true;
    }
    let media_type = content_type.split(|&byte| byte == b';').next();
    let media_type = media_type.unwrap_or_default().trim_ascii();
    [&b"/json"[..], b"+json"].iter().any(|subtype| {
        let start = media_type.len().checked_sub(subtype.len());
        let end = start.and_then(|start| media_type.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(subtype))
    })
}
