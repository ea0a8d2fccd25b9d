//! bcrypt, as it was and as frameworks use it.
//!
//! It reads 72 bytes of the password, the null character at the end among them if there is room, and so do we: nobody can
//! know whether more than those were right. What is longer is hashed whole by us, once it was verified.

use super::cost::Cost;
use super::encoding::bcrypt_base64;
use super::fields::{Reader, Writer};
use super::refused::{Reason, Refused};
use super::{Read, Scheme};
use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::RangeInclusive;

/// How many bytes bcrypt reads.
const MAX_BYTES: usize = 72;
/// Which costs there are.
const COSTS: RangeInclusive<u32> = 4..=31;

/// What bcrypt is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The password.
    Password,
    /// The same, with the fault of crypt_blowfish before 1.1, which PHP marks as `$2x$`: bytes above 127 are signed, and
    /// their sign covers the bytes before them.
    SignedPassword,
    /// WordPress since 6.8: HMAC-SHA-384 of the trimmed password, in base64.
    WordPress,
    /// Django's `bcrypt_sha256`: SHA-256 of the password, in hexadecimal.
    Sha256,
}

impl Of {
    const ALL: [Self; 4] = [Self::Password, Self::SignedPassword, Self::WordPress, Self::Sha256];

    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SignedPassword => "signed",
            Self::WordPress => "wordpress",
            Self::Sha256 => "sha256",
        }
    }

    /// What stands for bcrypt's key, which it repeats until it has 72 bytes.
    fn key(self, password: &[u8]) -> Vec<u8> {
        match self {
            Self::Password => terminated(password),
            Self::SignedPassword => signed(&terminated(password)),
            Self::WordPress => {
                let key = hmac::Key::new(hmac::HMAC_SHA384, b"wp-sha384");
                terminated(STANDARD.encode(hmac::sign(&key, trimmed(password))).as_bytes())
            }
            Self::Sha256 => {
                let digits: Vec<_> = digest::digest(&digest::SHA256, password)
                    .as_ref()
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                terminated(digits.concat().as_bytes())
            }
        }
    }
}

/// A C string, as far as bcrypt reads it.
fn terminated(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().chain([0]).take(MAX_BYTES).collect()
}

/// The 72 bytes which, read without the fault, give what these give with it.
fn signed(key: &[u8]) -> Vec<u8> {
    let mut bytes = key.iter().cycle();
    let word = |_| {
        let next = |word: u32, _| word << 8 | bytes.next().map_or(0, |&byte| i32::from(byte as i8) as u32);
        (0..4).fold(0, next).to_be_bytes()
    };
    (0..MAX_BYTES / 4).flat_map(word).collect()
}

/// What PHP's `trim` leaves.
fn trimmed(password: &[u8]) -> &[u8] {
    let blank = |byte: &u8| b" \n\r\t\x0b\0".contains(byte);
    let start = password.iter().position(|byte| !blank(byte)).unwrap_or(password.len());
    let end = password.iter().rposition(|byte| !blank(byte)).map_or(start, |last| last + 1);
    &password[start..end]
}

/// A bcrypt but for its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bcrypt {
    of: Of,
    cost: u32,
    salt: [u8; 16],
}

pub(super) fn read(hash: &str) -> Result<Read, Refused> {
    let frameworks = [("$wp$", Of::WordPress), ("bcrypt_sha256$$", Of::Sha256), ("bcrypt$$", Of::Password)];
    let (of, rest) = frameworks
        .iter()
        .find_map(|(prefix, of)| hash.strip_prefix(prefix).map(|rest| (*of, rest)))
        .or_else(|| hash.strip_prefix('$').map(|rest| (Of::Password, rest)))
        .ok_or_else(malformed)?;
    let (version, rest) = rest.split_once('$').ok_or_else(malformed)?;
    let of = match (version, of) {
        ("2a" | "2b" | "2y", of) => of,
        ("2x", Of::Password) => Of::SignedPassword,
        _ => return Err(malformed()),
    };
    let (cost, rest) = rest.split_once('$').ok_or_else(malformed)?;
    let digits = cost.len() == 2 && cost.bytes().all(|digit| digit.is_ascii_digit());
    let cost = cost.parse().ok().filter(|cost| digits && COSTS.contains(cost)).ok_or_else(|| {
        Reason::BcryptCost.because("the cost of a bcrypt hash is a number of two digits, from 04 to 31")
    })?;
    let parts = (rest.len() == 53).then(|| rest.split_at_checked(22)).flatten().ok_or_else(malformed)?;
    let salt = bcrypt_base64(parts.0).and_then(|salt| salt.try_into().ok()).ok_or_else(malformed)?;
    let digest = bcrypt_base64(parts.1).filter(|digest| digest.len() == 23).ok_or_else(malformed)?;
    Ok(Read { scheme: Scheme::Bcrypt(Bcrypt { of, cost, salt }), digest })
}

fn malformed() -> Refused {
    Reason::BcryptHash.because("a bcrypt hash looks like $2b$10$ with 53 characters behind it")
}

impl Bcrypt {
    pub(super) fn derive(&self, password: &[u8]) -> Vec<u8> {
        // The last byte of the result was never written down.
        ::bcrypt::bcrypt(self.cost, self.salt, &self.of.key(password))[..23].to_vec()
    }

    pub(super) fn cost(&self) -> Cost {
        Cost { memory: 8 << 10, nanoseconds: 55_000 << self.cost }
    }

    pub(super) fn write(&self) -> Writer {
        Writer::new("bcrypt").put("of", self.of.name()).put("cost", self.cost).bytes("salt", &self.salt)
    }

    pub(super) fn restore(fields: &mut Reader<'_>) -> Option<Self> {
        let word = fields.word("of")?;
        let of = Of::ALL.into_iter().find(|of| of.name() == word)?;
        let (cost, salt) = (fields.number("cost")?, fields.bytes("salt")?.try_into().ok()?);
        COSTS.contains(&cost).then_some(Self { of, cost, salt })
    }
}
