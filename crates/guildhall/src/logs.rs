//! Logs go to stderr. They hold no token, code, address or body: operations, statuses, ids.
//!
//! A request does not wait for its line to be written: lines are handed to a thread, which writes those that have
//! gathered at once. Only when it falls thousands of lines behind does a request wait.

use crate::terminal;
use std::io::{self, Write as _};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;
use tracing::level_filters::LevelFilter;

/// Lines that may wait to be written.
const WAITING: usize = 8192;
/// Bytes that are written at once, about.
const BATCH: usize = 64 * 1024;
/// How long the thread lets lines gather. While it sleeps, handing one over costs no system call to wake it.
const GATHER: Duration = Duration::from_millis(5);

enum Entry {
    Line(Vec<u8>),
    /// Everything before it is written once this is answered.
    Flush(SyncSender<()>),
}

static WRITER: OnceLock<SyncSender<Entry>> = OnceLock::new();

/// What the options mean: whether logs are JSON, and from which level on.
pub(crate) fn check(format: Option<&str>, level: Option<&str>) -> Result<(bool, LevelFilter), String> {
    let level = level.unwrap_or("info");
    let level =
        level.parse().map_err(|_| format!("--log-level {level}: a log level is error, warn, info, debug or trace"))?;
    match format.unwrap_or("text") {
        "text" => Ok((false, level)),
        "json" => Ok((true, level)),
        other => Err(format!("--log-format {other}: a log format is text or json")),
    }
}

/// Starts logging.
pub(crate) fn start(format: Option<&str>, level: Option<&str>) -> Result<(), String> {
    let (json, level) = check(format, level)?;
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::Builder::new()
        .name("logs".into())
        .spawn(move || write(&receiver))
        .map_err(|error| format!("cannot start logging: {error}"))?;
    let writer = WRITER.get_or_init(|| sender).clone();
    let logs = tracing_subscriber::fmt().with_max_level(level).with_target(false);
    if json {
        logs.json().flatten_event(true).with_writer(move || Lines(writer.clone())).init();
    } else {
        let colours = terminal::colours_on_stderr();
        logs.with_ansi(colours).with_writer(move || Lines(writer.clone())).init();
    }
    Ok(())
}

/// Waits until everything logged so far is written.
pub(crate) fn flush() {
    let Some(writer) = WRITER.get() else { return };
    let (done, written) = sync_channel(1);
    if writer.send(Entry::Flush(done)).is_ok() {
        let _ = written.recv();
    }
}

fn write(receiver: &Receiver<Entry>) {
    let mut batch = Vec::new();
    while let Ok(first) = receiver.recv() {
        std::thread::sleep(GATHER);
        let mut flushed = Vec::new();
        let mut next = Some(first);
        while let Some(entry) = next.take() {
            match entry {
                Entry::Line(line) => batch.extend_from_slice(&line),
                Entry::Flush(done) => flushed.push(done),
            }
            if batch.len() < BATCH {
                next = receiver.try_recv().ok();
            }
        }
        // Where stderr is closed there is nobody to tell.
        let _ = io::stderr().write_all(&batch);
        batch.clear();
        for done in flushed {
            let _ = done.send(());
        }
    }
}

/// Hands over what is written to it; the formatter writes one event at a time.
struct Lines(SyncSender<Entry>);

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.send(Entry::Line(line.to_vec())).map_err(io::Error::other)?;
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
