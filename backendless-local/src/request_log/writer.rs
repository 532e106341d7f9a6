//! Writes requests as lines, in a thread of its own: masking the secrets of a request would delay all others.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Entry;
use super::line::line;
use super::masking::Secrets;

/// Maximum number of requests in the queue. A further one is being written. Each may take about 80 KiB of memory: two bodies
/// of 16 KiB, the headers of two messages of 8 KiB, and a path of 8192 characters of up to 4 bytes.
const MAX_WAITING: usize = 64;

/// Time between attempts to write to a non-blocking output that is full.
const RETRY_INTERVAL: Duration = Duration::from_millis(10);

/// Completes when the line of a request is written.
pub(crate) type Written = oneshot::Receiver<()>;

/// The thread that writes the lines, in the order in which the requests were added.
pub(super) struct LineWriter {
    /// `None` once it has ended.
    thread: Mutex<Option<Thread>>,
}

struct Thread {
    sender: SyncSender<Waiting>,
    /// Disconnected at the end of the thread.
    ended: Receiver<()>,
}

/// A request whose line is not written yet.
struct Waiting {
    entry: Arc<Entry>,
    written: oneshot::Sender<()>,
}

impl LineWriter {
    pub(super) fn start(
        output: impl Write + Send + 'static,
        secrets: Arc<Secrets>,
    ) -> io::Result<LineWriter> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let thread = std::thread::Builder::new().name("local-log".to_owned());
        let (end, ended) = channel::<()>();
        // The handle is dropped: a thread whose output accepts nothing cannot be joined.
        thread.spawn(move || {
            let _end = end;
            write(&receiver, output, &secrets);
        })?;
        let thread = Some(Thread { sender, ended });
        Ok(LineWriter {
            thread: Mutex::new(thread),
        })
    }

    /// Adds a request. If [`MAX_WAITING`] requests wait already, this waits for the output. Blocks the HTTP thread, so that
    /// memory stays limited.
    pub(super) fn add(&self, entry: Arc<Entry>) -> Written {
        let (written, receiver) = oneshot::channel();
        if let Some(thread) = &*self.thread() {
            // It fails only if the thread panicked. Then the receiver completes, too.
            let _ = thread.sender.send(Waiting { entry, written });
        }
        receiver
    }

    /// Waits until the lines of all requests are written, or for a time limit: the output may accept nothing. The lines of
    /// further requests are not written.
    pub(super) fn finish(&self, limit: Duration) {
        let thread = self.thread().take();
        if let Some(Thread { sender, ended }) = thread {
            drop(sender);
            // It always fails: at the end of the thread, or after the limit.
            let _ = ended.recv_timeout(limit);
        }
    }

    fn thread(&self) -> MutexGuard<'_, Option<Thread>> {
        self.thread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(receiver: &Receiver<Waiting>, mut output: impl Write, secrets: &Secrets) {
    for Waiting { entry, written } in receiver {
        let mut line = line(&entry, secrets);
        line.push('\n');
        // A closed output does not stop the server.
        let _ = write_line(&mut output, line.as_bytes());
        // The receiver is gone if the client has closed its connection.
        let _ = written.send(());
    }
}

/// Writes all of a line, also to an output that is non-blocking: a program that shares stderr, such as the command of `exec`,
/// may set that for all.
fn write_line(output: &mut impl Write, mut line: &[u8]) -> io::Result<()> {
    while !line.is_empty() {
        match output.write(line) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(length) => line = line.get(length..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::thread::sleep(RETRY_INTERVAL);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Sender;

    use super::*;
    use crate::clock::Clock;
    use crate::request_log::{Capture, Exchange, Message, RequestLog};

    /// Time limit of what happens at once, unless the test fails.
    const LIMIT: Duration = Duration::from_secs(60);

    /// An output that waits before each line.
    struct Gate {
        passes: Receiver<()>,
        lines: Sender<String>,
    }

    impl Write for Gate {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            // No pass comes at the end of a test that has failed.
            let _ = self.passes.recv();
            let text = String::from_utf8(line.to_vec()).unwrap();
            let _ = self.lines.send(text);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns a log that writes a line for each pass, and the lines.
    fn gated() -> (RequestLog, Sender<()>, Receiver<String>) {
        let (pass, passes) = channel();
        let (sender, lines) = channel();
        let gate = Gate {
            passes,
            lines: sender,
        };
        let log = RequestLog::new(Clock::default(), Vec::new(), 1);
        (log.with_lines(gate).unwrap(), pass, lines)
    }

    fn add(log: &RequestLog, path: &str, response: Capture) -> Written {
        let exchange = Exchange {
            method: "GET".to_owned(),
            path: path.to_owned(),
            template: None,
            status: Some(200),
            fault: None,
            request: Message::default(),
            response: Message {
                body: response,
                ..Message::default()
            },
        };
        log.add(log.arrival(), exchange).unwrap()
    }

    fn path(line: &str) -> String {
        assert!(line.ends_with("}\n"), "{line}");
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["path"].as_str().unwrap().to_owned()
    }

    #[test]
    fn adding_a_request_neither_masks_it_nor_writes_its_line() {
        let (log, pass, lines) = gated();
        let mut first = add(&log, "/first", Capture::default());
        let response = Capture::default();
        let second = add(&log, "/canary", response.clone());
        // The thread has not read it yet, because the first line is not written.
        response.record(br#"{"password": "canary"}"#);
        assert!(first.try_recv().is_err());
        for _ in 0..2 {
            pass.send(()).unwrap();
        }
        second.blocking_recv().unwrap();
        let written: Vec<_> = lines.try_iter().map(|line| path(&line)).collect();
        assert_eq!(written, ["/first", "/***"]);
    }

    #[test]
    fn all_lines_are_written_at_the_end_in_the_order_of_the_requests() {
        let (log, pass, lines) = gated();
        let paths: Vec<_> = (0..MAX_WAITING)
            .map(|number| format!("/{number}"))
            .collect();
        for path in &paths {
            drop(add(&log, path, Capture::default()));
            pass.send(()).unwrap();
        }
        log.finish(LIMIT);
        let written: Vec<_> = lines.try_iter().map(|line| path(&line)).collect();
        assert_eq!(written, paths);
        // No line follows, and nothing waits for one.
        assert!(
            add(&log, "/late", Capture::default())
                .blocking_recv()
                .is_err()
        );
    }

    /// An output with a result for each write: how many bytes it accepts, or an error.
    struct Script {
        results: std::vec::IntoIter<Result<usize, io::ErrorKind>>,
        written: Vec<u8>,
    }

    impl Script {
        fn new(results: Vec<Result<usize, io::ErrorKind>>) -> Script {
            Script {
                results: results.into_iter(),
                written: Vec::new(),
            }
        }
    }

    impl Write for Script {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = self.results.next().unwrap()?.min(bytes.len());
            self.written.extend(&bytes[..length]);
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_complete_though_the_output_does_not_block() {
        use io::ErrorKind::{Interrupted, WouldBlock};
        let results = vec![Ok(3), Err(WouldBlock), Err(Interrupted), Ok(2), Ok(100)];
        let mut output = Script::new(results);
        write_line(&mut output, b"the line\n").unwrap();
        assert_eq!(output.written, b"the line\n");
        assert_eq!(output.results.next(), None);
    }

    #[test]
    fn a_line_of_an_output_that_fails_is_given_up() {
        use io::ErrorKind::{BrokenPipe, WriteZero};
        for (result, kind) in [(Err(BrokenPipe), BrokenPipe), (Ok(0), WriteZero)] {
            let mut output = Script::new(vec![Ok(3), result]);
            let error = write_line(&mut output, b"the line\n").unwrap_err();
            assert_eq!(error.kind(), kind);
            assert_eq!(output.written, b"the");
        }
    }

    #[test]
    fn the_end_waits_for_an_output_that_accepts_nothing_only_until_the_limit() {
        let (log, pass, lines) = gated();
        let log = Arc::new(log);
        let mut first = add(&log, "/first", Capture::default());
        let (finished, is_finished) = channel();
        let finishing = std::thread::spawn({
            let log = Arc::clone(&log);
            move || {
                log.finish(Duration::ZERO);
                finished.send(()).unwrap();
            }
        });
        assert_eq!(is_finished.recv_timeout(LIMIT), Ok(()));
        finishing.join().unwrap();
        assert!(first.try_recv().is_err());
        let late = add(&log, "/late", Capture::default());
        assert!(late.blocking_recv().is_err());
        // The thread remains, for an output that accepts lines later.
        pass.send(()).unwrap();
        first.blocking_recv().unwrap();
        assert_eq!(path(&lines.recv().unwrap()), "/first");
    }

    #[test]
    fn the_number_of_requests_that_wait_for_their_lines_is_limited() {
        let (log, pass, lines) = gated();
        let log = Arc::new(log);
        let (added, all_added) = channel();
        let adding = std::thread::spawn({
            let log = Arc::clone(&log);
            move || {
                for number in 0..2 * MAX_WAITING {
                    drop(add(&log, "/x", Capture::default()));
                    added.send(number).unwrap();
                }
            }
        });
        // The thread has one of them.
        for _ in 0..=MAX_WAITING {
            all_added.recv().unwrap();
        }
        // Lets the other thread run.
        for _ in 0..10_000 {
            std::thread::yield_now();
        }
        assert!(all_added.try_recv().is_err());
        for _ in 0..2 * MAX_WAITING {
            pass.send(()).unwrap();
        }
        adding.join().unwrap();
        log.finish(LIMIT);
        assert_eq!(lines.try_iter().count(), 2 * MAX_WAITING);
    }
}
