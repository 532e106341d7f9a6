//! The one way out: every request of every operation passes here, and only here.
//!
//! The generated client builds a request and hands it to [`Transport`] through progenitor's
//! `ClientHooks`. Here the app path is put in front of the path, the user token is added, and the
//! time limits run; [`response`] reads what comes back. Retries have their place in
//! [`Transport::call`], around [`Transport::attempt`].
//!
//! Nothing that leaves this module holds a secret: a URL is cut from every error of the HTTP
//! stack, and the words of the server are searched for what it must not repeat.

mod decode;
mod download;
mod envelope;
mod failure;
mod hooks;
mod limit;
mod path;
mod response;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Request, Response};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use download::{Body, DOWNLOAD};
pub(crate) use limit::Progress;
pub(crate) use path::{encode_segment, path_value};
pub(crate) use response::{finish, read_empty, read_json, refused};

use crate::operation::Operation;
use crate::secret::redact;
use crate::{Error, ErrorKind, Result, UserToken};
use limit::Limit;
use response::Call;

const USER_TOKEN: &str = "user-token";

/// The state behind one handle: the application, who calls, and the settings of one call.
#[derive(Clone)]
pub(crate) struct Transport {
    app: Arc<App>,
    user_token: Option<UserToken>,
    options: CallOptions,
}

/// What all handles of a client share.
pub(crate) struct App {
    pub(crate) app_id: SecretString,
    pub(crate) api_key: SecretString,
    /// The path that stands before every operation's: that of the API URL, the app id and the key.
    pub(crate) path: SecretString,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
}

/// The settings of one call, where they differ from the client's.
#[derive(Clone, Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    /// What this call sends that no text may repeat: a password.
    pub(crate) secret: Option<Arc<SecretString>>,
    /// Headers that go with the request beside the operation's own.
    pub(crate) headers: HeaderMap,
    /// The progress of a body that takes as long as it takes: the limits hold from its last step.
    pub(crate) progress: Option<Progress>,
}

/// Tells the limit; a header may hold a secret.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Transport {
    pub(crate) fn new(app: App, user_token: Option<UserToken>) -> Self {
        Self {
            app: Arc::new(app),
            user_token,
            options: CallOptions::default(),
        }
    }

    pub(crate) fn user_token(&self) -> Option<&UserToken> {
        self.user_token.as_ref()
    }

    pub(crate) fn with_user_token(&self, user_token: Option<UserToken>) -> Self {
        Self {
            user_token,
            ..self.clone()
        }
    }

    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self {
            options,
            ..self.clone()
        }
    }

    /// Sends a request of `operation` and answers the server's response, of whatever status, or
    /// the error that stands for it.
    async fn call(
        &self,
        http: &reqwest::Client,
        mut request: Request,
        operation: &'static Operation,
    ) -> Result<Response> {
        self.address(&mut request, operation)?;
        let call = Call::new(self.clone(), operation, &request, self.limit());
        let mut response = self.attempt(http, request, &call).await?;
        response.extensions_mut().insert(call);
        Ok(response)
    }

    /// How long this call may take. With progress to go by, only what the call itself sets limits the
    /// whole: nobody knows beforehand how long an upload takes.
    fn limit(&self) -> Limit {
        match (&self.options.progress, self.options.timeout) {
            (Some(progress), whole) => Limit::of_step(self.app.attempt_timeout, progress, whole),
            (None, Some(whole)) => Limit::of_whole(whole),
            (None, None) => Limit::of_whole(self.app.timeout.min(self.app.attempt_timeout)),
        }
    }

    /// Puts the app path in front of the request's path, and the user token into its headers.
    fn address(&self, request: &mut Request, operation: &'static Operation) -> Result<()> {
        let path = [self.app.path.expose_secret(), request.url().path()].concat();
        request.url_mut().set_path(&path);
        if let Some(token) = &self.user_token
            && operation.requires_user_token()
        {
            let value = header_value(token).map_err(|e| e.with_operation(operation))?;
            request.headers_mut().insert(USER_TOKEN, value);
        }
        for (name, value) in &self.options.headers {
            request.headers_mut().append(name, value.clone());
        }
        Ok(())
    }

    async fn attempt(
        &self,
        http: &reqwest::Client,
        request: Request,
        call: &Call,
    ) -> Result<Response> {
        match call.limit.hold(http.execute(request)).await {
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(failure::of_transport(error, call)),
            None => Err(call.timed_out("no answer came")),
        }
    }

    /// `text`, which the server or a library wrote, without what may not appear in it.
    fn redact(&self, text: &str) -> String {
        let app = &self.app;
        let mut secrets = vec![app.app_id.expose_secret(), app.api_key.expose_secret()];
        let encoded = secrets
            .clone()
            .into_iter()
            .map(encode_segment)
            .collect::<Vec<_>>();
        secrets.extend(encoded.iter().map(String::as_str));
        secrets.extend(self.user_token.as_ref().map(UserToken::expose_secret));
        secrets.extend(
            self.options
                .secret
                .as_ref()
                .map(|secret| secret.expose_secret()),
        );
        redact(text, &mut secrets)
    }
}

/// The token as a header's value that no log prints.
pub(crate) fn header_value(token: &UserToken) -> Result<HeaderValue> {
    let problem = if token.expose_secret().is_empty() {
        "user_token is empty"
    } else {
        match HeaderValue::from_str(token.expose_secret()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                return Ok(value);
            }
            Err(_) => "user_token holds a character that no header may hold",
        }
    };
    Err(Error::new(ErrorKind::InvalidArgument, problem))
}
