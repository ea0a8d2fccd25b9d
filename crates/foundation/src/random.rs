//! Where chance comes from: the operating system. A [twin](crate::twin) alone may replay it from a number.

use crate::error::{Error, Result};
use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use aws_lc_rs::rand;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::{Builder, Uuid};

/// Made by a twin, and by nothing else.
static REPLAY: OnceLock<Replay> = OnceLock::new();

/// Random bytes.
///
/// # Errors
/// When the operating system gives none.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    if let Some(replay) = REPLAY.get() {
        return Ok(replay.bytes());
    }
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::internal("the operating system gives no randomness"))?;
    Ok(bytes)
}

/// A UUID that says nothing.
pub fn uuid_v4() -> Uuid {
    match REPLAY.get() {
        Some(replay) => Builder::from_random_bytes(replay.bytes()).into_uuid(),
        None => Uuid::new_v4(),
    }
}

/// A UUID whose first half is its time, so that rows made together lie together.
pub fn uuid_v7() -> Uuid {
    match REPLAY.get() {
        Some(replay) => Builder::from_unix_timestamp_millis(replay.next_millisecond(), &replay.bytes()).into_uuid(),
        None => Uuid::now_v7(),
    }
}

/// What looks like chance and is the same again for the same number, drawn in the same order.
#[derive(Debug)]
pub(crate) struct Replay {
    number: u64,
    drawn: AtomicU64,
}

/// Where the times of replayed UUIDs begin: with the year 2020.
const FIRST_MILLISECOND: u64 = 1_577_836_800_000;

impl Replay {
    /// From now on all chance of this process is this.
    ///
    /// # Errors
    /// When it is replayed already.
    pub(crate) fn begin(number: u64) -> std::result::Result<(), String> {
        let replay = Self { number, drawn: AtomicU64::new(0) };
        REPLAY.set(replay).map_err(|_| "chance is replayed in this process already".to_owned())
    }

    /// How much was drawn; nothing where nothing is replayed.
    pub(crate) fn mark() -> Option<u64> {
        REPLAY.get().map(|replay| replay.drawn.load(Ordering::Relaxed))
    }

    /// Goes on from where so much was drawn.
    pub(crate) fn go_back(mark: Option<u64>) {
        if let (Some(replay), Some(mark)) = (REPLAY.get(), mark) {
            replay.drawn.store(mark, Ordering::Relaxed);
        }
    }

    fn next_millisecond(&self) -> u64 {
        FIRST_MILLISECOND + self.drawn.load(Ordering::Relaxed)
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        for part in bytes.chunks_mut(SHA256_OUTPUT_LEN) {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            let block = digest(&SHA256, &[self.number.to_be_bytes(), drawn.to_be_bytes()].concat());
            part.copy_from_slice(&block.as_ref()[..part.len()]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_and_never_the_same_twice() {
        let replay = |number| Replay { number, drawn: AtomicU64::new(0) };
        let (one, again, other) = (replay(1), replay(1), replay(2));
        let drawn: [[u8; 48]; 3] = std::array::from_fn(|_| one.bytes());
        assert_eq!(drawn, std::array::from_fn(|_| again.bytes()));
        assert_ne!(drawn[0], drawn[1]);
        assert_ne!(drawn[0][..16], drawn[0][32..]);
        assert_ne!(drawn[0], other.bytes());
        let (before, _) = (one.next_millisecond(), one.bytes::<10>());
        assert!(before < one.next_millisecond());
    }

    #[test]
    fn nothing_is_replayed_unless_a_twin_says_so() {
        assert!(REPLAY.get().is_none());
        assert_ne!(bytes::<16>().unwrap(), bytes::<16>().unwrap());
        assert_ne!((uuid_v4(), uuid_v7()), (uuid_v4(), uuid_v7()));
        assert_eq!((uuid_v4().get_version_num(), uuid_v7().get_version_num()), (4, 7));
    }
}
