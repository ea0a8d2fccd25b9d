//! How a command ends: with words for people, and a number for scripts.

use foundation::error::{ApiError, Error};
use std::fmt;
use std::process::ExitCode;

/// What the exit status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    Usage,
    NotFound,
    Unavailable,
}

impl Exit {
    pub(crate) const ALL: [Self; 5] = [Self::Done, Self::Failed, Self::Usage, Self::NotFound, Self::Unavailable];

    /// The number, on which scripts rely.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            // As clap ends.
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Unavailable => 4,
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Done => "It is done.",
            Self::Failed => "It was refused or has failed, or a check found something wrong.",
            Self::Usage => "The command line, a variable or the configuration file is wrong.",
            Self::NotFound => {
                "What was named is not there: a project, an organization, a member, a session, a database."
            }
            Self::Unavailable => {
                "The database cannot be reached or is too busy, or another guildhall holds it. Try again later."
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    words: String,
}

impl Failure {
    pub(crate) fn usage(words: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, words: words.into() }
    }

    pub(crate) fn not_found(words: impl Into<String>) -> Self {
        Self { exit: Exit::NotFound, words: words.into() }
    }

    pub(crate) fn unavailable(words: impl Into<String>) -> Self {
        Self { exit: Exit::Unavailable, words: words.into() }
    }

    /// The same, in words that have more in front.
    pub(crate) fn after(self, words: impl fmt::Display) -> Self {
        Self { words: format!("{words}: {}", self.words), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl From<Failure> for String {
    fn from(failure: Failure) -> Self {
        failure.words
    }
}

impl From<String> for Failure {
    fn from(words: String) -> Self {
        Self { exit: Exit::Failed, words }
    }
}

impl From<&str> for Failure {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<database::Error> for Failure {
    fn from(error: database::Error) -> Self {
        let words = error.to_string();
        match error {
            database::Error::Unavailable(_) | database::Error::NoSpace(_) | database::Error::TooSlow(_) => {
                Self::unavailable(words)
            }
            _ => words.into(),
        }
    }
}

/// What the API says about an error, with where to look instead.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (error, message) = match error {
            Error::Api(error, message) | Error::Kept(error, message) => (error, message),
            Error::TooMany(..) | Error::Locked(_) | Error::Conflict | Error::Unavailable(_) => {
                return Self::unavailable(error.to_string());
            }
            Error::Internal(_) => return error.to_string().into(),
        };
        let told = message.as_deref().unwrap_or(error.message());
        let instead = way_out(error).map(|way| format!(" {way}")).unwrap_or_default();
        let words = format!("{told}{instead} ({})", error.error_type());
        if error.status().as_u16() == 404 { Self::not_found(words) } else { words.into() }
    }
}

fn way_out(error: ApiError) -> Option<&'static str> {
    Some(match error {
        ApiError::OrganizationNotFound => "`guildhall organization search` looks by a part of the name.",
        ApiError::MemberNotFound => "`guildhall member search` looks by a part of the address.",
        ApiError::SessionNotFound => "`guildhall session list` shows those of a member.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_differs_from_what_does_not_answer() {
        let of = |error: Error| Failure::from(error).exit;
        assert_eq!(of(ApiError::ProjectNotFound.into()), Exit::NotFound);
        assert_eq!(of(ApiError::InvalidEmail.into()), Exit::Failed);
        assert_eq!(of(Error::Unavailable("gone".into())), Exit::Unavailable);
        assert_eq!(of(Error::internal("odd")), Exit::Failed);
        let failure = Failure::not_found("no such thing").after("--from");
        assert_eq!((failure.exit, failure.to_string().as_str()), (Exit::NotFound, "--from: no such thing"));
    }
}
