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
/// it and at every logout. It calls one method at a time, in a task of its own: a request that is dropped does not end the
/// call. `save` and `clear` are called in the order of the logins and logouts. If several of them wait, only the last one
/// is called.
///
/// Requests wait for each call for at most the [`attempt_timeout`](crate::ClientBuilder::attempt_timeout) of the client,
/// or its [`timeout`](crate::ClientBuilder::timeout) if that is shorter. After that the client continues as after an
/// error: it drops a `load`, while a `save` or `clear` goes on. The wait is a part of the total timeout of a request.
///
/// An error of the store, a panic, and a call that exceeds the limit fail no request: after a failed `load` the client logs
/// in, and after a failed `save` it uses the session without storing it. They are `tracing` events at the level `WARN` with
/// the [kind](std::io::ErrorKind) of an [`std::io::Error`], and without any text of an error, which may contain the token.
/// If you need the text of an error, log it in the store.
///
/// A stored token is used if it consists of 1 to 4096 visible ASCII characters. Any other is an error of `load`.
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
///                 Ok(token) => Ok(Some(token.trim().into())), // an editor may have added a line break
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
/// # client.users().register(backendless::Registration::new("correct-horse-7").email("robot@example.com")).await?;
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("token");
/// for run in ["first", "second"] {
///     let robot = backendless::Client::builder(server.app_id(), server.api_key())
///         .api_url(server.url())
///         .credentials("robot@example.com", "correct-horse-7")
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
