//! The one way out: every request of every operation passes here, and only here.
//!
//! The generated client builds a request and hands it to [`Transport`] through progenitor's
//! `ClientHooks`. Here the user token is added, the span is opened, the attempts are made and the time
//! limits run. [`target`] makes the address, with the app path in it, [`call`] is what is known of a
//! call, [`attempts`] makes it, [`account`] keeps the session of a client that logs itself in, and
//! [`response`] reads what comes back.
//!
//! Nothing that leaves this module holds a secret: a URL is cut from every error of the HTTP
//! stack, and the words of the server are searched for what it must not repeat.

mod account;
mod attempts;
mod call;
mod decode;
mod download;
mod envelope;
mod failure;
mod hooks;
mod limit;
mod path;
mod query;
mod response;
mod target;
mod trace;

use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::multipart::Form;
use reqwest::{Request, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

pub(crate) use account::Account;
pub(crate) use download::{Body, DOWNLOAD};
pub(crate) use limit::Progress;
pub(crate) use path::{encode_segment, path_value};
pub(crate) use response::{finish, read_empty, read_json, refused};
pub(crate) use target::Target;

use crate::generated::raw;
use crate::operation::Operation;
use crate::retry::Retries;
use crate::secret::redact;
use crate::{Clock, Error, ErrorKind, Result, RetryPolicy, UserToken};
use call::Call;

const USER_TOKEN: &str = "user-token";

/// The state behind one handle: the application, who calls, and the settings of one call.
#[derive(Clone)]
pub(crate) struct Transport {
    app: Arc<App>,
    caller: Caller,
    options: CallOptions,
}

/// What all handles of a client share.
pub(crate) struct App {
    pub(crate) app_id: SecretString,
    pub(crate) api_key: SecretString,
    /// The API URL without its path.
    pub(crate) origin: Url,
    /// The path that stands before every operation's: that of the API URL, the app id and the key.
    pub(crate) path: SecretString,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    /// The longest answer that is read into memory, in bytes.
    pub(crate) max_response_size: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) retries: Retries,
    pub(crate) clock: Arc<dyn Clock>,
}

/// As whom a handle calls.
#[derive(Clone)]
pub(crate) enum Caller {
    Nobody,
    User(UserToken),
    /// A service account, whose sessions come and go.
    Account(Arc<Account>),
}

/// Tells the kind of caller; never who.
impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "Nobody",
            Self::User(_) => "User",
            Self::Account(_) => "Account",
        })
    }
}

/// Makes the body of an upload anew, for another attempt.
pub(crate) type MakeForm =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Form>> + Send>> + Send + Sync>;

/// The settings of one call, where it has any of its own: most calls have none, and take no memory for
/// them.
#[derive(Clone, Default)]
pub(crate) struct CallOptions(Option<Arc<CallSettings>>);

impl CallOptions {
    pub(crate) fn with(set: impl FnOnce(&mut CallSettings)) -> Self {
        let mut options = Self::default();
        set(&mut options);
        options
    }
}

impl Deref for CallOptions {
    type Target = CallSettings;

    fn deref(&self) -> &CallSettings {
        static NONE: CallSettings = CallSettings::none();
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for CallOptions {
    fn deref_mut(&mut self) -> &mut CallSettings {
        let settings = self.0.get_or_insert_with(|| Arc::new(CallSettings::none()));
        Arc::make_mut(settings)
    }
}

/// What a call may set for itself, where it differs from the client's.
#[derive(Clone)]
pub(crate) struct CallSettings {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    /// Whether the caller says that the request may be sent twice.
    pub(crate) idempotent: Option<bool>,
    /// What this call sends that no text may repeat: a password.
    pub(crate) secret: Option<Arc<SecretString>>,
    /// Headers that go with the request beside the operation's own.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The progress of a body that takes as long as it takes: the limits hold from its last step.
    pub(crate) progress: Option<Progress>,
    /// Where the call tells how many attempts it has made, for an error that is found after it.
    pub(crate) attempts: Option<Arc<AtomicU32>>,
    /// How to make a body again that is no plain bytes.
    pub(crate) form: Option<MakeForm>,
}

impl CallSettings {
    const fn none() -> Self {
        Self {
            timeout: None,
            retry: None,
            idempotent: None,
            secret: None,
            headers: Vec::new(),
            progress: None,
            attempts: None,
            form: None,
        }
    }
}

/// Tells the settings; a header may hold a secret.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("idempotent", &self.idempotent)
            .finish_non_exhaustive()
    }
}

/// How much of an answer is read before it is handed on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Whole,
    /// The head alone: the body is a download's.
    Head,
}

impl Transport {
    pub(crate) fn new(app: App, caller: Caller) -> Self {
        Self {
            app: Arc::new(app),
            caller,
            options: CallOptions::default(),
        }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn with_caller(&self, caller: Caller) -> Self {
        Self {
            caller,
            ..self.clone()
        }
    }

    pub(crate) fn with_options(&self, options: CallOptions) -> Self {
        Self {
            app: Arc::clone(&self.app),
            caller: self.caller.clone(),
            options,
        }
    }

    pub(crate) fn max_response_size(&self) -> usize {
        self.app.max_response_size
    }

    /// Makes a call of `operation` and answers what came of it, read to its end and with all that
    /// is known of the call, or the error that stands for it.
    async fn call(
        &self,
        raw: &raw::Client,
        request: &mut Request,
        operation: &'static Operation,
    ) -> Result<Response> {
        for (name, value) in &self.options.headers {
            request.headers_mut().append(name, value.clone());
        }
        let mut call = Call::new(self.clone(), operation, request, Reading::Whole);
        let span = call.span.clone();
        let answer = attempts::run(&mut call, raw, request).instrument(span);
        match answer.await {
            Ok(answer) => Ok(response::carrying(answer, call)),
            Err(error) => Err(call.end(error)),
        }
    }

    /// `text` without the secrets of the application and of this call, of which `token` is one.
    fn redact(&self, text: &str, token: Option<&UserToken>) -> String {
        let app = &self.app;
        let mut secrets = vec![app.app_id.expose_secret(), app.api_key.expose_secret()];
        let encoded = secrets
            .clone()
            .into_iter()
            .map(encode_segment)
            .collect::<Vec<_>>();
        secrets.extend(encoded.iter().map(String::as_str));
        secrets.extend(token.map(UserToken::expose_secret));
        let of_call = self.options.secret.as_ref();
        secrets.extend(of_call.map(|secret| secret.expose_secret()));
        redact(text, &mut secrets)
    }
}

/// The token as a header's value that no log prints.
pub(crate) fn header_value(token: &UserToken) -> Result<HeaderValue> {
    let problem = if token.expose_secret().is_empty() {
        "user_token is empty"
    } else {
        match secret_header(token.expose_secret()) {
            Some(value) => return Ok(value),
            None => "user_token holds a character that no header may hold, or spaces around it",
        }
    };
    Err(Error::new(ErrorKind::InvalidArgument, problem))
}

/// `text` as a header's value that no log prints; none where a server would read another one, which
/// it does with white space around it (RFC 9110, section 5.5).
pub(crate) fn secret_header(text: &str) -> Option<HeaderValue> {
    let is_whole = text.trim_matches([' ', '\t']).len() == text.len();
    let mut value = HeaderValue::from_str(text).ok().filter(|_| is_whole)?;
    value.set_sensitive(true);
    Some(value)
}
