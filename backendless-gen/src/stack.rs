//! Runs work that recurses into nested values on a stack that suffices for their maximum depth.

use std::any::Any;
use std::panic::resume_unwind;
use std::thread;

/// The size of the stack in bytes, which the system provides as it is used.
const SIZE: usize = 512 << 20;

/// Runs `work`, and returns what it panicked with if it did.
pub(crate) fn try_run<R: Send>(work: impl FnOnce() -> R + Send) -> thread::Result<R> {
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(SIZE);
        match worker.spawn_scoped(scope, work) {
            Ok(worker) => worker.join(),
            Err(error) => Err(Box::new(error.to_string()) as Box<dyn Any + Send>),
        }
    })
}

/// Runs `work` in a thread with a stack of 512 MiB. The recursive parts of the generator, and of the crates that it uses,
/// would overflow the normal stack of a thread before a document has the maximum depth.
///
/// # Panics
///
/// If `work` panics, or the system starts no thread.
#[doc(hidden)]
pub fn with_large_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    try_run(work).unwrap_or_else(|panic| resume_unwind(panic))
}
