//! The attempts of a call: the first, and those after it, where another one does nothing twice.

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
    mut request: Request,
) -> Result<Answer> {
    let mut session = None;
    let mut may_renew = call.operation.id() != LOGOUT_USER.id();
    loop {
        authorize(call, raw, &mut request, &mut session).await?;
        let spare = Spare::of(&request, call);
        call.begin_attempt();
        let error = match attempt(call, raw, request).await {
            Ok(answer) => {
                call.transport.app.retries.deposit();
                return Ok(answer);
            }
            Err(error) => error,
        };
        if let Some(spent) = &session
            && may_renew
            && account::is_over(&error)
        {
            may_renew = false;
            renew(call, raw, spent).await?;
            if spare.is_none() || !call.is_safe_after_refusal() {
                return Err(error);
            }
            trace::again(call, &error, Duration::ZERO);
        } else {
            let (error, wait) = next_wait(call, error, spare.is_some())?;
            trace::again(call, &error, wait);
            call.transport.app.clock.sleep(wait).await;
        }
        request = match spare {
            Some(spare) => spare.into_request(call, raw).await?,
            None => unreachable!("without a spare both arms above have returned"),
        };
    }
}

/// Sends `request` once, and reads the answer as far as the call asks for.
async fn attempt(call: &Call, raw: &raw::Client, request: Request) -> Result<Answer> {
    let mut head = match call.limit.hold(raw.client.execute(request)).await {
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
fn next_wait(call: &Call, error: Error, has_spare: bool) -> Result<(Error, Duration)> {
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
    if !has_spare {
        return Err(error.final_because("its body is a stream, which can be sent only once"));
    }
    let wait = app.retries.jitter(policy.longest_delay(call.attempts));
    let wait = wait.max(error.retry_after().unwrap_or_default());
    let remaining = call.remaining();
    if remaining.is_zero() {
        return Err(error.final_because("the time for the whole call is over"));
    }
    if wait >= remaining {
        return Err(error.final_because(format!(
            "the next attempt would be in {wait:.1?}, when the time for the whole call is over"
        )));
    }
    if !app.retries.withdraw() {
        return Err(error.final_because("the client's budget of retries is spent"));
    }
    Ok((error, wait))
}

/// What another attempt is made from.
enum Spare {
    Whole(Request),
    /// A request whose body is made anew.
    WithoutBody(Request, MakeForm),
}

impl Spare {
    fn of(request: &Request, call: &Call) -> Option<Self> {
        if let Some(whole) = request.try_clone() {
            return Some(Self::Whole(whole));
        }
        let make = call.transport.options.form.clone()?;
        let mut head = Request::new(request.method().clone(), request.url().clone());
        *head.headers_mut() = request.headers().clone();
        // These are the form's own, and each form has another boundary.
        head.headers_mut().remove(CONTENT_TYPE);
        head.headers_mut().remove(CONTENT_LENGTH);
        Some(Self::WithoutBody(head, make))
    }

    async fn into_request(self, call: &Call, raw: &raw::Client) -> Result<Request> {
        let (head, make) = match self {
            Self::Whole(request) => return Ok(request),
            Self::WithoutBody(head, make) => (head, make),
        };
        let form = make()
            .await
            .map_err(|error| error.with_attempts(call.attempts))?;
        reqwest::RequestBuilder::from_parts(raw.client.clone(), head)
            .multipart(form)
            .build()
            .map_err(|error| failure::of_transport(error, call))
    }
}
