//! Parsing of the URL of the API and of a domain, with a description of each mistake. No description contains the URL,
//! which may have secrets.

use reqwest::Url;

const EXAMPLE: &str = "as in `https://api.backendless.com`";
const EXAMPLE_OF_DOMAIN: &str = "as in `https://name.backendless.app`";

/// Parses the URL of the API. `identity` is the app id and the key, which the client adds itself.
///
/// The error completes a sentence that starts with the name of the setting.
pub(super) fn parse(text: &str, identity: [&str; 2]) -> Result<Url, String> {
    let url = parse_address(text, EXAMPLE)?;
    let mut segments = url.path().trim_matches('/').split('/');
    let problem = if segments.any(|segment| !segment.is_empty() && identity.contains(&segment)) {
        format!(
            "contains the app id or the key, which the client adds: write the origin alone, {EXAMPLE}"
        )
    } else if url.path().trim_end_matches('/').contains("//") {
        "contains an empty path segment: remove one of the slashes in `//`".to_owned()
    } else {
        return Ok(url);
    };
    Err(problem)
}

/// Parses the URL of a domain. The error completes a sentence that starts with the name of the setting.
pub(super) fn parse_domain(text: &str) -> Result<Url, String> {
    let url = parse_address(text, EXAMPLE_OF_DOMAIN)?;
    match url.path().trim_end_matches('/') {
        "" => Ok(url),
        _ => Err(format!(
            "contains a path: write the origin alone, {EXAMPLE_OF_DOMAIN}, and set the path with `api_path`"
        )),
    }
}

/// Parses an http or https URL without a user, a query and a fragment.
fn parse_address(text: &str, example: &str) -> Result<Url, String> {
    if let Some(problem) = find_problem_of_text(text, example) {
        return Err(problem);
    }
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    let problem = if !url.username().is_empty() || url.password().is_some() {
        "contains a user name or a password: remove it"
    } else if url.query().is_some() || url.fragment().is_some() {
        "contains a query or a fragment: remove everything from the `?` or `#`"
    } else {
        return Ok(url);
    };
    Err(problem.to_owned())
}

/// Describes a mistake that the parser corrects silently, or reports in terms of its grammar.
fn find_problem_of_text(text: &str, example: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some(format!("is empty: set it to a URL, {example}"));
    }
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Some("contains white space or a control character: remove it".to_owned());
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some(format!(
            "is not a URL: it has no scheme; start it with `https://`, or `http://` for a server of this machine, {example}"
        ));
    };
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Some(format!(
            "is neither http nor https: start it with `https://`, {example}"
        ));
    }
    if rest.is_empty() || rest.starts_with(['/', '?', '#', '\\']) {
        return Some(format!("has no host: write it after `https://`, {example}"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mistake_is_described_with_a_remedy_and_without_the_url() {
        for (url, expected) in [
            ("", "is empty: "),
            (" ", "is empty: "),
            ("SECRET.backendless.com", "start it with `https://`"),
            ("SECRET.backendless.com:443/api", "start it with `https://`"),
            ("localhost:9080", "start it with `https://`"),
            ("//SECRET.backendless.com", "start it with `https://`"),
            ("/SECRET", "start it with `https://`"),
            ("https:/SECRET.com", "start it with `https://`"),
            ("ftp://SECRET.com", "is neither http nor https: start"),
            ("htps://SECRET.com", "is neither http nor https: start"),
            ("https://", "has no host"),
            ("https:///SECRET", "has no host"),
            ("https://?SECRET", "has no host"),
            (
                "https://SECRET.com\n",
                "contains white space or a control character",
            ),
            (
                "https://SECRET .com",
                "contains white space or a control character",
            ),
            (
                "https://SECRET@x.com",
                "contains a user name or a password: remove it",
            ),
            (
                "https://x.com?a=SECRET",
                "contains a query or a fragment: remove",
            ),
            (
                "https://x.com/#SECRET",
                "contains a query or a fragment: remove",
            ),
            (
                "https://x.com:99999/SECRET",
                "is not a URL: invalid port number",
            ),
            (
                "https://x.com/SECRET-ID/SECRET-KEY",
                "contains the app id or the key, ",
            ),
            (
                "https://x.com/SECRET-KEY/",
                "contains the app id or the key, ",
            ),
            ("http://http://SECRET", "contains an empty path segment"),
            (
                "http://https://SECRET.com/",
                "contains an empty path segment",
            ),
        ] {
            let problem = parse(url, ["SECRET-ID", "SECRET-KEY"]).unwrap_err();
            assert!(problem.contains(expected), "{url:?}: {problem}");
            assert!(!problem.contains("SECRET"), "{problem}");
        }
    }

    #[test]
    fn domain_is_an_origin() {
        for domain in [
            "https://name.backendless.app",
            "https://name.backendless.app/",
            "http://127.0.0.1:9080",
        ] {
            parse_domain(domain).unwrap();
        }
        for (domain, expected) in [
            ("", "is empty: set it"),
            (
                "SECRET.backendless.app",
                "as in `https://name.backendless.app`",
            ),
            ("https://SECRET@x.com", "contains a user name or a password"),
            ("https://x.com?SECRET", "contains a query or a fragment"),
            (
                "https://x.com/SECRET",
                "contains a path: write the origin alone",
            ),
            (
                "https://x.com/..//SECRET",
                "contains a path: write the origin alone",
            ),
        ] {
            let problem = parse_domain(domain).unwrap_err();
            assert!(problem.contains(expected), "{domain:?}: {problem}");
            assert!(!problem.contains("SECRET"), "{problem}");
        }
    }

    #[test]
    fn slash_at_the_end_a_path_a_port_and_upper_case_are_accepted() {
        for url in [
            "https://api.backendless.com",
            "https://api.backendless.com/",
            "HTTPS://API.backendless.com//",
            "http://127.0.0.1:9080/api/",
            "http://[::1]:9080",
        ] {
            parse(url, ["ID", "KEY"]).unwrap();
        }
    }
}
