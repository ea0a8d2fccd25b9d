//! A password's hash, ours or another program's.

use crate::argon::{Argon, DIGEST_BYTES, Parameters, SALT_BYTES};
use crate::foreign::{Read, Scheme, cost};
use crate::prepared::{Unusable, prepare};
use argon2::Algorithm;
use aws_lc_rs::{constant_time, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A stored text is no hash that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no password hash that this program can read")]
pub struct Unreadable;

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// It is no password.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// Argon2 cannot do with these parameters, or there is no memory for it, or no randomness.
    #[error("the password could not be hashed with these parameters")]
    Parameters,
}

/// All that is needed to verify a password, but the password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// Argon2id of the prepared password.
    Own(Argon, Vec<u8>),
    /// As it came.
    Foreign(Scheme, Vec<u8>),
    /// Argon2id of a foreign hash.
    Strengthened(Scheme, Argon, Vec<u8>),
}

/// Hashes a password, with a new salt. Takes [`Parameters::memory`].
///
/// # Errors
/// If it is no password, or the parameters make no sense.
pub fn hash(password: &str, parameters: &Parameters) -> Result<PasswordHash, HashError> {
    let prepared = prepare(password)?;
    let argon = Argon::new(*parameters, random()?);
    let digest = argon.derive(prepared.as_bytes()).ok_or(HashError::Parameters)?;
    Ok(PasswordHash(Kind::Own(argon, digest)))
}

impl PasswordHash {
    /// A hash of no password: to verify against it takes as long and as much memory as against a real one (threat T-45).
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn of_nobody(parameters: &Parameters) -> Result<Self, HashError> {
        let (argon, digest) = (Argon::new(*parameters, random()?), random::<DIGEST_BYTES>()?);
        Ok(Self(Kind::Own(argon, digest.to_vec())))
    }

    /// One that another program made.
    pub(crate) fn foreign(read: Read) -> Self {
        Self(Kind::Foreign(read.scheme, read.digest))
    }

    /// Hashes a foreign hash once more, with argon2id, if it is weaker than our own: otherwise whoever reads the database
    /// could try passwords against it faster than against ours, for as long as its member does not log in. Any other hash
    /// stays what it is. Takes [`Parameters::memory`], as [`hash`] does.
    ///
    /// # Errors
    /// If the parameters make no sense.
    pub fn strengthen(self, parameters: &Parameters) -> Result<Self, HashError> {
        match self.0 {
            Kind::Foreign(scheme, digest) if scheme.cost().nanoseconds < cost(parameters).nanoseconds => {
                let argon = Argon::new(*parameters, random()?);
                let outer = argon.derive(&digest).ok_or(HashError::Parameters)?;
                Ok(Self(Kind::Strengthened(scheme, argon, outer)))
            }
            kind => Ok(Self(kind)),
        }
    }

    /// Reads what [`Self::to_text`] wrote.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let own = |text| Argon::parse(text).filter(|(argon, _)| argon.algorithm == Algorithm::Argon2id);
            let mut parts = text.split(':');
            let kind = match (parts.next()?, parts.next(), parts.next(), parts.next()) {
                (text, None, None, None) => {
                    let (argon, digest) = own(text)?;
                    Kind::Own(argon, digest)
                }
                ("foreign", Some(scheme), Some(digest), None) => {
                    Kind::Foreign(Scheme::parse(scheme)?, STANDARD_NO_PAD.decode(digest).ok()?)
                }
                ("strengthened", Some(scheme), Some(text), None) => {
                    let (argon, digest) = own(text)?;
                    Kind::Strengthened(Scheme::parse(scheme)?, argon, digest)
                }
                _ => return None,
            };
            Some(Self(kind))
        };
        read().ok_or(Unreadable)
    }

    /// How a hash is stored. Ours are in the usual text form of Argon2, over the prepared password. Others say so: `foreign:`,
    /// how they were made, and the result; `strengthened:`, how they were made, and the Argon2 of that result.
    pub fn to_text(&self) -> String {
        match &self.0 {
            Kind::Own(argon, digest) => argon.to_text(digest),
            Kind::Foreign(scheme, digest) => format!("foreign:{}:{}", scheme.to_text(), STANDARD_NO_PAD.encode(digest)),
            Kind::Strengthened(scheme, argon, digest) => {
                format!("strengthened:{}:{}", scheme.to_text(), argon.to_text(digest))
            }
        }
    }

    /// How many bytes of memory verifying takes.
    pub fn memory(&self) -> u64 {
        match &self.0 {
            Kind::Own(argon, _) => argon.parameters.memory(),
            Kind::Foreign(scheme, _) => scheme.cost().memory,
            Kind::Strengthened(scheme, argon, _) => scheme.cost().memory.max(argon.parameters.memory()),
        }
    }

    /// Whether it is this password's. What is no password is nobody's, and found at once.
    pub fn verify(&self, password: &str) -> bool {
        let Ok(prepared) = prepare(password) else { return false };
        let (derived, digest) = match &self.0 {
            Kind::Own(argon, digest) => (argon.derive(prepared.as_bytes()), digest),
            Kind::Foreign(scheme, digest) => (scheme.derive(password.as_bytes()), digest),
            Kind::Strengthened(scheme, argon, digest) => {
                (scheme.derive(password.as_bytes()).and_then(|inner| argon.derive(&inner)), digest)
            }
        };
        derived.is_some_and(|derived| constant_time::verify_slices_are_equal(&derived, digest).is_ok())
    }

    /// Whether a new hash would be made the same way. If not, it is to be replaced when the password is known.
    pub fn is_current(&self, parameters: &Parameters) -> bool {
        match &self.0 {
            Kind::Own(argon, _) => argon.is_like(&Argon::new(*parameters, [0; SALT_BYTES])),
            Kind::Foreign(..) | Kind::Strengthened(..) => false,
        }
    }
}

fn random<const BYTES: usize>() -> Result<[u8; BYTES], HashError> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes).map_err(|_| HashError::Parameters)?;
    Ok(bytes)
}

impl std::fmt::Debug for PasswordHash {
    /// Nothing of it: hashes do not belong into logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Parameters = Parameters { memory_kib: 32, iterations: 1, lanes: 1 };

    #[test]
    fn t43_a_password_is_verified_however_it_was_typed() {
        let hash = hash("Schlüssel für 한글", &FEW).unwrap();
        assert!(hash.verify("Schlüssel für 한글"));
        assert!(hash.verify("Schlu\u{308}ssel\u{a0}fu\u{308}r \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"));
        for wrong in ["Schlüssel für 한글 ", "schlüssel für 한글", "", "Schlüssel für 한글\0"] {
            assert!(!hash.verify(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn t43_nothing_of_a_long_password_is_cut_off() {
        let long = "x".repeat(crate::MAX_BYTES);
        let hash = hash(&long, &FEW).unwrap();
        assert!(hash.verify(&long));
        assert!(!hash.verify(&long[1..]));
        assert!(!hash.verify(&(long + "x")));
    }

    #[test]
    fn is_stored_with_its_parameters() {
        let hash = hash("x", &FEW).unwrap();
        let text = hash.to_text();
        assert!(text.starts_with("$argon2id$v=19$m=32,t=1,p=1$"));
        let read = PasswordHash::parse(&text).unwrap();
        assert_eq!(read, hash);
        assert!(read.verify("x"));
        assert_eq!(read.memory(), 32 << 10);
        assert!(read.is_current(&FEW));
        assert!(!read.is_current(&Parameters { iterations: 2, ..FEW }));
        assert!(!read.is_current(&Parameters::default()));
    }

    #[test]
    fn has_a_salt_of_its_own() {
        assert_ne!(hash("x", &FEW).unwrap().to_text(), hash("x", &FEW).unwrap().to_text());
    }

    #[test]
    fn t45_the_hash_of_nobody_is_like_any_other() {
        let (nobody, somebody) = (PasswordHash::of_nobody(&FEW).unwrap(), hash("x", &FEW).unwrap());
        assert_eq!((nobody.memory(), nobody.to_text().len()), (somebody.memory(), somebody.to_text().len()));
        assert!(!nobody.verify("x"));
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        for wrong in [
            Parameters { memory_kib: 7, ..FEW },
            Parameters { iterations: 0, ..FEW },
            Parameters { lanes: 0, ..FEW },
            Parameters { lanes: 5, ..FEW },
            Parameters { lanes: u32::MAX, ..FEW },
        ] {
            assert_eq!(hash("x", &wrong).err(), Some(HashError::Parameters), "{wrong:?}");
        }
    }
}
