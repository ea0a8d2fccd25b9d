//! Public keys: what a signature is verified with.

use super::der::{self, NULL, OBJECT, Reader, SEQUENCE};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use std::fmt;

/// 1.2.840.113549.1.1.1
pub(super) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.3.132.0.34
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// The fewest bits of an RSA key (threat T-17).
pub const MIN_RSA_BITS: usize = 2048;
/// The most bits of an RSA key: more are slow.
pub const MAX_RSA_BITS: usize = 8192;

/// Why a public key is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is no key at all.
    #[error("this is no key that can be read")]
    Unreadable,
    /// It is no RSA key, nor one of the curves P-256 and P-384.
    #[error("the key is of a kind that is not used: RSA, P-256 and P-384 are")]
    Kind,
    /// It is an RSA key that is too short, or too long.
    #[error("the RSA key has {bits} bits, and {MIN_RSA_BITS} to {MAX_RSA_BITS} are allowed")]
    Bits {
        /// What it has.
        bits: usize,
    },
}

/// The digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// What kind of key a signature says that it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    Ecdsa,
}

/// A key of RSA, P-256 or P-384.
#[derive(Clone)]
pub(crate) struct PublicKey {
    /// SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
    info: Vec<u8>,
    curve: Option<Curve>,
    /// Ready to verify with SHA-256, which nearly all signatures use.
    parsed: ParsedPublicKey,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
}

/// The parts of SubjectPublicKeyInfo.
struct Parts<'a> {
    algorithm: &'a [u8],
    /// If they are an identifier, as a curve's is.
    parameters: Option<&'a [u8]>,
    key: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(info: &'a [u8]) -> Option<Self> {
        let mut outer = Reader(info);
        let mut inner = outer.sequence()?;
        let mut identifier = inner.sequence()?;
        let (algorithm, parameters) = (identifier.take(OBJECT)?, identifier.take(OBJECT));
        let key = inner.bits()?;
        (outer.is_empty() && inner.is_empty()).then_some(Self { algorithm, parameters, key })
    }
}

impl PublicKey {
    /// Reads SubjectPublicKeyInfo.
    pub(super) fn from_info(info: &[u8]) -> Result<Self, KeyError> {
        let Parts { algorithm, parameters, key } = Parts::of(info).ok_or(KeyError::Unreadable)?;
        let curve = match (algorithm, parameters) {
            (RSA_ENCRYPTION, _) => None,
            (EC_PUBLIC_KEY, Some(P256)) => Some(Curve::P256),
            (EC_PUBLIC_KEY, Some(P384)) => Some(Curve::P384),
            _ => return Err(KeyError::Kind),
        };
        if curve.is_none() {
            check_bits(rsa_bits(key).ok_or(KeyError::Unreadable)?)?;
        }
        let parsed = ParsedPublicKey::new(algorithm_of(curve, Hash::Sha256).ok_or(KeyError::Kind)?, key)
            .map_err(|_| KeyError::Unreadable)?;
        Ok(Self { info: info.to_vec(), curve, parsed })
    }

    /// Modulus and exponent, as KeyValue of XML Signature has them.
    pub(crate) fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let key = der::value(SEQUENCE, &[&der::unsigned(modulus), &der::unsigned(exponent)]);
        Self::from_info(&rsa_info(&key))
    }

    /// As it is written into certificates.
    pub(super) fn info(&self) -> &[u8] {
        &self.info
    }

    /// Whether it made the signature, which is as XML Signature has it: that of ECDSA is the two numbers, each as long as
    /// the curve's (XML Signature 1.1, section 6.4.3).
    pub(crate) fn verify(&self, kind: KeyKind, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let Some(algorithm) = algorithm_of(self.curve, hash) else { return false };
        let length = match (self.curve, kind) {
            (None, KeyKind::Rsa) => None,
            (Some(Curve::P256), KeyKind::Ecdsa) => Some(32),
            (Some(Curve::P384), KeyKind::Ecdsa) => Some(48),
            _ => return false,
        };
        let encoded;
        let signature = match length {
            None => signature,
            Some(length) if signature.len() == 2 * length => {
                let (r, s) = signature.split_at(length);
                encoded = der::value(SEQUENCE, &[&der::unsigned(r), &der::unsigned(s)]);
                &encoded
            }
            Some(_) => return false,
        };
        match hash {
            Hash::Sha256 => self.parsed.verify_sig(message, signature).is_ok(),
            _ => UnparsedPublicKey::new(algorithm, self.parsed.as_ref()).verify(message, signature).is_ok(),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.curve {
            None => "RSA",
            Some(Curve::P256) => "P-256",
            Some(Curve::P384) => "P-384",
        };
        formatter.write_str(kind)
    }
}

fn algorithm_of(curve: Option<Curve>, hash: Hash) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (curve, hash) {
        (None, Hash::Sha1) => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (None, Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (None, Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (None, Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (Some(Curve::P256), Hash::Sha256) => &ECDSA_P256_SHA256_ASN1,
        (Some(Curve::P256), Hash::Sha384) => &ECDSA_P256_SHA384_ASN1,
        (Some(Curve::P256), Hash::Sha512) => &ECDSA_P256_SHA512_ASN1,
        (Some(Curve::P384), Hash::Sha256) => &ECDSA_P384_SHA256_ASN1,
        (Some(Curve::P384), Hash::Sha384) => &ECDSA_P384_SHA384_ASN1,
        (Some(Curve::P384), Hash::Sha512) => &ECDSA_P384_SHA512_ASN1,
        // Nobody ever used these two together.
        (Some(_), Hash::Sha1) => return None,
    })
}

/// Of a key as RFC 8017 writes it: an RSAPublicKey.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    let mut outer = Reader(key);
    let mut inner = outer.sequence()?;
    let (modulus, _exponent) = (inner.unsigned()?, inner.unsigned()?);
    let first = modulus.first()?;
    (outer.is_empty() && inner.is_empty()).then(|| modulus.len() * 8 - first.leading_zeros() as usize)
}

pub(super) fn check_bits(bits: usize) -> Result<(), KeyError> {
    match bits {
        MIN_RSA_BITS..=MAX_RSA_BITS => Ok(()),
        _ => Err(KeyError::Bits { bits }),
    }
}

/// SubjectPublicKeyInfo of an RSAPublicKey.
pub(super) fn rsa_info(key: &[u8]) -> Vec<u8> {
    let algorithm = der::value(SEQUENCE, &[&der::value(OBJECT, &[RSA_ENCRYPTION]), &der::value(NULL, &[])]);
    der::value(SEQUENCE, &[&algorithm, &der::value(der::BIT_STRING, &[&[0], key])])
}
