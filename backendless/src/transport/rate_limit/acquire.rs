//! Admission of an attempt that has to wait.

use std::sync::Arc;
use std::time::Duration;

use super::{Admission, RateLimiter, Slot, TooLate};
use crate::transport::context::RequestContext;
use crate::transport::trace;
use crate::{Error, ErrorKind, Result};

/// Waits until the rate limit of the client admits the next attempt of a request, which [`RateLimiter::admit`] did not
/// admit.
///
/// `previous` is the error of the previous attempt. It is returned if the next one cannot be sent before the deadline of
/// the request.
pub(in crate::transport) async fn acquire(
    context: &RequestContext,
    limiter: &Arc<RateLimiter>,
    previous: Option<Error>,
) -> Result<Slot> {
    let remaining = context.remaining();
    let waiting = match limiter.enqueue(remaining) {
        Ok(Admission::Admitted(slot)) => return Ok(slot),
        Ok(Admission::Waiting(waiting, wait)) => {
            trace::waiting(context.operation, wait);
            waiting
        }
        Err(TooLate { wait }) => {
            let delay =
                format!("by {wait:.1?}, which exceeds the remaining time of {remaining:.1?}");
            return Err(rejection(context, limiter, previous, &delay, wait));
        }
    };
    match waiting.await {
        Some(slot) => Ok(slot),
        None => {
            let delay = format!("beyond the remaining time of {remaining:.1?}");
            let wait = limiter.min_wait();
            Err(rejection(context, limiter, previous, &delay, wait))
        }
    }
}

fn rejection(
    context: &RequestContext,
    limiter: &RateLimiter,
    previous: Option<Error>,
    delay: &str,
    wait: Duration,
) -> Error {
    let setting = format!("`requests_per_minute({})`", limiter.limit());
    if let Some(previous) = previous {
        let reason = format!("{setting} delays the next attempt {delay}");
        return previous.gave_up(Some(reason));
    }
    let text = format!(
        "{setting} delays the request {delay}: send fewer requests, or increase this limit or the timeout"
    );
    context
        .error(ErrorKind::RateLimited, text)
        .retryable(true)
        .with_retry_after(Some(wait))
}
