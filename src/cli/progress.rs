//! A line on standard error while a run takes long; only on a terminal.

use super::output::Output;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that takes less is not worth a line.
const PATIENCE: Duration = Duration::from_millis(1500);
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
        if output.quiet || !io::stderr().is_terminal() {
            return Self { done, thread: None };
        }
        let signal = Arc::new(Signal::default());
        let thread = std::thread::spawn({
            let (done, signal) = (Arc::clone(&done), Arc::clone(&signal));
            move || show(total, &done, &signal)
        });
        Self { done, thread: Some((thread, signal)) }
    }

    /// One more is done.
    pub(super) fn one_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
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

fn show(total: u64, done: &AtomicU64, signal: &Signal) {
    let began = Instant::now();
    let mut drawn = false;
    let mut wait = PATIENCE;
    let mut over = signal.over.lock().unwrap_or_else(PoisonError::into_inner);
    while !*over {
        let waited = signal.changed.wait_timeout(over, wait);
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        over = guard;
        if timeout.timed_out() && !*over {
            let so_far = match total {
                1 => String::new(),
                n => format!(" replication {} of {n},", done.load(Ordering::Relaxed)),
            };
            let line = format!("\r\x1b[Ksimulating:{so_far} {} s", began.elapsed().as_secs());
            drawn = io::stderr().write_all(line.as_bytes()).is_ok() || drawn;
            wait = INTERVAL;
        }
    }
    if drawn {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}
