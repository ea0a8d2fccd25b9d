//! One file a command.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod breach_filter;
pub(crate) mod completions;
pub(crate) mod copy;
pub(crate) mod doctor;
pub(crate) mod keys;
pub(crate) mod man;
pub(crate) mod member;
pub(crate) mod migrate;
pub(crate) mod organization;
pub(crate) mod outbox;
pub(crate) mod project;
pub(crate) mod rbac;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod session;
pub(crate) mod sso;

/// Writes a line to stdout at once, without colours where nobody wants them. A closed pipe is not an error: `guildhall audit |
/// head` is fine.
pub(crate) fn print(line: &str) {
    use std::io::Write as _;
    let mut out = anstream::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}
