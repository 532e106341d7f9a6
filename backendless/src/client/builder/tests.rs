use super::*;
use crate::ErrorKind;

fn problem(builder: ClientBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    error.to_string()
}

#[test]
fn invalid_app_id_or_key_is_rejected_without_its_value() {
    for bad in ["", ".", "..", "SECRET/x", "SECRET\\x", "SECRET\n"] {
        let of_id = problem(Client::builder(bad, "KEY"));
        let of_key = problem(Client::builder("APP", bad));
        assert!(of_id.starts_with("app_id "), "{of_id}");
        assert!(of_key.starts_with("api_key "), "{of_key}");
        assert!(!of_id.contains("SECRET") && !of_key.contains("SECRET"));
    }
}

#[test]
fn invalid_api_url_is_rejected_without_its_value() {
    for bad in [
        "",
        "api.example.com",
        "ftp://example.com",
        "file:///etc",
        "https://",
        "https://SECRET@example.com",
        "https://u:SECRET@example.com",
        "https://example.com?key=SECRET",
        "https://example.com#SECRET",
    ] {
        let text = problem(Client::builder("APP", "KEY").api_url(bad));
        assert!(text.starts_with("api_url "), "{bad}: {text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[test]
fn other_invalid_settings_are_rejected_by_name() {
    let builder = || Client::builder("APP", "KEY");
    for (bad, name) in [
        (builder().timeout(Duration::ZERO), "timeout"),
        (builder().attempt_timeout(Duration::ZERO), "attempt_timeout"),
        (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
        (builder().user_agent("a\nb"), "user_agent"),
        (builder().user_token("SECRET\n"), "user_token"),
        (builder().user_token(""), "user_token"),
        (builder().proxy("SECRET"), "proxy"),
    ] {
        let text = problem(bad);
        assert!(text.starts_with(name), "{name}: {text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[cfg(any(feature = "rustls-no-provider", feature = "native-tls"))]
#[test]
fn invalid_root_certificate_is_rejected() {
    let text = problem(Client::builder("APP", "KEY").root_certificate("not PEM"));
    assert!(text.starts_with("root_certificate "), "{text}");
}

#[test]
fn from_env_reads_all_variables_and_names_a_missing_or_empty_one() {
    let full = |name: &str| match name {
        "BACKENDLESS_APP_ID" => Some("APP".into()),
        "BACKENDLESS_API_KEY" => Some("KEY".into()),
        "BACKENDLESS_API_URL" => Some("http://localhost:9080".into()),
        "BACKENDLESS_PROFILE" => Some("live".into()),
        other => panic!("unexpected variable {other}"),
    };
    let client = ClientBuilder::from_env(full).unwrap().build().unwrap();
    assert!(format!("{client:?}").contains("http://localhost:9080"));
    assert_eq!(client.profile, Profile::Live);

    let missing = |name: &str| (name == "BACKENDLESS_APP_ID").then(|| "APP".into());
    let text = ClientBuilder::from_env(missing).unwrap_err().to_string();
    assert_eq!(text, "BACKENDLESS_API_KEY is not set");
    let text = ClientBuilder::from_env(|_| Some("".into()))
        .unwrap_err()
        .to_string();
    assert_eq!(text, "BACKENDLESS_APP_ID is empty");
}

#[test]
fn from_env_parses_the_profile_and_names_the_variable_in_errors() {
    let from_env = |profile: Option<&'static str>| {
        ClientBuilder::from_env(move |name| match name {
            "BACKENDLESS_APP_ID" | "BACKENDLESS_API_KEY" => Some("A0F5".into()),
            "BACKENDLESS_PROFILE" => profile.map(Into::into),
            _ => None,
        })
    };
    for (text, profile) in [
        (None, Profile::Document),
        (Some("document"), Profile::Document),
        (Some("live"), Profile::Live),
        (Some("LIVE"), Profile::Live),
    ] {
        assert_eq!(from_env(text).unwrap().profile, profile);
    }
    let empty = "BACKENDLESS_PROFILE is empty: remove it, or set it to `document` or `live`";
    for (invalid, problem) in [
        ("", empty),
        (" ", empty),
        (
            "production",
            "BACKENDLESS_PROFILE is neither `document` nor `live`",
        ),
    ] {
        let error = from_env(Some(invalid)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.to_string(), problem);
    }
}

#[test]
fn invalid_variable_is_reported_by_its_name_and_without_its_value() {
    let problem = |name: &'static str, value: &'static str| {
        let builder = ClientBuilder::from_env(move |variable| match variable {
            _ if variable == name => Some(value.into()),
            "BACKENDLESS_APP_ID" | "BACKENDLESS_API_KEY" => Some("A0F5".into()),
            _ => None,
        });
        let error = builder.and_then(ClientBuilder::build).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    };
    for (name, value, expected) in [
        (
            "BACKENDLESS_API_URL",
            "",
            "is empty: remove it, which means https://api",
        ),
        (
            "BACKENDLESS_API_URL",
            " ",
            "is empty: remove it, which means https://api",
        ),
        (
            "BACKENDLESS_API_URL",
            "SECRET.com",
            "is not a URL: it has no scheme",
        ),
        (
            "BACKENDLESS_API_URL",
            "https://u:SECRET@x",
            "contains a user name",
        ),
        ("BACKENDLESS_APP_ID", "", "is empty"),
        ("BACKENDLESS_APP_ID", "SECRET/x", "contains a slash"),
        (
            "BACKENDLESS_APP_ID",
            "SECRET\n",
            "contains a control character",
        ),
        ("BACKENDLESS_API_KEY", "\t", "is empty"),
    ] {
        let text = problem(name, value);
        assert!(text.starts_with(&format!("{name} {expected}")), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[test]
fn debug_prints_no_secret() {
    let builder = Client::builder("SECRET-1", "SECRET-2")
        .user_token("SECRET-3")
        .api_url("http://localhost/SECRET-4")
        .proxy("http://u:SECRET-5@localhost");
    assert!(!format!("{builder:#?}").contains("SECRET"));
    let client = builder.build().unwrap();
    assert!(!format!("{client:#?}").contains("SECRET"));
}
