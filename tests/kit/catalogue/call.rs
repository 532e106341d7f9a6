//! One way to call an operation.

use std::any::type_name;
use std::fmt::Debug;

use backendless::Result;
use futures_util::future::BoxFuture;

use super::Context;

/// A call of the public API, which a suite can send, or describe without sending it.
pub struct Call {
    pub(super) send: fn(Context) -> BoxFuture<'static, Result<()>>,
    pub(super) describe: fn(&Context) -> Description,
}

/// A request that was not sent, as a log would show it.
pub struct Description {
    /// The name of its type, without path and parameters.
    pub type_name: &'static str,
    /// Its `Debug` text, on one line and on several.
    pub debug: String,
}

impl Call {
    /// Sends the request. The path of `context` has a value for each parameter.
    pub fn send(&self, context: Context) -> BoxFuture<'static, Result<()>> {
        (self.send)(context)
    }

    /// Describes the request without sending it.
    pub fn describe(&self, context: &Context) -> Description {
        (self.describe)(context)
    }
}

impl Description {
    pub(super) fn of<R: Debug>(request: &R) -> Self {
        Self {
            type_name: short_name(type_name::<R>()),
            debug: format!("{request:?}\n{request:#?}"),
        }
    }
}

/// The name of the parameters of a request, or of another type, without path and type parameters.
fn short_name(full: &'static str) -> &'static str {
    let mut depth = 0_u32;
    let mut parameters = full;
    for (at, character) in full.char_indices() {
        match character {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 1 => parameters = full[at + 1..].trim_start(),
            _ => {}
        }
    }
    let path = parameters.split(['<', '>']).next().unwrap_or_default();
    match path.rsplit("::").next().unwrap_or_default() {
        // The name of a type omits parameters that have their default.
        "Request" => "Ready",
        name => name,
    }
}

/// A [`Call`] that awaits a request. `|context| request` builds it from a `&Context`; `=> |returned|`
/// keeps something of the return value for later calls.
macro_rules! call {
    (|$context:ident| $request:expr) => {
        call!(@ $context, $request, $request.await.map(drop))
    };
    (|$context:ident| $request:expr => |$returned:ident| $keep:expr) => {
        call!(@ $context, $request, {
            let $returned = $request.await?;
            $keep;
            Ok(())
        })
    };
    (@ $context:ident, $request:expr, $result:expr) => {
        $crate::catalogue::Call {
            send: |context| {
                Box::pin(async move {
                    let $context = &context;
                    $result
                })
            },
            describe: |$context| $crate::catalogue::call::Description::of(&$request),
        }
    };
}

/// A [`Call`] that awaits the first item of a stream: `|context| stream`.
macro_rules! first_of {
    (|$context:ident| $stream:expr) => {
        $crate::catalogue::Call {
            send: |context| {
                Box::pin(async move {
                    let $context = &context;
                    let mut stream = $stream;
                    let first = futures_util::StreamExt::next(&mut stream).await;
                    first.transpose().map(drop)
                })
            },
            describe: |$context| $crate::catalogue::call::Description::of(&$stream),
        }
    };
}

pub(super) use {call, first_of};
