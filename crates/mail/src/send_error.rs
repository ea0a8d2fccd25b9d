//! Why a mail was not taken.

use super::one_line::one_line;
use lettre::transport::smtp::Error;

/// Why a mail was not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum SendError {
    /// The server refused it for good; another try would end the same way.
    Permanent(String),
    /// It may work later.
    Transient(String),
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        match error.is_permanent() && !is_about_us(&error) {
            true => Self::Permanent(described(&error)),
            false => Self::Transient(described(&error)),
        }
    }
}

/// Whether the server refuses this server, not the mail: it wants a login, or the password is wrong (RFC 4954,
/// section 6). The operator will put that right, and the mail must still be there then.
fn is_about_us(error: &Error) -> bool {
    error.status().is_some_and(|code| ["530", "534", "535", "538"].contains(&code.to_string().as_str()))
}

/// The error and its causes: by itself the error says no more than "Connection error". What the server says is not
/// ours and is kept short.
pub(crate) fn described(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    if text.contains("STARTTLS is not supported") {
        text = "the SMTP server does not offer STARTTLS, and mail, or the password, would be readable on the way; use \
                smtps://, or allow it with ?starttls=optional at the end of the URL"
            .to_owned();
    }
    one_line(&text)
}
