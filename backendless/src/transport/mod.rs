//! Transport: the path of every request to the service and back.
//!
//! [`Transport::send`] takes a [`Prepared`](crate::prepared::Prepared) request and its settings and returns a [`Reply`].
//! Each stage has one owner:
//!
//! - `context`: state of one request, its timeouts, and the errors that it can end with;
//! - `retry`: the retry loop, a function without HTTP;
//! - `exchange`: one attempt, which authorizes, sends, reads and classifies;
//! - `session`, `caller` and `account`: which user token is sent, and the renewal of expired sessions;
//! - `http`: the HTTP client, the only module that uses reqwest;
//! - `error_response`, `reply`, `download`: error responses, successful responses, bodies of files;
//! - `disclosure`: which texts of the service an error may contain;
//! - `coding`: content codings that are not decoded;
//! - `address`, `deadline`, `settings`, `trace`: limits of lengths and times, settings of a request, spans;
//! - `runtimes`: detection of a client on several tokio runtimes.
//!
//! Nothing that leaves this module contains a secret: errors of the HTTP stack are described in texts of this crate, and
//! messages of the service that repeat a secret are withheld.

mod account;
mod address;
mod caller;
mod coding;
mod context;
mod deadline;
mod disclosure;
mod download;
mod error_response;
mod exchange;
mod http;
mod reply;
mod retry;
mod runtimes;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod trace;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

pub(crate) use account::Account;
pub(crate) use caller::Caller;
pub(crate) use download::{DOWNLOAD, FileBody};
pub(crate) use error_response::ReportedFailure;
pub(crate) use http::{HttpClient, HttpConfig, SettingNames, TlsConfig, is_media_type};
use reply::Format;
pub(crate) use reply::Reply;
pub(crate) use retry::Budget;
pub(crate) use runtimes::Runtimes;
pub(crate) use session::{secret_header, token_header};
pub(crate) use settings::Settings;

use crate::operation::SessionUse;
use crate::prepared::{Body, Parts};
use crate::secret::RecentSecrets;
use crate::{Clock, Error, Result, RetryPolicy, UserToken};
use account::LoginResponse;
use context::{ReadMode, RequestContext, RequestTraits};
use exchange::{Exchange, Received, Target};
use http::FileUrl;
use session::{LogIn, RequestSession};

/// State that all handles of a client share.
pub(crate) struct Shared {
    pub(crate) app_id: SecretString,
    pub(crate) api_key: SecretString,
    pub(crate) proxy_password: Option<SecretString>,
    pub(crate) recent_secrets: RecentSecrets,
    pub(crate) http: HttpClient,
    /// The total timeout of a request.
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    /// The maximum length of a response that is read into memory, in bytes.
    pub(crate) max_response_size: usize,
    /// The maximum length of a file that is read into memory, in bytes.
    pub(crate) max_file_size: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) runtimes: Runtimes,
}

/// Sends the requests of one client on behalf of one caller.
#[derive(Clone)]
pub(crate) struct Transport {
    shared: Arc<Shared>,
    caller: Caller,
}

impl Transport {
    pub(crate) fn new(shared: Shared, caller: Caller) -> Self {
        caller.remember(&shared.recent_secrets);
        Self {
            shared: Arc::new(shared),
            caller,
        }
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn with_caller(&self, caller: Caller) -> Self {
        caller.remember(&self.shared.recent_secrets);
        Self {
            shared: Arc::clone(&self.shared),
            caller,
        }
    }

    /// Returns the origin of the API, which contains no secret.
    pub(crate) fn origin(&self) -> String {
        self.shared.http.origin()
    }

    /// Returns the length in bytes of the URL of a request.
    pub(crate) fn address_length(&self, parts: &Parts) -> usize {
        let http = &self.shared.http;
        http.address_length(&parts.path, parts.query.as_deref())
    }

    /// Returns whether `text` repeats a secret of the client that can be recognized.
    pub(crate) fn is_secret_in(&self, text: &str) -> bool {
        let checked = disclosure::check_for_secrets_of(&self.shared, &self.caller, text);
        checked == Err(disclosure::Withheld::Repeated)
    }

    /// Returns `text`, which describes a value of the service, or why it is withheld.
    pub(crate) fn without_secrets(&self, text: String) -> String {
        match disclosure::check_for_secrets_of(&self.shared, &self.caller, &text) {
            Ok(()) => text,
            Err(withheld) => {
                format!("does not match its type (the description is withheld, because {withheld})")
            }
        }
    }

    /// Sends a request and reads its response.
    pub(crate) async fn send(&self, parts: Parts, settings: Settings) -> Result<Reply> {
        let progress = match &parts.body {
            Body::Multipart(multipart) => Some(multipart.progress.clone()),
            Body::Empty | Body::Bytes(_) => None,
        };
        if let Some(problem) = address::find_problem(&self.shared.http, &parts) {
            return Err(Error::invalid_argument(problem).with_operation(parts.operation));
        }
        let passwords = parts.passwords_in_body();
        for password in passwords.iter().flatten() {
            let recent = &self.shared.recent_secrets;
            recent.add(password.expose_secret());
        }
        let traits = RequestTraits {
            operation: parts.operation,
            is_idempotent: parts.is_idempotent,
            caller: self.caller.clone(),
            has_password: parts.secret.is_some() || passwords.is_some(),
            secret: parts.secret.clone(),
            secret_headers: parts.secret_headers(),
            progress,
            read: ReadMode::Full,
            server: self.shared.http.server(),
        };
        let context = RequestContext::new(Arc::clone(&self.shared), settings, traits);
        let session = parts.operation.session();
        let (context, received) = self
            .execute(context, session, Target::Request(parts))
            .await?;
        Ok(Reply {
            context,
            status: received.head.status(),
            format: Format::of(received.head.headers()),
            body: received.body,
        })
    }

    /// Opens the file at `url`. The user token is sent only to the origin of the API.
    pub(crate) async fn download(&self, url: &str, settings: Settings) -> Result<FileBody> {
        let url = FileUrl::parse(url).map_err(|problem| {
            let text = format!("the URL of the file {problem}");
            Error::invalid_argument(text).with_operation(&DOWNLOAD)
        })?;
        self.open(url, settings).await
    }

    /// Opens the file at an encoded path behind the app path, with the user token.
    pub(crate) async fn download_path(&self, path: &str, settings: Settings) -> Result<FileBody> {
        self.open(self.shared.http.file_url(path), settings).await
    }

    async fn open(&self, url: FileUrl, settings: Settings) -> Result<FileBody> {
        let session = match self.shared.http.is_own(&url) {
            true => DOWNLOAD.session(),
            false => SessionUse::None,
        };
        let traits = RequestTraits {
            operation: &DOWNLOAD,
            is_idempotent: true,
            caller: self.caller.clone(),
            has_password: false,
            secret: None,
            secret_headers: url.query_values(),
            progress: None,
            read: ReadMode::Head,
            server: url.server(),
        };
        let context = RequestContext::new(Arc::clone(&self.shared), settings, traits);
        let (context, received) = self
            .execute(context, session, Target::Download(url))
            .await?;
        Ok(FileBody::new(context, received.head))
    }

    /// Runs the attempts of a request within its span.
    async fn execute(
        &self,
        context: RequestContext,
        session: SessionUse,
        target: Target,
    ) -> Result<(RequestContext, Received)> {
        let span = context.span.clone();
        let policy = context.policy().clone();
        let mut exchange = Exchange {
            session: RequestSession::new(session, self.caller.clone()),
            context,
            target,
            log_in: self,
        };
        let sleep = |delay| self.shared.clock.sleep(delay);
        let attempts = retry::run(&policy, &self.shared.budget, sleep, &mut exchange);
        let result = attempts.instrument(span).await;
        exchange.context.end_attempts();
        match result {
            Ok(received) => Ok((exchange.context, received)),
            Err(error) => Err(exchange.context.fail(error)),
        }
    }
}

impl LogIn for Transport {
    fn log_in<'a>(
        &'a self,
        account: &'a Account,
    ) -> Pin<Box<dyn Future<Output = Result<UserToken>> + Send + 'a>> {
        Box::pin(async move {
            let login = account.login_request()?;
            let anonymous = self.with_caller(Caller::Anonymous);
            let reply = anonymous.send(login.parts, Settings::default()).await?;
            let token = reply.read(login.reader).map(LoginResponse::into_token)?;
            self.shared.recent_secrets.add(token.expose_secret());
            Ok(token)
        })
    }
}
