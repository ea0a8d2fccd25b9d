//! PBKDF2 (RFC 8018) with HMAC, as frameworks write it or in base64 with its parameters beside it.

use super::argon::DIGEST;
use super::cost::Cost;
use super::encoding::{base64, hexadecimal, numbers, passlib_base64};
use super::fields::{Reader, Writer};
use super::refused::{Reason, Refused};
use super::{MAX_TEXT, Read, Scheme};
use crate::argon::decimal;
use aws_lc_rs::pbkdf2;
use std::num::NonZeroU32;

/// `pbkdf_2_config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pbkdf2Config<'a> {
    /// In base64.
    pub salt: &'a str,
    /// How many iterations.
    pub iteration_amount: i64,
    /// Of the hash, in bytes.
    pub key_length: i64,
    /// `sha256` (also if it is empty) or `sha512`.
    pub algorithm: &'a str,
}

/// Of what the HMAC is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == word)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The bytes of one block of the result.
    fn length(self) -> u64 {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A PBKDF2 but for its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pbkdf2 {
    algorithm: Algorithm,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    length: u32,
}

pub(super) fn read(hash: &str, config: Option<Pbkdf2Config<'_>>) -> Result<Read, Refused> {
    let (pbkdf2, digest) = match config {
        Some(config) => raw(hash, &config)?,
        None => framework(hash).ok_or_else(|| {
            let message = "a PBKDF2 hash is in base64 with pbkdf_2_config, or as Django (pbkdf2_sha256$…), passlib or the PHC \
                           format ($pbkdf2-sha256$…), Werkzeug (pbkdf2:sha256:…) or ASP.NET Identity (base64) wrote it";
            Reason::Pbkdf2Hash.because(message)
        })?,
    };
    if pbkdf2.salt.is_empty() || pbkdf2.salt.len() > MAX_TEXT {
        return Err(Reason::Pbkdf2Salt.because(format!("the salt has 1 to {MAX_TEXT} bytes")));
    }
    if !DIGEST.contains(&digest.len()) {
        let message = format!("the hash has {} to {} bytes", DIGEST.start(), DIGEST.end());
        return Err(Reason::Pbkdf2Hash.because(message));
    }
    Ok(Read { scheme: Scheme::Pbkdf2(pbkdf2), digest })
}

fn raw(hash: &str, config: &Pbkdf2Config<'_>) -> Result<(Pbkdf2, Vec<u8>), Refused> {
    let digest = base64(hash).ok_or_else(|| Reason::Pbkdf2Hash.because("the hash is in base64"))?;
    let salt = base64(config.salt).ok_or_else(|| Reason::Pbkdf2Salt.because("the salt is in base64"))?;
    let algorithm = match config.algorithm {
        "" | "sha256" => Algorithm::Sha256,
        "sha512" => Algorithm::Sha512,
        _ => return Err(Reason::Pbkdf2Algorithm.because("algorithm is sha256 or sha512")),
    };
    let iterations = u32::try_from(config.iteration_amount).ok().and_then(NonZeroU32::new);
    let iterations =
        iterations.ok_or_else(|| Reason::Pbkdf2IterationAmount.because("iteration_amount is 1 or more"))?;
    let length = u32::try_from(config.key_length).ok().filter(|length| *length as usize == digest.len());
    let length = length.ok_or_else(|| {
        let message = format!("the hash has {} bytes, and key_length says {}", digest.len(), config.key_length);
        Reason::Pbkdf2KeyLengthMismatch.because(message)
    })?;
    Ok((Pbkdf2 { algorithm, iterations, salt, length }, digest))
}

fn framework(hash: &str) -> Option<(Pbkdf2, Vec<u8>)> {
    if let Some(rest) = hash.strip_prefix("pbkdf2_") {
        let [algorithm, iterations, salt, digest] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
        Pbkdf2::with(Algorithm::parse(algorithm)?, decimal(iterations)?, salt.into(), base64(digest)?)
    } else if let Some(rest) = hash.strip_prefix("$pbkdf2") {
        let [algorithm, iterations, salt, digest] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
        let algorithm = if algorithm.is_empty() { "sha1" } else { algorithm.strip_prefix('-')? };
        let (salt, digest) = (passlib_base64(salt)?, passlib_base64(digest)?);
        // The PHC string format names it, and may name the length of the hash beside it.
        let named = numbers(iterations, ["i"]).map(|[iterations]| iterations);
        let named = named.or_else(|| numbers(iterations, ["i", "l"]).map(|[iterations, _]| iterations));
        let iterations = named.or_else(|| decimal(iterations))?;
        Pbkdf2::with(Algorithm::parse(algorithm)?, iterations, salt, digest)
    } else if let Some(rest) = hash.strip_prefix("pbkdf2:") {
        let [method, salt, digest] = rest.split('$').collect::<Vec<_>>().try_into().ok()?;
        let (algorithm, iterations) = method.split_once(':')?;
        Pbkdf2::with(Algorithm::parse(algorithm)?, decimal(iterations)?, salt.into(), hexadecimal(digest)?)
    } else {
        identity(&base64(hash)?)
    }
}

/// ASP.NET Identity. Version 2 is a zero, 16 bytes of salt and 32 of hash, with SHA-1 and 1,000 iterations. Version 3 is a
/// one, the function, the iterations and the length of the salt, in four bytes each, the salt and the hash.
fn identity(bytes: &[u8]) -> Option<(Pbkdf2, Vec<u8>)> {
    match bytes.split_first()? {
        (0, rest) if rest.len() == 48 => Pbkdf2::with(Algorithm::Sha1, 1000, rest[..16].into(), rest[16..].into()),
        (1, rest) => {
            let (algorithm, rest) = number(rest)?;
            let algorithm = *Algorithm::ALL.get(algorithm as usize)?;
            let (iterations, rest) = number(rest)?;
            let (length, rest) = number(rest)?;
            let (salt, digest) = rest.split_at_checked(length as usize)?;
            Pbkdf2::with(algorithm, iterations, salt.into(), digest.into())
        }
        _ => None,
    }
}

/// Four bytes, and what follows.
fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    bytes.split_first_chunk().map(|(bytes, rest)| (u32::from_be_bytes(*bytes), rest))
}

impl Pbkdf2 {
    fn with(algorithm: Algorithm, iterations: u32, salt: Vec<u8>, digest: Vec<u8>) -> Option<(Self, Vec<u8>)> {
        let (iterations, length) = (NonZeroU32::new(iterations)?, u32::try_from(digest.len()).ok()?);
        Some((Self { algorithm, iterations, salt, length }, digest))
    }

    pub(super) fn derive(&self, password: &[u8]) -> Vec<u8> {
        let algorithm = match self.algorithm {
            Algorithm::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Algorithm::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Algorithm::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        };
        let mut digest = vec![0; self.length as usize];
        pbkdf2::derive(algorithm, self.iterations, &self.salt, password, &mut digest);
        digest
    }

    pub(super) fn cost(&self) -> Cost {
        let blocks = u64::from(self.length).div_ceil(self.algorithm.length());
        let each = match self.algorithm {
            Algorithm::Sha1 => 400,
            Algorithm::Sha256 => 500,
            Algorithm::Sha512 => 700,
        };
        Cost { memory: 0, nanoseconds: u64::from(self.iterations.get()).saturating_mul(blocks).saturating_mul(each) }
    }

    pub(super) fn write(&self) -> Writer {
        Writer::new("pbkdf2")
            .put("of", self.algorithm.name())
            .put("iterations", self.iterations)
            .bytes("salt", &self.salt)
            .put("length", self.length)
    }

    pub(super) fn restore(fields: &mut Reader<'_>) -> Option<Self> {
        let algorithm = Algorithm::parse(fields.word("of")?)?;
        let (iterations, salt) = (NonZeroU32::new(fields.number("iterations")?)?, fields.bytes("salt")?);
        let length = fields.number("length").filter(|length| DIGEST.contains(&(*length as usize)))?;
        Some(Self { algorithm, iterations, salt, length })
    }
}
