//! Limits of time and number, so that clients cannot use up the resources of a server.

use std::time::Duration;

/// Limits of the connections and requests of a server; set with
/// [`Builder::limits`](crate::Builder::limits).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use backendless_local::{Limits, Server};
///
/// let limits = Limits::default().header_timeout(Duration::from_secs(1)).connections(10);
/// let server = Server::builder().limits(limits).start().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub(crate) connections: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) memory: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 1_000,
            header_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(120),
            stall_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(60),
            memory: 1024 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// Sets the maximum number of connections, and of requests that run at the same time, at least
    /// 1. Further ones wait. Default: 1,000.
    pub fn connections(mut self, max: usize) -> Limits {
        self.connections = max.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// Sets the time from the first byte of a request, or from the acceptance of a connection, until
    /// the last byte of the headers. After it the connection is closed. Default: 30 seconds.
    pub fn header_timeout(mut self, time: Duration) -> Limits {
        self.header_timeout = bounded(time);
        self
    }

    /// Sets the time after which a connection without a request is closed. Default: 2 minutes, which
    /// is more than the 90 seconds after which most clients close it themselves.
    pub fn idle_timeout(mut self, time: Duration) -> Limits {
        self.idle_timeout = bounded(time);
        self
    }

    /// Sets the time for which a client may send less than 1 KiB of the rest of a body, or not read the
    /// rest of a response. Default: 60 seconds.
    pub fn stall_timeout(mut self, time: Duration) -> Limits {
        self.stall_timeout = bounded(time);
        self
    }

    /// Sets the time from the headers to the end of a JSON body, and the time for which the rest of a
    /// body that is not needed is received before the response is sent. In the form of an upload it
    /// is the time for everything but the content of the file, which has only the
    /// [`stall_timeout`](Limits::stall_timeout). Default: 60 seconds.
    pub fn body_timeout(mut self, time: Duration) -> Limits {
        self.body_timeout = bounded(time);
        self
    }

    /// Sets the maximum size in bytes of the data of all services of a server without a data folder:
    /// rows, users, sessions, messages, e-mails, cache values. A write that exceeds it fails with
    /// status 500. The bytes of files are on disk and not limited. Default: 1 GiB.
    pub fn memory(mut self, bytes: u64) -> Limits {
        self.memory = bytes;
        self
    }
}

/// A time that can be added to any time of the clock.
fn bounded(time: Duration) -> Duration {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    time.min(YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_defaults() {
        let limits = Limits::default();
        let seconds = |time: Duration| format!("{} s", time.as_secs());
        for (name, value) in [
            ("header_timeout", seconds(limits.header_timeout)),
            (
                "idle_timeout",
                format!("{} min", limits.idle_timeout.as_secs() / 60),
            ),
            ("stall_timeout", seconds(limits.stall_timeout)),
            ("body_timeout", seconds(limits.body_timeout)),
            ("memory", format!("{} GiB", limits.memory >> 30)),
        ] {
            let cells = format!(" | {value} | `{name}` |\n");
            assert!(crate::README.contains(&cells), "{cells}");
        }
        assert_eq!(limits.connections, 1_000);
        assert!(crate::README.contains(" | 1,000 | `connections` |\n"));
    }
}
