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
        "BACKENDLESS_DOMAIN" => None,
        other => panic!("unexpected variable {other}"),
    };
    let client = ClientBuilder::from_env(full).unwrap().build().unwrap();
    assert!(format!("{client:?}").contains("http://localhost:9080"));
    assert_eq!(client.profile, Profile::Live);

    let missing = |name: &str| (name == "BACKENDLESS_APP_ID").then(|| "APP".into());
    let text = ClientBuilder::from_env(missing).unwrap_err().to_string();
    assert_eq!(text, "BACKENDLESS_API_KEY is not set");
    let empty = |name: &str| (name != "BACKENDLESS_DOMAIN").then(|| "".into());
    let text = ClientBuilder::from_env(empty).unwrap_err().to_string();
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

#[test]
fn rate_limit_outside_its_range_is_rejected() {
    let builder = || Client::builder("APP", "KEY");
    for limit in [0, 1_000_001, u32::MAX] {
        let error = builder().requests_per_minute(limit).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let expected = format!("requests_per_minute is {limit}: it must be between 1 and 1000000");
        assert_eq!(error.to_string(), expected);
    }
    for limit in [1, 1_000_000] {
        let client = builder().requests_per_minute(limit).build().unwrap();
        assert_eq!(client.usage().map(|usage| usage.limit()), Some(limit));
    }
}

#[test]
fn from_env_reads_a_domain_in_place_of_the_id_and_the_key() {
    let domain = |name: &str| match name {
        "BACKENDLESS_DOMAIN" => Some("https://name.backendless.app".into()),
        "BACKENDLESS_PROFILE" => Some("live".into()),
        _ => None,
    };
    let client = ClientBuilder::from_env(domain).unwrap().build().unwrap();
    assert!(format!("{client:?}").contains("\"https://name.backendless.app\""));
    assert_eq!(client.profile, Profile::Live);

    let problem = |others: &'static [&'static str], domain: &'static str| {
        let builder = ClientBuilder::from_env(move |name| match name {
            "BACKENDLESS_DOMAIN" => Some(domain.into()),
            name => others.contains(&name).then(|| "SECRET".into()),
        });
        let error = builder.and_then(ClientBuilder::build).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let text = error.to_string();
        assert!(!text.contains("SECRET"), "{text}");
        text
    };
    let both = problem(&["BACKENDLESS_APP_ID"], "https://SECRET.com");
    assert_eq!(
        both,
        "BACKENDLESS_DOMAIN is set together with BACKENDLESS_APP_ID: remove BACKENDLESS_DOMAIN, or all of the others, \
         because a client has one address"
    );
    const ALL: [&str; 3] = [
        "BACKENDLESS_APP_ID",
        "BACKENDLESS_API_KEY",
        "BACKENDLESS_API_URL",
    ];
    for name in ALL {
        assert!(problem(&ALL, "https://SECRET.com").contains(name));
    }
    for (domain, expected) in [
        (" ", "is empty: remove it, or set it to the domain"),
        ("SECRET.com", "is not a URL: it has no scheme"),
        ("https://x.com/SECRET", "contains a path: write the origin"),
    ] {
        let text = problem(&[], domain);
        assert!(
            text.starts_with(&format!("BACKENDLESS_DOMAIN {expected}")),
            "{text}"
        );
    }
}

#[test]
fn rate_limit_doubles_the_default_timeout() {
    let builder = || Client::builder("APP", "KEY");
    let timeout = |builder: ClientBuilder| builder.effective_timeout().as_secs();
    assert_eq!(timeout(builder()), 60);
    assert_eq!(timeout(builder().requests_per_minute(5)), 120);
    let own = builder().timeout(Duration::from_secs(7));
    assert_eq!(timeout(own.requests_per_minute(5)), 7);
}

#[test]
fn invalid_domain_and_settings_of_the_other_address_are_rejected_without_their_values() {
    let domain = || Client::for_domain("https://name.backendless.app");
    for (bad, expected) in [
        (Client::for_domain("SECRET"), "domain is not a URL"),
        (
            Client::for_domain("https://x/SECRET"),
            "domain contains a path",
        ),
        (domain().api_path("SECRET"), "api_path does not start with"),
        (
            domain().api_path("/SECRET/.."),
            "api_path contains a segment",
        ),
        (domain().api_url("https://SECRET"), "api_url has no effect"),
        (
            Client::builder("APP", "KEY").api_path("/SECRET"),
            "api_path is a setting of an application at a domain",
        ),
    ] {
        let text = problem(bad);
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("SECRET"), "{text}");
    }
    let client = domain().api_path("/SECRET").build().unwrap();
    assert!(!format!("{client:#?}").contains("SECRET"));
}
