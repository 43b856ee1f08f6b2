//! A line on standard error while a run takes long; only on a terminal.

use super::output::Output;
use crate::report::units::{duration_s, whole};
use crate::sweep;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that takes less is not worth a line.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Back to the beginning of the line, and away with what stands there.
const CLEAR: &[u8] = b"\r\x1b[K";
/// Whether a line is on the terminal, of which the program has one.
static DRAWN: AtomicBool = AtomicBool::new(false);
/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(250);

/// Shows how far the work is until it is dropped.
pub(super) struct Progress {
    done: Arc<AtomicU64>,
    thread: Option<(JoinHandle<()>, Arc<Signal>)>,
}

#[derive(Default)]
struct Signal {
    over: Mutex<bool>,
    changed: Condvar,
}

impl Progress {
    /// Of so many replications.
    pub(super) fn start(total: u64, output: Output) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&done);
        let line = move |elapsed: Duration| {
            let so_far = match total {
                1 => String::new(),
                n => format!(" replication {} of {n},", seen.load(Ordering::Relaxed)),
            };
            format!("simulating:{so_far} {} s", elapsed.as_secs())
        };
        Self { done, thread: watch(output, line) }
    }

    /// Of a sweep of so many rows.
    pub(super) fn of_sweep(total: u64, progress: Arc<sweep::Progress>, output: Output) -> Self {
        // A resumed sweep has rows that this command did not make.
        let before = progress.done() as u64;
        let line = move |elapsed: Duration| sweep_line(before, progress.done() as u64, total, elapsed);
        Self { done: Arc::default(), thread: watch(output, line) }
    }

    /// One more is done.
    pub(super) fn one_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Configurations done, rate, time left.
fn sweep_line(before: u64, done: u64, total: u64, elapsed: Duration) -> String {
    let so_far = format!("sweeping: {} of {} runs", whole(done), whole(total));
    let rate = done.saturating_sub(before) as f64 / elapsed.as_secs_f64().max(1e-9);
    if done <= before {
        return format!("{so_far}, {} s", elapsed.as_secs());
    }
    let left = total.saturating_sub(done) as f64 / rate;
    format!("{so_far}, {} a second, {} left", whole(rate.round() as u64), duration_s(left.ceil()))
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((thread, signal)) = self.thread.take() {
            *signal.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
            signal.changed.notify_all();
            // A line that could not be drawn is no reason to fail.
            let _ = thread.join();
        }
    }
}

/// Starts to show a line, if somebody looks.
fn watch(
    output: Output,
    line: impl Fn(Duration) -> String + Send + 'static,
) -> Option<(JoinHandle<()>, Arc<Signal>)> {
    if output.quiet || !io::stderr().is_terminal() {
        return None;
    }
    let signal = Arc::new(Signal::default());
    let thread = std::thread::spawn({
        let signal = Arc::clone(&signal);
        move || show(&line, &signal)
    });
    Some((thread, signal))
}

fn show(line: &dyn Fn(Duration) -> String, signal: &Signal) {
    let began = Instant::now();
    let mut drawn = false;
    let mut wait = PATIENCE;
    let mut over = signal.over.lock().unwrap_or_else(PoisonError::into_inner);
    while !*over {
        let waited = signal.changed.wait_timeout(over, wait);
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        over = guard;
        if timeout.timed_out() && !*over {
            let line = format!("\r\x1b[K{}", line(began.elapsed()));
            drawn = io::stderr().write_all(line.as_bytes()).is_ok() || drawn;
            DRAWN.store(drawn, Ordering::Relaxed);
            wait = INTERVAL;
        }
    }
    if drawn {
        let _ = io::stderr().write_all(CLEAR);
        DRAWN.store(false, Ordering::Relaxed);
    }
}

/// What takes the line away, where one is drawn: whoever says something else there puts it before.
pub(super) fn clear() -> &'static [u8] {
    if DRAWN.load(Ordering::Relaxed) { CLEAR } else { b"" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_tells_rate_and_time_left() {
        let line = sweep_line(0, 25_000, 100_000, Duration::from_secs(10));
        assert_eq!(line, "sweeping: 25,000 of 100,000 runs, 2,500 a second, 30s left");
        let line = sweep_line(0, 0, 10, Duration::from_secs(3));
        assert_eq!(line, "sweeping: 0 of 10 runs, 3 s");
    }
}
