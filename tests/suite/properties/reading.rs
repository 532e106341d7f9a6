//! What a target says, read by this suite's own rules and by the document's templates.

use backendless_tests::spec::Spec;
use backendless_tests::{API_KEY, APP_ID, RawRequest};
use proptest::test_runner::TestCaseError;

use super::fail;

/// A request as the server means it.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    /// The id of the operation.
    pub(crate) operation: String,
    /// The parameters of the path by name; each value decoded, in its segments.
    pub(crate) path: Vec<(String, Vec<String>)>,
    /// The parameters of the query, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
}

/// Reads a request as it came, and once more as a proxy may hand it on: with its target normalised
/// as WHATWG tells. Both must say the same.
pub(crate) fn read(spec: &Spec, request: &RawRequest) -> Result<Reading, TestCaseError> {
    let plain = read_target(spec, &request.method, &request.target)?;
    let normalised = match reqwest::Url::parse(&format!("http://proxy{}", request.target)) {
        Ok(url) => format!("{}{}", url.path(), after(url.query(), '?')),
        Err(error) => return fail(format!("{:?} is no target: {error}", request.target)),
    };
    let handed_on = read_target(spec, &request.method, &normalised)?;
    if plain != handed_on {
        return fail(format!("{plain:?} becomes {handed_on:?} behind a proxy"));
    }
    Ok(plain)
}

/// The segments of the path, decoded; the same ones behind a proxy.
pub(crate) fn segments(request: &RawRequest) -> Result<Vec<String>, TestCaseError> {
    let url = match reqwest::Url::parse(&format!("http://proxy{}", request.target)) {
        Ok(url) => url,
        Err(error) => return fail(format!("{:?} is no target: {error}", request.target)),
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

fn read_target(spec: &Spec, method: &str, target: &str) -> Result<Reading, TestCaseError> {
    if let Some(bad) = target.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
        return fail(format!("the target {target:?} holds {bad:?}"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let app_path = format!("/{APP_ID}/{API_KEY}");
    let Some(path) = path.strip_prefix(&app_path) else {
        return fail(format!("{target} is another app's"));
    };
    // A server or proxy makes one slash of two, and nothing of an empty value.
    if path.split('/').skip(1).any(str::is_empty) {
        return fail(format!("{target} holds an empty segment"));
    }
    let Some(operation) = spec.operation_of(method, path) else {
        return fail(format!("{method} {target} is no operation"));
    };
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
    Ok(Reading {
        operation: operation.id.clone(),
        path: values.collect::<Result<_, TestCaseError>>()?,
        query: parameters.collect::<Result<_, TestCaseError>>()?,
    })
}

/// Undoes percent-encoding; in a query, `+` is a space. Half an escape is a fault.
fn decode(text: &str, in_query: bool) -> Result<String, TestCaseError> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        bytes.push(match (first, others) {
            (b'%', [high, low, behind @ ..]) => {
                rest = behind;
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
