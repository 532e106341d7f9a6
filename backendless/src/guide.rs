//! Guide by task. The code on its pages is tested.
//!
//! 1. Start
//!    - [Getting started](getting_started)
//!    - [Domains](domains)
//!    - [Startup and health checks](checks)
//! 2. Tables
//!    - [Typed tables](typed_tables)
//!    - [Nullable columns and enums](nullable_columns_and_enums)
//!    - [Dates and times](dates_and_times)
//!    - [JSON columns](json_columns)
//!    - [Filters](filters)
//!    - [Paging](paging)
//!    - [Batch jobs](batch_jobs): many rows, and resuming after a failure
//!    - [Relations](relations)
//!    - [Transactions](transactions)
//! 3. Users
//!    - [Sessions in a web service](sessions)
//!    - [Service accounts](service_accounts)
//!    - [Permissions and roles](permissions)
//! 4. Other services
//!    - [Files](files)
//!    - [Messaging](messaging)
//!    - [Geo](geo)
//!    - [Cache and counters](cache_and_counters)
//!    - [Cloud Code, events and log](cloud_code)
//! 5. Operation
//!    - [Retries and limits](retries_and_limits)
//!    - [Errors](errors)
//!    - [HTTP client and TLS](http_client)
#![cfg_attr(
    all(feature = "mock", feature = "testing"),
    doc = "   - [Testing](testing)"
)]
#![cfg_attr(
    not(all(feature = "mock", feature = "testing")),
    doc = "   - Testing: the page `testing`, if the features `mock` and `testing` are on"
)]
//!    - [Tracing, with OpenTelemetry](tracing)
#![cfg_attr(
    all(feature = "opentelemetry", feature = "testing"),
    doc = "   - [Trace propagation](trace_propagation)"
)]
#![cfg_attr(
    not(all(feature = "opentelemetry", feature = "testing")),
    doc = "   - Trace propagation: the page `trace_propagation`, if the features `opentelemetry` and `testing` are on"
)]
//!    - [Requests that this crate has no method for](any_request)
//!    - [Upgrading when the specification changes](upgrading)

/// Declares a module for each file in `guide/`.
macro_rules! pages {
    ($($page:ident)*) => {$(
        #[doc = include_str!(concat!("../guide/", stringify!($page), ".md"))]
        pub mod $page {}
    )*};
}

pages! {
    getting_started
    domains
    checks
    typed_tables
    nullable_columns_and_enums
    dates_and_times
    json_columns
    filters
    paging
    batch_jobs
    relations
    transactions
    sessions
    service_accounts
    permissions
    files
    messaging
    geo
    cache_and_counters
    cloud_code
    retries_and_limits
    errors
    http_client
    tracing
    any_request
    upgrading
}

// These pages have examples that use features.
#[cfg(all(feature = "mock", feature = "testing"))]
pages! { testing }
#[cfg(all(feature = "opentelemetry", feature = "testing"))]
pages! { trace_propagation }
