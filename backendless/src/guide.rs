//! A guide, by task; the code on its pages is run as tests.
//!
//! 1. [Getting started](getting_started)
//! 2. [Typed tables](typed_tables)
//! 3. [Filters](filters)
//! 4. [Sessions in a web service](sessions)
//! 5. [Service accounts](service_accounts)
//! 6. [Files, with a progress bar](files)
//! 7. [Retries and limits](retries_and_limits)
//! 8. Testing your service: the page `testing`, where the feature `mock` is on
//! 9. [Tracing, to OpenTelemetry](tracing)
//! 10. [Errors](errors)
//! 11. [Upgrading when the specification changes](upgrading)

/// Makes a page of each file in `guide/`.
macro_rules! pages {
    ($($page:ident)*) => {$(
        #[doc = include_str!(concat!("../guide/", stringify!($page), ".md"))]
        pub mod $page {}
    )*};
}

pages! {
    getting_started
    typed_tables
    filters
    sessions
    service_accounts
    files
    retries_and_limits
    errors
    upgrading
    tracing
}

// Its examples use the mock.
#[cfg(feature = "mock")]
pages! { testing }
