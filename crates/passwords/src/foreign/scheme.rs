//! How a foreign hash is computed, whichever it is.

use super::bcrypt::Bcrypt;
use super::cost::Cost;
use super::digest::Digest;
use super::fields::{Reader, Writer};
use super::pbkdf2::Pbkdf2;
use super::phpass::Phpass;
use super::scrypt::Scrypt;
use crate::argon::{Argon, Parameters};
use argon2::{Algorithm, Version};

/// Everything about a foreign hash but its result.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    Argon(Argon),
    Bcrypt(Bcrypt),
    Digest(Digest),
    Pbkdf2(Pbkdf2),
    Phpass(Phpass),
    Scrypt(Scrypt),
}

impl Scheme {
    /// The result for a password, as it was typed.
    pub(crate) fn derive(&self, password: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Argon(argon) => argon.derive(password),
            Self::Bcrypt(bcrypt) => Some(bcrypt.derive(password)),
            Self::Digest(digest) => Some(digest.derive(password)),
            Self::Pbkdf2(pbkdf2) => Some(pbkdf2.derive(password)),
            Self::Phpass(phpass) => phpass.derive(password),
            Self::Scrypt(scrypt) => scrypt.derive(password),
        }
    }

    pub(crate) fn cost(&self) -> Cost {
        match self {
            Self::Argon(argon) => super::argon::cost(&argon.parameters),
            Self::Bcrypt(bcrypt) => bcrypt.cost(),
            Self::Digest(digest) => digest.cost(),
            Self::Pbkdf2(pbkdf2) => pbkdf2.cost(),
            Self::Phpass(phpass) => phpass.cost(),
            Self::Scrypt(scrypt) => scrypt.cost(),
        }
    }

    /// How it is stored. Has no colon.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Argon(argon) => write_argon(argon),
            Self::Bcrypt(bcrypt) => bcrypt.write(),
            Self::Digest(digest) => digest.write(),
            Self::Pbkdf2(pbkdf2) => pbkdf2.write(),
            Self::Phpass(phpass) => phpass.write(),
            Self::Scrypt(scrypt) => scrypt.write(),
        }
        .done()
    }

    /// Reads what [`Self::to_text`] wrote.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, mut fields) = Reader::new(text)?;
        let scheme = match name {
            "argon2i" | "argon2id" => Self::Argon(restore_argon(name, &mut fields)?),
            "bcrypt" => Self::Bcrypt(Bcrypt::restore(&mut fields)?),
            "pbkdf2" => Self::Pbkdf2(Pbkdf2::restore(&mut fields)?),
            "phpass" => Self::Phpass(Phpass::restore(&mut fields)?),
            "scrypt" | "firebase-scrypt" => Self::Scrypt(Scrypt::restore(name, &mut fields)?),
            _ => Self::Digest(Digest::restore(name, &mut fields)?),
        };
        fields.done()?;
        Some(scheme)
    }
}

fn write_argon(argon: &Argon) -> Writer {
    let Parameters { memory_kib, iterations, lanes } = argon.parameters;
    Writer::new(argon.algorithm.as_str())
        .put("v", u32::from(argon.version))
        .put("m", memory_kib)
        .put("t", iterations)
        .put("p", lanes)
        .bytes("salt", &argon.salt)
        .put("length", argon.length)
}

fn restore_argon(name: &str, fields: &mut Reader<'_>) -> Option<Argon> {
    let algorithm = Algorithm::new(name).ok()?;
    let version = Version::try_from(fields.number("v")?).ok()?;
    let (memory_kib, iterations, lanes) = (fields.number("m")?, fields.number("t")?, fields.number("p")?);
    let (salt, length) = (fields.bytes("salt")?, fields.number("length")? as usize);
    let argon = Argon { algorithm, version, parameters: Parameters { memory_kib, iterations, lanes }, salt, length };
    (super::argon::DIGEST.contains(&length) && argon.is_sound()).then_some(argon)
}
