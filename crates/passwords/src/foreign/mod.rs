//! Hashes that other programs made, read at import and verified until their passwords are known.
//!
//! Which spellings are understood, by the word of the API (`hash_type`):
//!
//! | type | hash | beside it |
//! |---|---|---|
//! | `bcrypt` | `$2a$`, `$2b$`, `$2x$`, `$2y$` | |
//! | | WordPress since 6.8: `$wp$2y$…` | |
//! | | Django: `bcrypt$$2b$…`, `bcrypt_sha256$$2b$…` | |
//! | `argon_2i`, `argon_2id` | `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, with `argon2` before it (Django) or not | |
//! | | hexadecimal | `argon_2_config` |
//! | `scrypt` | `$scrypt$ln=…,r=…,p=…$salt$hash` | |
//! | | Firebase: `$fbscrypt$v=1,n=…,r=…,p=1,ss=…,sk=…$salt$hash` | |
//! | | Werkzeug: `scrypt:N:r:p$salt$hexadecimal` | |
//! | | base64 | `scrypt_config` |
//! | `pbkdf_2` | Django: `pbkdf2_sha256$iterations$salt$hash` | |
//! | | passlib: `$pbkdf2-sha256$iterations$salt$hash`; PHC: `$pbkdf2-sha256$i=iterations$salt$hash` | |
//! | | Werkzeug: `pbkdf2:sha256:iterations$salt$hexadecimal` | |
//! | | ASP.NET Identity, version 2 and 3: the base64 text as it is | |
//! | | base64 | `pbkdf_2_config` |
//! | `phpass` | `$P$…`, `$H$…` | |
//! | `md_5`, `sha_1`, `sha_512` | hexadecimal | `md_5_config`, … if salted |
//!
//! **What a hash costs is known from its parameters alone**, and one that costs more than [`Limits`] is refused at import
//! (threat T-43): otherwise whoever imports it could keep a processor busy with every login.

mod argon;
mod bcrypt;
mod cost;
mod digest;
mod encoding;
mod fields;
mod pbkdf2;
mod phpass;
mod refused;
mod scheme;
mod scrypt;

#[cfg(test)]
mod tests;

pub use argon::Argon2Config;
pub use cost::Limits;
pub use digest::Salts;
pub use pbkdf2::Pbkdf2Config;
pub use refused::{Reason, Refused};
pub use scrypt::ScryptConfig;

use crate::hash::PasswordHash;
pub(crate) use argon::cost;
pub(crate) use scheme::Scheme;

/// How long the text of a hash may be, and each salt.
const MAX_TEXT: usize = 2048;

/// How a hash was made, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashType {
    /// `bcrypt`
    Bcrypt,
    /// `md_5`
    Md5,
    /// `argon_2i`
    Argon2i,
    /// `argon_2id`
    Argon2id,
    /// `sha_1`
    Sha1,
    /// `sha_512`
    Sha512,
    /// `scrypt`
    Scrypt,
    /// `phpass`
    Phpass,
    /// `pbkdf_2`
    Pbkdf2,
}

impl HashType {
    /// All there are.
    pub const ALL: [Self; 9] = [
        Self::Bcrypt,
        Self::Md5,
        Self::Argon2i,
        Self::Argon2id,
        Self::Sha1,
        Self::Sha512,
        Self::Scrypt,
        Self::Phpass,
        Self::Pbkdf2,
    ];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bcrypt => "bcrypt",
            Self::Md5 => "md_5",
            Self::Argon2i => "argon_2i",
            Self::Argon2id => "argon_2id",
            Self::Sha1 => "sha_1",
            Self::Sha512 => "sha_512",
            Self::Scrypt => "scrypt",
            Self::Phpass => "phpass",
            Self::Pbkdf2 => "pbkdf_2",
        }
    }

    /// Reads the word of the API.
    ///
    /// # Errors
    /// `invalid_hash_type`.
    pub fn parse(word: &str) -> Result<Self, Refused> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            Reason::HashType.because(format!("hash_type is one of {}", known.join(", ")))
        })
    }
}

/// A hash as the API is told of it. Of the configurations only that of the type is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Foreign<'a> {
    /// How it was made.
    pub hash_type: HashType,
    /// The hash.
    pub hash: &'a str,
    /// For `md_5`.
    pub md_5_config: Option<Salts<'a>>,
    /// For `sha_1`.
    pub sha_1_config: Option<Salts<'a>>,
    /// For `sha_512`.
    pub sha_512_config: Option<Salts<'a>>,
    /// For `argon_2i` and `argon_2id` in hexadecimal.
    pub argon_2_config: Option<Argon2Config<'a>>,
    /// For `scrypt` in base64.
    pub scrypt_config: Option<ScryptConfig<'a>>,
    /// For `pbkdf_2` in base64.
    pub pbkdf_2_config: Option<Pbkdf2Config<'a>>,
}

impl<'a> Foreign<'a> {
    /// A hash that needs no configuration.
    pub fn new(hash_type: HashType, hash: &'a str) -> Self {
        Self {
            hash_type,
            hash,
            md_5_config: None,
            sha_1_config: None,
            sha_512_config: None,
            argon_2_config: None,
            scrypt_config: None,
            pbkdf_2_config: None,
        }
    }
}

/// What a hash says: how it is made, and what came of it.
pub(crate) struct Read {
    pub(crate) scheme: Scheme,
    pub(crate) digest: Vec<u8>,
}

/// Reads a foreign hash. Computes nothing. Before it is stored, [`PasswordHash::strengthen`] makes weak ones strong.
///
/// # Errors
/// The error type of the API, and what is wrong in words.
pub fn import(foreign: &Foreign<'_>, limits: &Limits) -> Result<PasswordHash, Refused> {
    let hash = foreign.hash;
    if hash.is_empty() || hash.len() > MAX_TEXT {
        return Err(Reason::Hash.because(format!("hash has 1 to {MAX_TEXT} characters")));
    }
    let read = match foreign.hash_type {
        HashType::Bcrypt => bcrypt::read(hash),
        HashType::Argon2i => argon::read(argon2::Algorithm::Argon2i, hash, foreign.argon_2_config),
        HashType::Argon2id => argon::read(argon2::Algorithm::Argon2id, hash, foreign.argon_2_config),
        HashType::Scrypt => scrypt::read(hash, foreign.scrypt_config),
        HashType::Pbkdf2 => pbkdf2::read(hash, foreign.pbkdf_2_config),
        HashType::Phpass => phpass::read(hash),
        HashType::Md5 => digest::read(digest::Algorithm::Md5, hash, foreign.md_5_config),
        HashType::Sha1 => digest::read(digest::Algorithm::Sha1, hash, foreign.sha_1_config),
        HashType::Sha512 => digest::read(digest::Algorithm::Sha512, hash, foreign.sha_512_config),
    }?;
    limits.check(&read.scheme.cost())?;
    Ok(PasswordHash::foreign(read))
}
