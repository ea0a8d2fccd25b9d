//! What to do when there is no connection to accept.

use std::io::{Error, ErrorKind};
use std::time::Duration;
use tokio::time::Instant;

const SHORTEST: Duration = Duration::from_millis(10);
const LONGEST: Duration = Duration::from_secs(1);
/// What happens all the time is logged once in this time.
const LOGGED_EVERY: Duration = Duration::from_secs(30);

/// The errors of a listener, one after the other.
pub(crate) struct AcceptErrors {
    pause: Duration,
    log: Occasional,
}

impl AcceptErrors {
    pub(crate) fn new() -> Self {
        Self { pause: SHORTEST, log: Occasional::default() }
    }

    /// It went well.
    pub(crate) fn end(&mut self) {
        self.pause = SHORTEST;
    }

    /// How long to wait before the listener is asked again. `None` when only this one connection is meant; errors of the
    /// process or the machine, of which too many open files is the usual one (accept(2)), have to pass.
    pub(crate) fn pause_after(&mut self, error: &Error) -> Option<Duration> {
        let kinds = [
            ErrorKind::ConnectionAborted,
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionRefused,
            ErrorKind::Interrupted,
        ];
        if kinds.contains(&error.kind()) {
            return None;
        }
        if let Some(times) = self.log.is_due() {
            tracing::error!(%error, times, "connections cannot be accepted");
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST);
        Some(pause)
    }
}

/// Something that is logged from time to time, however often it happens.
#[derive(Default)]
pub(crate) struct Occasional {
    logged: Option<Instant>,
    times: u64,
}

impl Occasional {
    /// It has happened. Says how often since it was logged, when it is to be logged.
    pub(crate) fn is_due(&mut self) -> Option<u64> {
        self.times += 1;
        if self.logged.is_some_and(|logged| logged.elapsed() < LOGGED_EVERY) {
            return None;
        }
        self.logged = Some(Instant::now());
        Some(std::mem::take(&mut self.times))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_wrong_with_the_process_has_to_pass() {
        let mut errors = AcceptErrors::new();
        assert_eq!(errors.pause_after(&ErrorKind::ConnectionAborted.into()), None);
        // EMFILE has no kind of its own.
        let too_many = || Error::from_raw_os_error(24);
        let pauses: Vec<_> = (0..10).filter_map(|_| errors.pause_after(&too_many())).collect();
        assert_eq!(pauses.len(), 10);
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!((pauses[0], pauses[9]), (SHORTEST, LONGEST));
        errors.end();
        assert_eq!(errors.pause_after(&too_many()), Some(SHORTEST));
    }

    #[tokio::test]
    async fn what_happens_often_is_logged_once_with_its_number() {
        let mut occasional = Occasional::default();
        assert_eq!(occasional.is_due(), Some(1));
        assert_eq!((occasional.is_due(), occasional.is_due()), (None, None));
        occasional.logged = None;
        assert_eq!(occasional.is_due(), Some(3));
    }
}
