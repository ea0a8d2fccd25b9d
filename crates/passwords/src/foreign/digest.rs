//! A single MD5, SHA-1 or SHA-512 of the password, between salts if there are any.

use super::cost::Cost;
use super::encoding::hexadecimal;
use super::fields::{Reader, Writer};
use super::refused::{Reason, Refused};
use super::{MAX_TEXT, Read, Scheme};
use aws_lc_rs::digest as sha;
use md5::{Digest as _, Md5};

/// `md_5_config`, `sha_1_config`, `sha_512_config`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Salts<'a> {
    /// What stood before the password, in UTF-8.
    pub prepend_salt: &'a str,
    /// What stood after it.
    pub append_salt: &'a str,
}

/// Which digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Md5, Self::Sha1, Self::Sha512];

    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha512 => "sha512",
        }
    }

    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha512 => 64,
        }
    }

    fn reason(self) -> Reason {
        match self {
            Self::Md5 => Reason::Md5Hash,
            Self::Sha1 => Reason::Sha1Hash,
            Self::Sha512 => Reason::Sha512Hash,
        }
    }
}

/// A digest but for its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    algorithm: Algorithm,
    before: Vec<u8>,
    after: Vec<u8>,
}

pub(super) fn read(algorithm: Algorithm, hash: &str, salts: Option<Salts<'_>>) -> Result<Read, Refused> {
    let length = algorithm.length();
    let digest = hexadecimal(hash).filter(|digest| digest.len() == length).ok_or_else(|| {
        algorithm.reason().because(format!("a hash of this type is {} hexadecimal digits", 2 * length))
    })?;
    let Salts { prepend_salt, append_salt } = salts.unwrap_or_default();
    for (reason, name, salt) in
        [(Reason::PrependSalt, "prepend_salt", prepend_salt), (Reason::AppendSalt, "append_salt", append_salt)]
    {
        if salt.len() > MAX_TEXT {
            return Err(reason.because(format!("{name} has at most {MAX_TEXT} bytes")));
        }
    }
    let scheme = Digest { algorithm, before: prepend_salt.into(), after: append_salt.into() };
    Ok(Read { scheme: Scheme::Digest(scheme), digest })
}

impl Digest {
    pub(super) fn derive(&self, password: &[u8]) -> Vec<u8> {
        let parts = [&self.before, password, &self.after];
        let with = |algorithm| {
            let mut context = sha::Context::new(algorithm);
            parts.iter().for_each(|part| context.update(part));
            context.finish().as_ref().to_vec()
        };
        match self.algorithm {
            Algorithm::Md5 => {
                let mut context = Md5::new();
                parts.iter().for_each(|part| context.update(part));
                context.finalize().to_vec()
            }
            Algorithm::Sha1 => with(&sha::SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Sha512 => with(&sha::SHA512),
        }
    }

    /// So little that it counts for nothing.
    pub(super) fn cost(&self) -> Cost {
        Cost { memory: 0, nanoseconds: 10_000 }
    }

    pub(super) fn write(&self) -> Writer {
        Writer::new(self.algorithm.name()).bytes("before", &self.before).bytes("after", &self.after)
    }

    pub(super) fn restore(name: &str, fields: &mut Reader<'_>) -> Option<Self> {
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)?;
        Some(Self { algorithm, before: fields.bytes("before")?, after: fields.bytes("after")? })
    }
}
