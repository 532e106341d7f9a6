//! The attempts of a call: the first, and those after it, where another one does nothing twice.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Request, Response};

use super::account::{self, AccountSession};
use super::call::Call;
use super::response::{read_body, refused_by};
use super::{Caller, MakeForm, Reading, USER_TOKEN, failure, header_value, trace};
use crate::generated::raw;
use crate::operations::LOGOUT_USER;
use crate::{Error, ErrorKind, Result};

/// A successful answer.
pub(super) struct Answer {
    pub(super) head: Response,
    /// What was read of it; nothing where only the head was to be read.
    pub(super) body: Bytes,
}

/// Makes the call until it succeeds, fails for good, or may not be made again.
pub(super) async fn run(
    call: &mut Call,
    raw: &raw::Client,
    request: &mut Request,
) -> Result<Answer> {
    let mut session = None;
    let mut may_renew = call.operation.id() != LOGOUT_USER.id();
    loop {
        authorize(call, raw, request, &mut session).await?;
        let (sent, again) = Again::of(request, call);
        call.begin_attempt();
        let error = match attempt(call, raw.client.execute(sent)).await {
            Ok(answer) => {
                call.transport.app.retries.deposit();
                return Ok(answer);
            }
            Err(error) => error,
        };
        let can_repeat = !matches!(again, Again::Never);
        if let Some(spent) = &session
            && may_renew
            && account::is_over(&error)
        {
            may_renew = false;
            renew(call, raw, spent).await?;
            if !can_repeat || !call.is_safe_after_refusal() {
                return Err(error);
            }
            trace::again(call, &error, Duration::ZERO);
        } else {
            let (error, wait) = next_wait(call, error, can_repeat)?;
            trace::again(call, &error, wait);
            call.transport.app.clock.sleep(wait).await;
        }
        if let Again::WithForm(make) = again {
            *request = with_form(request, &make, call, raw).await?;
        }
    }
}

/// Sends the request once, and reads the answer as far as the call asks for.
async fn attempt(
    call: &Call,
    sending: impl Future<Output = reqwest::Result<Response>>,
) -> Result<Answer> {
    let mut head = match call.limit.hold(sending).await {
        Some(Ok(response)) => response,
        Some(Err(error)) => return Err(failure::of_transport(error, call)),
        None => return Err(call.timed_out("no answer came")),
    };
    trace::answered(&call.span, head.status());
    if !head.status().is_success() {
        return Err(refused_by(head, call).await);
    }
    let body = match call.reading {
        Reading::Whole => read_body(&mut head, call).await?,
        Reading::Head => Bytes::new(),
    };
    Ok(Answer { head, body })
}

/// Puts the token of the caller into the headers; a service account may have to log in for it.
async fn authorize(
    call: &mut Call,
    raw: &raw::Client,
    request: &mut Request,
    session: &mut Option<AccountSession>,
) -> Result<()> {
    if !call.as_user {
        return Ok(());
    }
    let is_logout = call.operation.id() == LOGOUT_USER.id();
    let token = match call.transport.caller.clone() {
        Caller::Nobody => return Ok(()),
        Caller::User(token) => {
            if is_logout {
                token.end();
            } else if token.is_over() {
                return Err(call.error(ErrorKind::Unauthorized, "the session was logged out"));
            }
            token
        }
        Caller::Account(account) => {
            if !is_logout {
                let current = account.session(raw, None);
                *session = Some(call.within_whole(current).await??);
            } else if session.is_none() {
                *session = account.take().await;
            }
            let Some(session) = session else {
                let text = "there is no session to log out of";
                return Err(call.error(ErrorKind::Unauthorized, text));
            };
            session.token.clone()
        }
    };
    let value = header_value(&token).map_err(|error| error.with_operation(call.operation))?;
    request.headers_mut().insert(USER_TOKEN, value);
    call.token = Some(token);
    Ok(())
}

/// Has the account replace a session that the service refused.
async fn renew(call: &Call, raw: &raw::Client, spent: &AccountSession) -> Result<()> {
    if let Caller::Account(account) = &call.transport.caller {
        let renewed = account.session(raw, Some(spent));
        call.within_whole(renewed).await??;
    }
    Ok(())
}

/// How long to wait after `error` before the next attempt; or the error, with the reason why there
/// is none.
fn next_wait(call: &Call, error: Error, can_repeat: bool) -> Result<(Error, Duration)> {
    if !error.is_retryable() {
        return Err(error);
    }
    let app = &call.transport.app;
    let policy = call.policy();
    if call.attempts >= policy.max_attempts {
        return Err(error.final_because(match policy.max_attempts {
            1 => "its policy allows one attempt".to_owned(),
            most => format!("its policy allows {most} attempts"),
        }));
    }
    if !can_repeat {
        return Err(error.final_because("its body is a stream, which can be sent only once"));
    }
    let wait = app.retries.jitter(policy.longest_delay(call.attempts));
    let wait = wait.max(error.retry_after().unwrap_or_default());
    let longest = call.longest_wait();
    if longest.is_zero() {
        return Err(error.final_because("the time for the whole call is over"));
    }
    if wait >= longest {
        return Err(error.final_because(format!(
            "the next attempt would be in {wait:.1?}, when the time for the whole call is over"
        )));
    }
    if !app.retries.withdraw() {
        return Err(error.final_because("the client's budget of retries is spent"));
    }
    Ok((error, wait))
}

/// How a request is sent another time.
enum Again {
    /// As it is.
    AsItIs,
    /// With a body that is made anew.
    WithForm(MakeForm),
    Never,
}

impl Again {
    /// The request to be sent. What it leaves in `request` is sent the next time, if there is one.
    fn of(request: &mut Request, call: &Call) -> (Request, Self) {
        if let Some(same) = request.try_clone() {
            return (same, Self::AsItIs);
        }
        let mut head = Request::new(request.method().clone(), request.url().clone());
        *head.headers_mut() = request.headers().clone();
        let again = match &call.transport.options.form {
            Some(make) => Self::WithForm(Arc::clone(make)),
            None => Self::Never,
        };
        (std::mem::replace(request, head), again)
    }
}

/// The request with the head of `request`, which has no body, and another form.
async fn with_form(
    request: &Request,
    make: &MakeForm,
    call: &Call,
    raw: &raw::Client,
) -> Result<Request> {
    let form = make()
        .await
        .map_err(|error| error.with_attempts(call.attempts))?;
    let mut headers = request.headers().clone();
    // These are the form's own, and each form has another boundary.
    headers.remove(CONTENT_TYPE);
    headers.remove(CONTENT_LENGTH);
    raw.client
        .request(request.method().clone(), request.url().clone())
        .headers(headers)
        .multipart(form)
        .build()
        .map_err(|error| failure::of_transport(error, call))
}
