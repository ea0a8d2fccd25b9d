//! What is said to whoever sits at the terminal, beside what a command answers.

use std::io::Write as _;

/// Says something beside what a command answers, on stderr.
pub(crate) fn warn(line: &str) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "guildhall: {line}");
}
