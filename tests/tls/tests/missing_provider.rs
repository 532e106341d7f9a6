//! A client that is built before a cryptography provider is installed. Each test is a process of its own, because an
//! installed provider cannot be removed.

use backendless::{Client, ErrorKind};

#[test]
#[ignore = "another package of the workspace enables the feature rustls; run \
            `cargo test -p backendless-tls-tests -- --include-ignored`"]
fn build_without_a_provider_returns_an_error_with_the_remedy() {
    for builder in [
        Client::builder("APP-ID-0001", "API-KEY-0002"),
        Client::builder("APP-ID-0001", "API-KEY-0002").http(|http| http.pool_max_idle_per_host(1)),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        let text = error.to_string();
        for part in [
            "the HTTP client cannot be created: no cryptography provider of rustls is installed",
            "`rustls::crypto::ring::default_provider().install_default()`",
            "the feature `rustls` of backendless",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[test]
fn a_configuration_of_the_caller_needs_no_installed_provider() {
    let provider = rustls::crypto::ring::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = Client::builder("APP-ID-0001", "API-KEY-0002")
        .http(|http| http.tls_backend_preconfigured(config))
        .build();
    assert_eq!(
        client.map(|_| ()).map_err(|error| error.to_string()),
        Ok(())
    );
}
