//! Which texts of others an error may contain: messages of the service, and errors of the caller's streams.
//!
//! A text is shown unchanged or not at all. A part that was replaced would show where the secret was, and would turn a
//! common word into a hint if a secret is that word.

use std::fmt;

use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::Shared;
use super::caller::Caller;
use crate::UserToken;
use crate::secret::{Search, is_distinctive};

/// Why a text is not shown. `Display` completes "the message of the service is withheld, because".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Withheld {
    /// The request contains a password. Users choose it, so it may be any text, and whether it is in a message cannot be
    /// decided without a hint at it.
    Password,
    /// The response contains a token, which is not known before it is decoded.
    Token,
    /// A secret is too short or too uniform to be recognized.
    NotDistinctive(SecretKind),
    /// The text contains a secret.
    Repeated,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "the request contains a password, which may be any text",
            Self::Token => "the response contains a token",
            Self::NotDistinctive(kind) => {
                return write!(
                    f,
                    "the {kind} of this client is too short or too simple to be recognized in it; with a longer one, it is shown"
                );
            }
            Self::Repeated => "it repeats a secret of this client",
        })
    }
}

/// Kind of a secret of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretKind {
    AppId,
    ApiKey,
    ProxyPassword,
    UserToken,
    Password,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppId => "application id",
            Self::ApiKey => "REST API key",
            Self::ProxyPassword => "password of the proxy",
            Self::UserToken => "user token",
            Self::Password => "password of the service account",
        })
    }
}

/// The secrets that the error of a request must not contain.
pub(super) struct RequestSecrets<'c> {
    pub(super) shared: &'c Shared,
    pub(super) caller: &'c Caller,
    /// The user token that the last attempt sent.
    pub(super) token: Option<&'c UserToken>,
    pub(super) has_password: bool,
    /// The password in the request, if it is known.
    pub(super) password: Option<&'c SecretString>,
    pub(super) headers: &'c [HeaderValue],
}

/// Decides whether the error of this request may contain `text`, of which the service wrote at least a part.
pub(super) fn check(request: &RequestSecrets<'_>, text: &str) -> Result<(), Withheld> {
    match request.has_password {
        true => Err(Withheld::Password),
        false => check_for_secrets(request, text),
    }
}

/// Decides whether the error of this request may contain `text`, which others than the service wrote.
pub(super) fn check_for_secrets(request: &RequestSecrets<'_>, text: &str) -> Result<(), Withheld> {
    let account_token = request.caller.account_token();
    let secrets = secrets_of(request, account_token.as_ref());
    search(request.shared, secrets, values_of(request), text)
}

/// Returns whether `text`, which is a setting of the client or a part of a request, contains a secret. Of the secrets that
/// are too short to be recognized, only the app id and the key are found: such a text is no hint at the others.
pub(super) fn contains_secret(request: &RequestSecrets<'_>, text: &str) -> bool {
    let account_token = request.caller.account_token();
    let secrets = secrets_of(request, account_token.as_ref());
    let lower = text.to_lowercase();
    let is_repeated =
        |secret: &SecretString| lower.contains(&secret.expose_secret().to_lowercase());
    request.shared.app_secrets.iter().any(is_repeated)
        || search(request.shared, secrets, values_of(request), text) == Err(Withheld::Repeated)
}

/// Returns the secrets of the client, its caller and the last attempt; `account_token` is that of
/// [`Caller::account_token`].
fn secrets_of<'c>(
    request: &RequestSecrets<'c>,
    account_token: Option<&'c UserToken>,
) -> Vec<(SecretKind, &'c str)> {
    let mut secrets = client_secrets(request.shared, request.caller, account_token);
    let token = request.token.map(UserToken::expose_secret);
    secrets.extend(token.map(|token| (SecretKind::UserToken, token)));
    secrets
}

/// Decides whether an error of this client that belongs to no request may contain `text`.
pub(super) fn check_for_secrets_of(
    shared: &Shared,
    caller: &Caller,
    text: &str,
) -> Result<(), Withheld> {
    let account_token = caller.account_token();
    let secrets = client_secrets(shared, caller, account_token.as_ref());
    search(shared, secrets, [], text)
}

/// Returns whether `text` is a secret of the client or its caller.
pub(super) fn is_secret(shared: &Shared, caller: &Caller, text: &str) -> bool {
    let account_token = caller.account_token();
    let secrets = client_secrets(shared, caller, account_token.as_ref());
    secrets.iter().any(|(_, secret)| *secret == text)
}

/// Each of the `secrets` must be recognizable; the `others` are searched for if they are. A text with a recognizable secret
/// repeats it, whether or not the others are recognizable.
fn search<'s>(
    shared: &'s Shared,
    secrets: Vec<(SecretKind, &'s str)>,
    others: impl IntoIterator<Item = &'s str>,
    text: &str,
) -> Result<(), Withheld> {
    let mut kinds = secrets.iter();
    let not_distinctive = kinds.find(|(_, secret)| !is_distinctive(secret));
    let not_distinctive = not_distinctive.map(|(kind, _)| *kind);
    let all = secrets.into_iter().map(|(_, secret)| secret).chain(others);
    match Search::new(all, &shared.recent_secrets).finds_secret_in(text) {
        true => Err(Withheld::Repeated),
        false => not_distinctive.map_or(Ok(()), |kind| Err(Withheld::NotDistinctive(kind))),
    }
}

/// Returns the secrets of the client and its caller; `account_token` is that of [`Caller::account_token`].
fn client_secrets<'s>(
    shared: &'s Shared,
    caller: &'s Caller,
    account_token: Option<&'s UserToken>,
) -> Vec<(SecretKind, &'s str)> {
    // In the order of `Application::into_secrets`.
    let kinds = [SecretKind::AppId, SecretKind::ApiKey];
    let app = shared.app_secrets.iter().map(ExposeSecret::expose_secret);
    let mut secrets: Vec<(SecretKind, &str)> = kinds.into_iter().zip(app).collect();
    // A proxy that forwards requests without TLS can write the response.
    let proxy = shared.proxy_password.as_ref();
    secrets.extend(proxy.map(|password| (SecretKind::ProxyPassword, password.expose_secret())));
    match caller {
        Caller::Anonymous => {}
        Caller::User(token) => secrets.push((SecretKind::UserToken, token.expose_secret())),
        Caller::Account(account) => secrets.push((SecretKind::Password, account.password())),
    }
    let account_token = account_token.map(UserToken::expose_secret);
    secrets.extend(account_token.map(|token| (SecretKind::UserToken, token)));
    secrets
}

/// Values in the request that may be secrets.
fn values_of<'c>(request: &RequestSecrets<'c>) -> impl Iterator<Item = &'c str> {
    let headers = request.headers.iter();
    let headers = headers.filter_map(|value| str::from_utf8(value.as_bytes()).ok());
    headers.chain(request.password.map(ExposeSecret::expose_secret))
}
