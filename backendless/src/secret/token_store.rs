//! Storage of the session of a service account across restarts.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::UserToken;

/// Future of a [`TokenStore`]. Its error is any type, such as [`std::io::Error`].
pub type TokenStoreFuture<'s, T> =
    Pin<Box<dyn Future<Output = Result<T, Box<dyn StdError + Send + Sync>>> + Send + 's>>;

/// Storage of the token of a client with [`credentials`](crate::ClientBuilder::credentials), which keeps its session
/// across restarts; set by [`ClientBuilder::token_store`](crate::ClientBuilder::token_store).
///
/// The client loads the token before its first login, saves it after each login, and clears it when the service rejects
/// it and when the client logs out. It calls one method at a time. The methods are part of the request that needs the
/// session, and of its total timeout.
///
/// An error of the store is a `tracing` event at the level `WARN`, whose text is withheld if it repeats a secret. It fails
/// no request: after an error of `load` the client logs in, and after one of `save` it uses the session without storing
/// it. If the request that logs in is dropped meanwhile, the token may not be stored.
///
/// A token is a secret: store it where only this program can read it. A store that several processes share works as far
/// as each of them uses the last token that was stored when it started.
///
/// ```
/// use std::io::ErrorKind;
/// use std::path::PathBuf;
///
/// use backendless::{TokenStore, TokenStoreFuture, UserToken};
///
/// /// Stores the token in a file. Its folder must be private.
/// #[derive(Debug)]
/// struct TokenFile(PathBuf);
///
/// impl TokenStore for TokenFile {
///     fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>> {
///         Box::pin(async move {
///             match tokio::fs::read_to_string(&self.0).await {
///                 Ok(token) => Ok(Some(token.into())),
///                 Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
///                 Err(error) => Err(error.into()),
///             }
///         })
///     }
///
///     fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()> {
///         Box::pin(async move { Ok(tokio::fs::write(&self.0, token.expose_secret()).await?) })
///     }
///
///     fn clear(&self) -> TokenStoreFuture<'_, ()> {
///         Box::pin(async move {
///             match tokio::fs::remove_file(&self.0).await {
///                 Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
///                 _ => Ok(()),
///             }
///         })
///     }
/// }
///
/// # backendless_local::doc_example!(|client, server| {
/// # client.users().register(backendless::Registration::new("pa55").email("robot@example.com")).await?;
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("token");
/// for run in ["first", "second"] {
///     let robot = backendless::Client::builder(server.app_id(), server.api_key())
///         .api_url(server.url())
///         .credentials("robot@example.com", "pa55")
///         .token_store(TokenFile(file.clone()))
///         .build()?;
///     let notes = robot.data::<backendless::Record>("Note");
///     notes.create(&serde_json::json!({"run": run})).await?; // only the first run logs in
/// }
/// # });
/// ```
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Returns the stored token; `None` if there is none.
    fn load(&self) -> TokenStoreFuture<'_, Option<UserToken>>;

    /// Stores the token in place of another one.
    fn save(&self, token: UserToken) -> TokenStoreFuture<'_, ()>;

    /// Removes the token, if there is one.
    fn clear(&self) -> TokenStoreFuture<'_, ()>;
}
