//! Parses the target of a request by the path templates of the document, without code of the client.

use backendless_tests::spec::Spec;
use backendless_tests::{RawRequest, behind_app_path};
use proptest::test_runner::TestCaseError;

use super::fail;

/// The target of a request as a server understands it.
#[derive(Debug, PartialEq)]
pub(crate) struct ParsedTarget {
    /// The id of the operation.
    pub(crate) operation: String,
    /// The path parameters by name; each value is decoded and split into its segments.
    pub(crate) path: Vec<(String, Vec<String>)>,
    /// The query parameters, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
}

/// Parses the target of a request, and once more as a proxy may forward it: normalised by the WHATWG
/// URL Standard. Fails if the two differ.
pub(crate) fn parse(spec: &Spec, request: &RawRequest) -> Result<ParsedTarget, TestCaseError> {
    let plain = parse_target(spec, &request.method, &request.target)?;
    let normalised = match reqwest::Url::parse(&format!("http://proxy{}", request.target)) {
        Ok(url) => format!("{}{}", url.path(), after(url.query(), '?')),
        Err(error) => {
            return fail(format!(
                "{:?} is an invalid target: {error}",
                request.target
            ));
        }
    };
    let forwarded = parse_target(spec, &request.method, &normalised)?;
    if plain != forwarded {
        return fail(format!("{plain:?} becomes {forwarded:?} behind a proxy"));
    }
    Ok(plain)
}

/// The decoded segments of the path. Fails if a proxy would change them.
pub(crate) fn segments(request: &RawRequest) -> Result<Vec<String>, TestCaseError> {
    let url = match reqwest::Url::parse(&format!("http://proxy{}", request.target)) {
        Ok(url) => url,
        Err(error) => {
            return fail(format!(
                "{:?} is an invalid target: {error}",
                request.target
            ));
        }
    };
    if url.path() != request.target {
        return fail(format!("{} becomes {url} behind a proxy", request.target));
    }
    let segments = request.target.split('/').skip(1);
    segments.map(|segment| decode(segment, false)).collect()
}

fn after(part: Option<&str>, mark: char) -> String {
    part.map(|part| format!("{mark}{part}")).unwrap_or_default()
}

fn parse_target(spec: &Spec, method: &str, target: &str) -> Result<ParsedTarget, TestCaseError> {
    if let Some(bad) = target.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
        return fail(format!("the target {target:?} contains {bad:?}"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some(path) = behind_app_path(path) else {
        return fail(format!("{target} is not below the app path"));
    };
    let Some(operation) = spec.operation_of(method, path) else {
        return fail(format!("{method} {target} is not an operation"));
    };
    // The path of a directory may end with a slash.
    let is_directory = ["createDirectory", "listRootDirectory"].contains(&&*operation.id);
    let segments = path.strip_suffix('/').filter(|_| is_directory);
    // A server or proxy may merge two slashes, and so drop an empty segment.
    if segments
        .unwrap_or(path)
        .split('/')
        .skip(1)
        .any(str::is_empty)
    {
        return fail(format!("{target} has an empty segment"));
    }
    let values = operation.path_values.iter();
    let values = values.map(|(name, value)| {
        let segments = value.split('/').map(|segment| decode(segment, false));
        Ok((name.clone(), segments.collect::<Result<_, _>>()?))
    });
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let parameters = parameters.map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        Ok((decode(name, true)?, decode(value, true)?))
    });
    Ok(ParsedTarget {
        operation: operation.id.clone(),
        path: values.collect::<Result<_, TestCaseError>>()?,
        query: parameters.collect::<Result<_, TestCaseError>>()?,
    })
}

/// Decodes percent-encoding; in a query, `+` is a space. An incomplete escape is an error.
fn decode(text: &str, in_query: bool) -> Result<String, TestCaseError> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        bytes.push(match (first, others) {
            (b'%', [high, low, after @ ..]) => {
                rest = after;
                digit(*high)? * 16 + digit(*low)?
            }
            (b'%', _) => return fail(format!("{text:?} ends within an escape")),
            (b'+', _) if in_query => b' ',
            (byte, _) => *byte,
        });
    }
    String::from_utf8(bytes).map_err(|error| TestCaseError::fail(error.to_string()))
}

fn digit(hex: u8) -> Result<u8, TestCaseError> {
    match hex {
        b'0'..=b'9' => Ok(hex - b'0'),
        b'a'..=b'f' => Ok(hex - b'a' + 10),
        b'A'..=b'F' => Ok(hex - b'A' + 10),
        _ => fail(format!("{:?} is no hexadecimal digit", char::from(hex))),
    }
}
