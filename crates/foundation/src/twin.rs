//! A twin: a whole server for the tests of an app, which move its time and may replay its chance.
//!
//! Whoever reaches one can log in as anybody, so there is no way to make a [`Twin`] but for the machine it runs on.

use crate::random::Replay;
use crate::this_machine;
use crate::time::{self, SECOND};
use database::Timestamp;
use passwords::Parameters;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

/// What is different in a twin.
#[derive(Debug)]
pub struct Twin {
    /// How far its clock is ahead of the machine's, in microseconds.
    ahead: AtomicI64,
    /// How much chance was drawn where [`Twin::begin_anew`] goes back to.
    mark: OnceLock<Option<u64>>,
}

/// How far the clock may be ahead: a hundred years.
const FARTHEST: i64 = 100 * 365 * 24 * 3600 * SECOND;

impl Twin {
    /// A twin that listens here and is known by this URL. With a number, all chance of the process is replayed from it.
    ///
    /// # Errors
    /// In words, when anybody but this machine could reach it.
    pub fn new(listening: SocketAddr, public_url: &str, number: Option<u64>) -> Result<Self, String> {
        if !listening.ip().is_loopback() {
            return Err(format!(
                "--dev makes a twin for tests, in which whoever reaches it is whoever they want to be, and {listening} can be \
                 reached from elsewhere; give --listen 127.0.0.1:0, or leave --dev out"
            ));
        }
        if !this_machine::is_place_of(public_url) {
            return Err(format!(
                "--dev makes a twin for tests, which is known to this machine only, and --public-url {public_url} leads \
                 elsewhere; leave --public-url out, or leave --dev out"
            ));
        }
        number.map_or(Ok(()), Replay::begin)?;
        Ok(Self { ahead: AtomicI64::new(0), mark: OnceLock::new() })
    }

    /// What a password is hashed with: as little as there can be. No password here is worth more.
    pub const PASSWORDS: Parameters = Parameters { memory_kib: 8, iterations: 1, lanes: 1 };

    /// The time in it.
    pub fn now(&self) -> Timestamp {
        Timestamp(time::system_now().0 + self.ahead())
    }

    /// How far its clock is ahead of the machine's, in microseconds.
    pub fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Sets the clock forward by so many seconds; whether that was possible. It never goes back, for what was found to be
    /// over must stay so.
    pub fn advance(&self, seconds: i64) -> bool {
        let by = seconds.saturating_mul(SECOND);
        self.set_ahead(|ahead| ahead.saturating_add(by))
    }

    /// The same, to a time.
    pub fn advance_to(&self, time: Timestamp) -> bool {
        self.set_ahead(|_| time.0.saturating_sub(time::system_now().0))
    }

    fn set_ahead(&self, to: impl Fn(i64) -> i64) -> bool {
        let forward = |ahead: i64| Some(to(ahead)).filter(|to| (ahead..=FARTHEST).contains(to));
        self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, forward).is_ok()
    }

    /// All that there is to begin with is there.
    pub fn is_ready(&self) {
        self.mark.get_or_init(Replay::mark);
    }

    /// Time and chance go back to where they were when it was ready; whoever calls this has nothing left from after that.
    pub fn begin_anew(&self) {
        self.ahead.store(0, Ordering::Relaxed);
        Replay::go_back(self.mark.get().copied().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t78_only_this_machine_can_have_a_twin() {
        let local = "127.0.0.1:7400";
        for (listening, url) in [
            ("0.0.0.0:7400", "http://127.0.0.1:7400"),
            ("[::]:7400", "http://127.0.0.1:7400"),
            ("192.0.2.1:7400", "http://127.0.0.1:7400"),
            (local, "https://auth.example.com"),
            (local, "http://127.0.0.1.example.com"),
            (local, "http://0.0.0.0:7400"),
            (local, "http://localhost.example.com"),
            (local, "nonsense"),
        ] {
            let refused = Twin::new(listening.parse().unwrap(), url, None).unwrap_err();
            assert!(refused.contains("leave --dev out"), "{listening} {url}: {refused}");
        }
        for (listening, url) in
            [(local, "http://127.0.0.1:7400"), ("[::1]:1", "http://[::1]:1"), (local, "https://localhost")]
        {
            assert!(Twin::new(listening.parse().unwrap(), url, None).is_ok(), "{listening} {url}");
        }
    }

    #[test]
    fn the_clock_goes_forward_only_until_all_begins_anew() {
        let twin = Twin::new("127.0.0.1:1".parse().unwrap(), "http://127.0.0.1:1", None).unwrap();
        let at = |hours: i64| Timestamp(time::system_now().0 + hours * 3600 * SECOND);
        assert!(!twin.advance_to(at(-1)) && !twin.advance(-1) && twin.ahead() == 0);
        assert!(twin.advance(3600) && twin.advance(60) && twin.ahead() == 3660 * SECOND);
        assert!(twin.advance_to(at(48)));
        assert!(twin.now() >= at(47) && twin.now() <= at(49));
        assert!(!twin.advance_to(at(47)) && twin.now() >= at(47));
        for farther in [at(24 * 365 * 101), Timestamp(i64::MAX), Timestamp(i64::MIN)] {
            assert!(!twin.advance_to(farther) && !twin.advance(farther.0));
        }
        assert!(twin.now() <= at(49));
        twin.begin_anew();
        assert!(twin.now() < at(1));
    }
}
