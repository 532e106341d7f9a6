/// Runs the body of a documentation example of the crate `backendless` against a server that is
/// started for it.
///
/// ```text
/// /// ```
/// /// # backendless_local::doc_example!(|client| {
/// /// let counters = client.counters();
/// /// assert_eq!(counters.increment("visits").await?, 1);
/// /// # });
/// /// ```
/// ```
///
/// - `doc_example!(|client| { .. })` names a client of the server.
/// - `doc_example!(|client, server| { .. })` names the server too.
/// - `doc_example!(builder, |client, server| { .. })` starts the server of a
///   [`Builder`](crate::Builder).
///
/// The body is async. `?` takes any error; an error fails the example. The body may contain `use`
/// statements and items, and may `return Ok(())` early.
///
/// The paths `::backendless` and `::tokio` are those of the calling crate: this crate does not
/// depend on `backendless`. Not part of the public API.
#[doc(hidden)]
#[macro_export]
macro_rules! doc_example {
    (|$client:ident| $body:block) => {
        $crate::doc_example!($crate::Server::builder(), |$client, server| $body)
    };
    (|$client:ident, $server:ident| $body:block) => {
        $crate::doc_example!($crate::Server::builder(), |$client, $server| $body)
    };
    ($builder:expr, |$client:ident, $server:ident| $body:block) => {{
        let runtime = ::tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the tokio runtime of a documentation example starts");
        let outcome = runtime.block_on(async {
            let $server = $builder.start().await?;
            let $client = ::backendless::Client::builder($server.app_id(), $server.api_key())
                .api_url($server.url())
                .build()?;
            $body::core::result::Result::Ok::<(), ::std::boxed::Box<dyn ::std::error::Error>>(())
        });
        if let ::core::result::Result::Err(error) = outcome {
            ::core::panic!("the documentation example failed: {error}\n{error:?}");
        }
    }};
}
