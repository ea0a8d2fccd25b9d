//! What is said to whoever sits at the terminal: what a command answers, and what is said beside it.

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal as _, Write as _};

/// Of a word that says that all is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Of one that asks for a look.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// Of one that says that something is wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Of what stands above others.
pub(crate) const HEADING: Style = Style::new().bold();

/// A word in a style, which [`print`] leaves out where nobody wants colours.
pub(crate) fn styled(style: Style, word: &str) -> String {
    format!("{style}{word}{style:#}")
}

/// Writes a line to stdout at once, without colours where nobody wants them. A closed pipe is not an error: `guildhall audit |
/// head` is fine.
pub(crate) fn print(line: &str) {
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Says something beside what a command answers, on stderr.
pub(crate) fn warn(line: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(anstream::stderr(), "guildhall: {line}");
}

/// A line from stdin. On a terminal it is asked for, and what is typed is not shown.
pub(crate) fn read_unseen(prompt: &str) -> io::Result<String> {
    let stdin = io::stdin();
    let mut line = String::new();
    if !stdin.is_terminal() {
        stdin.read_line(&mut line)?;
        return Ok(line);
    }
    let _ = write!(anstream::stderr(), "{prompt}");
    let seen = tcgetattr(&stdin)?;
    let mut unseen = seen.clone();
    unseen.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &unseen)?;
    let read = stdin.read_line(&mut line);
    // Whatever came of it: the terminal is the person's again.
    tcsetattr(&stdin, OptionalActions::Now, &seen)?;
    let _ = writeln!(anstream::stderr());
    read.map(|_| line)
}

/// Says why a command failed.
pub(crate) fn fail(words: &str) {
    let _ = writeln!(anstream::stderr(), "{} {words}", styled(BAD, "guildhall:"));
}

/// Whether what goes to stderr may have colours: `NO_COLOR`, `CLICOLOR_FORCE` and the terminal say so.
pub(crate) fn colours_on_stderr() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// How many columns there are; `None` where stdout is no terminal.
pub(crate) fn width() -> Option<usize> {
    let size = terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
    size.map(|(width, _)| usize::from(width.0))
}
