//! One file a command.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod breach_filter;
pub(crate) mod copy;
pub(crate) mod doctor;
pub(crate) mod health;
pub(crate) mod keys;
pub(crate) mod mail;
pub(crate) mod migrate;
pub(crate) mod outbox;
pub(crate) mod project;
pub(crate) mod rbac;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod sso;

/// Writes a line to stdout at once. A closed pipe is not an error: `guildhall audit | head` is fine.
pub(crate) fn print(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// What the API says about an error, for the terminal.
pub(crate) fn explain(error: foundation::error::Error) -> String {
    match error {
        foundation::error::Error::Api(error, message) | foundation::error::Error::Kept(error, message) => {
            format!("{} ({})", message.as_deref().unwrap_or(error.message()), error.error_type())
        }
        other => other.to_string(),
    }
}
