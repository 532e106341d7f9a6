//! Transport: the path of every request to the service and back.
//!
//! [`Transport::send`] takes a [`Prepared`](crate::prepared::Prepared) request and its settings and returns a [`Reply`].
//! Each stage has one owner:
//!
//! - `context`: state of one request, its timeouts, and the errors that it can end with;
//! - `retry`: the retry loop, a function without HTTP;
//! - `exchange`: one attempt, which authorizes, sends, reads and classifies;
//! - `session`, `caller`, `account` and `token_header`: which user token is sent, and the renewal of expired sessions;
//! - `token_storage`: the calls of the token store of a service account, with their limits and their order;
//! - `checked_login`: a login only after a check of the server;
//! - `shared_future`: a future that several requests poll together, for logins;
//! - `rate_limit`: the maximum number of requests per minute;
//! - `http`: the HTTP client, the only module that uses reqwest;
//! - `error_response`, `reply`, `download`: error responses, successful responses, bodies of files;
//! - `disclosure`: which texts of the service an error may contain;
//! - `coding`: content codings that are not decoded;
//! - `address`, `deadline`, `settings`, `trace`: limits of lengths and times, settings of a request, spans;
//! - `server_name`: which server an error names;
//! - `additions`, `header`, `response_head`: what a caller adds to a request, and may read of its response;
//! - `runtimes`: detection of a client on several tokio runtimes.
//!
//! Nothing that leaves this module contains a secret: errors of the HTTP stack are described in texts of this crate, and
//! messages of the service that repeat a secret are withheld.

mod account;
mod additions;
mod address;
mod caller;
mod checked_login;
mod coding;
mod context;
mod deadline;
mod disclosure;
mod download;
mod error_response;
mod exchange;
mod http;
mod rate_limit;
mod reply;
mod response_head;
mod retry;
mod runtimes;
mod server_name;
mod session;
mod settings;
mod shared_future;
#[cfg(test)]
mod tests;
mod token_header;
mod token_storage;
mod trace;

use std::borrow::Cow;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

pub(crate) use account::Account;
pub(crate) use caller::Caller;
pub(crate) use download::{DOWNLOAD, FileBody};
pub(crate) use error_response::ReportedFailure;
pub(crate) use http::{
    Application, BuiltHttp, DEFAULT_API_URL, HttpClient, HttpConfig, SettingNames, TlsConfig,
    is_media_type,
};
pub(crate) use rate_limit::RateLimiter;
pub use rate_limit::Usage;
pub(crate) use reply::Reply;
pub(crate) use response_head::{HeadSlot, ResponseHead};
pub(crate) use retry::Budget;
pub(crate) use runtimes::Runtimes;
pub(crate) use settings::Settings;
pub(crate) use token_header::token_header;

use crate::operation::SessionUse;
use crate::prepared::{Body, Parts};
use crate::secret::RecentSecrets;
use crate::{Clock, Error, Result, RetryPolicy, UserToken};
use account::{LogIn, LoginResponse};
use checked_login::RequestLogin;
use context::{ReadMode, RequestContext, RequestTraits};
use deadline::Deadline;
use exchange::{Download, Exchange, Received, Target};
use http::FileUrl;
use session::RequestSession;

/// State that all handles of a client share.
pub(crate) struct Shared {
    /// The app id and the key; empty for a client of a domain, which does not know them.
    pub(crate) app_secrets: Vec<SecretString>,
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
    pub(crate) rate_limiter: Option<Arc<RateLimiter>>,
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

    #[cfg(feature = "tracing-layer")]
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Returns the origin of the API, which contains no secret.
    pub(crate) fn origin(&self) -> String {
        self.shared.http.origin()
    }

    /// Returns how many requests were sent; `None` without a rate limit.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let limiter = self.shared.rate_limiter.as_ref();
        limiter.map(|limiter| limiter.usage())
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

    /// Returns whether `text` is a secret of the client or its caller.
    pub(crate) fn is_secret(&self, text: &str) -> bool {
        disclosure::is_secret(&self.shared, &self.caller, text)
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
    pub(crate) async fn send(&self, parts: Box<Parts>, settings: Settings) -> Result<Reply> {
        let mut exchange = self.exchange(parts, settings)?;
        let received = pin!(self.execute(&mut exchange)).await?;
        Ok(Reply {
            context: exchange.context,
            head: received.head,
            body: received.body,
        })
    }

    /// Validates a request, and creates the state of its attempts.
    fn exchange(&self, mut parts: Box<Parts>, settings: Settings) -> Result<Exchange<'_>> {
        if let Some(additions) = settings.additions() {
            let added = additions.add_to(&mut parts);
            added.map_err(|problem| parts.invalid(problem))?;
        }
        let progress = match &parts.body {
            Body::Multipart(multipart) => Some(multipart.progress.clone()),
            Body::Empty | Body::Bytes(_) => None,
        };
        if let Some(problem) = address::find_problem(&self.shared.http, &parts) {
            return Err(parts.invalid(problem));
        }
        let passwords = parts.passwords_in_body();
        for password in passwords.iter().flatten() {
            let recent = &self.shared.recent_secrets;
            recent.add(password.expose_secret());
        }
        let traits = RequestTraits {
            operation: parts.operation,
            any: parts.any.take(),
            is_idempotent: parts.is_idempotent(),
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
        Ok(self.exchange_of(context, session, Target::Request(parts)))
    }

    fn exchange_of(
        &self,
        context: Box<RequestContext>,
        session: SessionUse,
        target: Target,
    ) -> Exchange<'_> {
        Exchange {
            session: RequestSession::new(session, self.caller.clone()),
            log_in: RequestLogin::new(self, context.settings.before_login),
            context,
            target,
            previous: None,
        }
    }

    /// Opens the file at `url`. The user token is sent only to the origin of the API.
    pub(crate) async fn download(&self, url: &str, settings: Settings) -> Result<FileBody> {
        let url = FileUrl::parse(url).map_err(|problem| {
            let text = format!("the URL of the file {problem}");
            Error::invalid_argument(text).with_operation(&DOWNLOAD)
        })?;
        if settings.additions().is_some() && !self.shared.http.is_own(&url) {
            let text = "headers and query parameters are added only for files at the server of the API, and this URL has \
                        another one";
            return Err(Error::invalid_argument(text).with_operation(&DOWNLOAD));
        }
        self.open(url, settings).await
    }

    /// Opens the file at an encoded path behind the app path, with the user token.
    pub(crate) async fn download_path(&self, path: &str, settings: Settings) -> Result<FileBody> {
        self.open(self.shared.http.file_url(path), settings).await
    }

    async fn open(&self, mut url: FileUrl, mut settings: Settings) -> Result<FileBody> {
        let headers = match settings.additions() {
            None => Cow::Borrowed(&download::HEADERS[..]),
            Some(additions) => {
                let headers = download::add(additions, &mut url);
                let headers =
                    headers.map_err(|text| Error::invalid_argument(text).with_operation(&DOWNLOAD));
                Cow::Owned(headers?)
            }
        };
        settings.file_server = Some(url.server().to_string().into());
        let mut secret_headers = url.secrets();
        let sensitive = headers.iter().map(|(_, value)| value);
        secret_headers.extend(sensitive.filter(|value| value.is_sensitive()).cloned());
        let session = match self.shared.http.is_own(&url) {
            true => DOWNLOAD.session(),
            false => SessionUse::None,
        };
        let traits = RequestTraits {
            operation: &DOWNLOAD,
            any: None,
            is_idempotent: true,
            caller: self.caller.clone(),
            has_password: false,
            secret: None,
            secret_headers,
            progress: None,
            read: ReadMode::Head,
            server: url.server(),
        };
        let context = RequestContext::new(Arc::clone(&self.shared), settings, traits);
        let target = Target::Download(Box::new(Download { url, headers }));
        let mut exchange = self.exchange_of(context, session, target);
        let received = self.execute(&mut exchange).await?;
        Ok(FileBody::new(exchange.context, *received.head))
    }

    /// Runs the attempts of a request within its span.
    async fn execute(&self, exchange: &mut Exchange<'_>) -> Result<Received> {
        let span = exchange.context.span.clone();
        let policy = exchange.context.policy().clone();
        let sleep = |delay| self.shared.clock.sleep(delay);
        // Pinned in place: `await` would first copy the future.
        let budget = &self.shared.budget;
        let result = pin!(retry::run(&policy, budget, sleep, &mut *exchange))
            .instrument(span)
            .await;
        let context = &exchange.context;
        context.end_attempts();
        let received = result.map_err(|error| context.fail(error))?;
        context.store_head(received.head.status(), received.head.headers());
        Ok(received)
    }
}

impl LogIn for Transport {
    fn shared(&self) -> Box<dyn LogIn> {
        Box::new(self.clone())
    }

    fn remember(&self, token: &UserToken) {
        self.shared.recent_secrets.add(token.expose_secret());
    }

    fn store_deadline(&self) -> Deadline {
        let limit = self.shared.attempt_timeout.min(self.shared.timeout);
        let clock = &self.shared.clock;
        Deadline::after(clock, clock.now(), limit)
    }

    fn log_in<'a>(
        &'a self,
        account: &'a Account,
    ) -> Pin<Box<dyn Future<Output = Result<UserToken>> + Send + 'a>> {
        Box::pin(async move {
            let login = account.login_request()?;
            let anonymous = self.with_caller(Caller::Anonymous);
            let reply = anonymous.send(login.parts, Settings::default()).await?;
            let token = reply.read(login.reader).map(LoginResponse::into_token)?;
            self.remember(&token);
            Ok(token)
        })
    }
}
