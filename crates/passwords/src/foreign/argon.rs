//! Argon2, as text or in hexadecimal with its parameters beside it.

use super::cost::Cost;
use super::encoding::hexadecimal;
use super::refused::{Reason, Refused};
use super::{Read, Scheme};
use crate::argon::{Argon, MAX_FIELD_BYTES, Parameters};
use argon2::{Algorithm, MIN_SALT_LEN, Params, Version};
use std::ops::RangeInclusive;

/// `argon_2_config`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Config<'a> {
    /// Its UTF-8 is the salt. One that is no text can only be told in the text form of a hash.
    pub salt: &'a str,
    /// Passes over the memory.
    pub iteration_amount: i64,
    /// In KiB.
    pub memory: i64,
    /// Lanes.
    pub threads: i64,
    /// Of the hash, in bytes.
    pub key_length: i64,
}

/// How long a digest may be, in bytes. RFC 9106 has shorter ones; for passwords they are too short.
pub(super) const DIGEST: RangeInclusive<usize> = 16..=512;

pub(super) fn read(algorithm: Algorithm, hash: &str, config: Option<Argon2Config<'_>>) -> Result<Read, Refused> {
    let text = hash.strip_prefix("argon2").filter(|rest| rest.starts_with('$')).unwrap_or(hash);
    let (argon, digest) =
        if text.starts_with('$') { text_form(algorithm, text) } else { raw(algorithm, text, config) }?;
    if !DIGEST.contains(&digest.len()) {
        let message = format!("the hash has {} to {} bytes", DIGEST.start(), DIGEST.end());
        return Err(Reason::Argon2KeyLength.because(message));
    }
    Ok(Read { scheme: Scheme::Argon(argon), digest })
}

fn text_form(algorithm: Algorithm, text: &str) -> Result<(Argon, Vec<u8>), Refused> {
    let (argon, digest) = Argon::parse(text).ok_or_else(|| {
        Reason::Hash.because("an Argon2 hash looks like $argon2id$v=19$m=19456,t=2,p=1$ with salt and hash behind it")
    })?;
    if argon.algorithm != algorithm {
        return Err(
            Reason::Hash.because("the hash says that it was made with another variant of Argon2 than hash_type does")
        );
    }
    Ok((argon, digest))
}

fn raw(algorithm: Algorithm, text: &str, config: Option<Argon2Config<'_>>) -> Result<(Argon, Vec<u8>), Refused> {
    let digest = hexadecimal(text)
        .ok_or_else(|| Reason::Hash.because("an Argon2 hash is in its text form ($argon2id$…) or hexadecimal"))?;
    let config = config.ok_or_else(|| Reason::Hash.because("a hexadecimal Argon2 hash needs argon_2_config"))?;
    if usize::try_from(config.key_length) != Ok(digest.len()) {
        let message = format!("the hash has {} bytes, and key_length says {}", digest.len(), config.key_length);
        return Err(Reason::Argon2KeyLengthMismatch.because(message));
    }
    if !(MIN_SALT_LEN..=MAX_FIELD_BYTES).contains(&config.salt.len()) {
        let message = format!("the salt has {MIN_SALT_LEN} to {MAX_FIELD_BYTES} bytes");
        return Err(Reason::Argon2Salt.because(message));
    }
    let lanes = u32::try_from(config.threads).ok().filter(|lanes| (1..=Params::MAX_P_COST).contains(lanes));
    let lanes = lanes.ok_or_else(|| Reason::Argon2Threads.because("threads is 1 or more"))?;
    let memory_kib = u32::try_from(config.memory).ok().filter(|memory| *memory >= 8 * lanes);
    let memory_kib =
        memory_kib.ok_or_else(|| Reason::Argon2Memory.because("memory is in KiB, 8 or more for each thread"))?;
    let iterations = u32::try_from(config.iteration_amount).ok().filter(|iterations| *iterations > 0);
    let iterations =
        iterations.ok_or_else(|| Reason::Argon2IterationAmount.because("iteration_amount is 1 or more"))?;
    let parameters = Parameters { memory_kib, iterations, lanes };
    let (version, salt, length) = (Version::V0x13, config.salt.into(), digest.len());
    Ok((Argon { algorithm, version, parameters, salt, length }, digest))
}

/// What one of Argon2 takes.
pub(crate) fn cost(parameters: &Parameters) -> Cost {
    let blocks = u64::from(parameters.memory_kib) * u64::from(parameters.iterations);
    Cost { memory: parameters.memory(), nanoseconds: blocks.saturating_mul(800) }
}
