//! Guide, ordered by task. The code on its pages is tested.
//!
//! 1. [Getting started](getting_started)
//! 2. [Typed tables](typed_tables)
//! 3. [Filters](filters)
//! 4. [Sessions in a web service](sessions)
//! 5. [Service accounts](service_accounts)
//! 6. [Files and progress bars](files)
//! 7. [Retries and limits](retries_and_limits)
//! 8. Testing your service: the page `testing`, with the feature `mock`
//! 9. [Tracing with OpenTelemetry](tracing)
//! 10. [Errors](errors)
//! 11. [Upgrading when the specification changes](upgrading)

/// Creates a module for each file in `guide/`, which rustdoc shows as a page.
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

// The examples of this page use the mock server.
#[cfg(feature = "mock")]
pages! { testing }
