//! Propagation of the trace to the service, as W3C Trace Context specifies it.

use http::header::HeaderValue;
use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Returns the value of the header `traceparent` for an attempt within `span`; `None` without an OpenTelemetry context.
///
/// `tracestate` and baggage are not sent: they may contain values of other systems.
pub(in crate::transport) fn traceparent(span: &Span) -> Option<HeaderValue> {
    let context = current(span)?;
    let flags = context.trace_flags() & TraceFlags::SAMPLED;
    let value = format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        flags.to_u8()
    );
    HeaderValue::try_from(value).ok()
}

/// Returns the context of `span`, or if a filter disabled it, the context in which the request is sent.
fn current(span: &Span) -> Option<SpanContext> {
    let of_span = || span.context();
    let of_current_span = || Span::current().context();
    let contexts: [&dyn Fn() -> Context; 3] = [&of_span, &of_current_span, &Context::current];
    contexts.into_iter().find_map(|context| {
        let context = context().span().span_context().clone();
        context.is_valid().then_some(context)
    })
}
