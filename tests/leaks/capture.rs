//! All log lines of the process, from `tracing` and `log`, and the messages of all panics.

use std::io;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::fmt::format::FmtSpan;

use crate::canaries::assert_none;

/// The log is global to the process, so only one test captures at a time.
static LOCK: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Captures the log until it is dropped.
pub(crate) struct Capture {
    _guard: tokio::sync::MutexGuard<'static, ()>,
}

impl Capture {
    pub(crate) async fn start() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
                .with_ansi(false)
                .with_writer(|| Writer)
                .init();
            let print = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                lines().extend_from_slice(format!("panic: {panic}\n").as_bytes());
                print(panic);
            }));
        });
        let guard = LOCK.lock().await;
        lines().clear();
        Self { _guard: guard }
    }

    /// The lines since the last call.
    pub(crate) fn take(&self) -> String {
        let lines = std::mem::take(&mut *lines());
        String::from_utf8(lines).expect("lines are text")
    }

    /// Asserts that the lines since the last call contain no canary.
    #[track_caller]
    pub(crate) fn assert_clean(&self, context: &str) {
        assert_none(context, &self.take());
    }
}

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
