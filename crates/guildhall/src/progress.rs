//! How far a long command is, for whoever watches it: a bar on stderr, and nothing where that is no terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use std::time::Duration;

/// How often it is drawn though nothing is done, so that time is seen to pass.
const TICK: Duration = Duration::from_millis(250);

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Rows,
    Bytes,
    Steps,
}

impl Unit {
    fn style(self) -> ProgressStyle {
        let counted = match self {
            Self::Rows => "{human_pos} of {human_len} rows, {per_sec}, {eta} left",
            Self::Bytes => "{bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            Self::Steps => "{pos} of {len}, since {elapsed}",
        };
        let style = ProgressStyle::with_template(&format!("{{msg}} {{bar:24}} {counted}"));
        style.unwrap_or_else(|_| ProgressStyle::default_bar())
    }
}

/// A bar. Whoever has a copy moves the same one.
#[derive(Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// One of as much to do as [`Progress::begin`] will say.
    pub(crate) fn new(what: &'static str, unit: Unit) -> Self {
        let bar =
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_finish(ProgressFinish::AndClear);
        bar.set_style(unit.style());
        bar.set_message(what);
        Self(bar)
    }

    /// One that nobody sees.
    pub(crate) fn unseen() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Whether anybody sees it. Finding out how much there is to do may cost something.
    pub(crate) fn is_seen(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Begins, perhaps once more.
    pub(crate) fn begin(&self, all: u64) {
        if self.is_seen() {
            self.0.reset();
            self.0.set_length(all);
            self.0.enable_steady_tick(TICK);
            self.0.tick();
        }
    }

    /// What is being done.
    pub(crate) fn at(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    pub(crate) fn add(&self, done: u64) {
        self.0.inc(done);
    }

    /// Ends; the line is empty again for what a command says.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
