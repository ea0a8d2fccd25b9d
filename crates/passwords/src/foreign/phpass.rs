//! phpass, the portable hashes of WordPress before 6.8 (`$P$`) and phpBB 3 (`$H$`): MD5, many times.

use super::cost::Cost;
use super::encoding::{crypt_base64, crypt_digit};
use super::fields::{Reader, Writer};
use super::refused::{Reason, Refused};
use super::{Read, Scheme};
use md5::{Digest as _, Md5};
use std::ops::RangeInclusive;

/// Which rounds there are, as powers of two.
const ROUNDS: RangeInclusive<u32> = 7..=30;
/// How many characters of salt there are.
const SALT: usize = 8;

/// A portable hash but for its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phpass {
    /// The power of two of how many rounds.
    rounds: u32,
    salt: Vec<u8>,
}

pub(super) fn read(hash: &str) -> Result<Read, Refused> {
    let rest = hash.strip_prefix("$P$").or_else(|| hash.strip_prefix("$H$")).ok_or_else(|| {
        Reason::PhpassHashPrefix
            .because("a phpass hash begins with $P$ or $H$; WordPress's $wp$2y$ is of the type bcrypt")
    })?;
    let parse = || {
        let (rounds, salt) = (u32::from(crypt_digit(*rest.as_bytes().first()?)?), rest.as_bytes().get(1..=SALT)?);
        let digest = crypt_base64(rest.get(1 + SALT..)?).filter(|digest| digest.len() == 16)?;
        let scheme = Scheme::Phpass(Phpass { rounds, salt: salt.to_vec() });
        (rest.len() == 1 + SALT + 22 && ROUNDS.contains(&rounds)).then_some(Read { scheme, digest })
    };
    parse().ok_or_else(|| {
        let message = "after its prefix a phpass hash is a digit for its rounds (5 to S), eight characters of salt, and 22 of hash";
        Reason::PhpassHashFormat.because(message)
    })
}

impl Phpass {
    pub(super) fn derive(&self, password: &[u8]) -> Option<Vec<u8>> {
        let hash = |before: &[u8]| Md5::new().chain_update(before).chain_update(password).finalize();
        let mut digest = hash(&self.salt);
        for _ in 0..1_u32.checked_shl(self.rounds)? {
            digest = hash(&digest);
        }
        Some(digest.to_vec())
    }

    /// Each round is an MD5 of the password, which has 1 to 1,024 bytes; a usual one is a single block.
    pub(super) fn cost(&self) -> Cost {
        Cost { memory: 0, nanoseconds: 130_u64 << self.rounds.min(40) }
    }

    pub(super) fn write(&self) -> Writer {
        Writer::new("phpass").put("rounds", self.rounds).bytes("salt", &self.salt)
    }

    pub(super) fn restore(fields: &mut Reader<'_>) -> Option<Self> {
        let (rounds, salt) = (fields.number("rounds")?, fields.bytes("salt")?);
        ROUNDS.contains(&rounds).then_some(Self { rounds, salt })
    }
}
