//! What a transaction is opened for.

use crate::Kind;
use std::time::Duration;

/// What a transaction is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    /// A short read that nothing else may hold up.
    Check,
    /// A read of much, which must not hold up anything else.
    Scan,
    Write,
    /// Sees what others committed while it waited for the lock that keeps two from migrating at once.
    Migrate,
}

impl Mode {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Mode::Read => Kind::Read,
            Mode::Check => Kind::Check,
            Mode::Scan => Kind::Scan,
            Mode::Write | Mode::Migrate => Kind::Write,
        }
    }

    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Mode::Read | Mode::Check | Mode::Scan)
    }
}

/// How long a scan may wait for its turn, and how long it may then run.
pub(crate) const SCAN: Duration = Duration::from_secs(5);
