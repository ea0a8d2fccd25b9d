//! Public keys of credentials (RFC 9052, RFC 9053).

use crate::{Refusal, cbor};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

/// Bits of an RSA key. Below that a key can be broken; no authenticator has longer ones.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// Bytes of the exponent of an RSA key.
const RSA_EXPONENT: usize = 4;

// Parameters of a key, and their values (RFC 9052, section 7; RFC 9053, section 7).
const KIND: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_25519: i64 = 6;

/// How authenticators may sign: what all browsers, platforms and security keys have among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, which Windows makes.
    Rs256,
}

impl Algorithm {
    /// Those that are asked for, the best first.
    pub const ALL: [Self; 3] = [Self::EdDsa, Self::Es256, Self::Rs256];

    /// Its number (RFC 9053; RFC 8812).
    pub fn number(self) -> i64 {
        match self {
            Self::EdDsa => -8,
            Self::Es256 => -7,
            Self::Rs256 => -257,
        }
    }

    fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.number() == number)
    }
}

/// A key that verifies signatures.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    material: Material,
}

enum Material {
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl Key {
    /// Reads a key, and nothing after it. It has to say which algorithm it is for (threat T-41).
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or(Refusal::Key)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (map, []) = cbor::read_map(bytes)? else { return None };
        let algorithm = Algorithm::of(map.number(ALGORITHM)?)?;
        let material = match (algorithm, map.number(KIND)?) {
            (Algorithm::EdDsa, OKP) if map.number(CURVE)? == CURVE_25519 => {
                let key = map.bytes(X)?;
                ParsedPublicKey::new(&ED25519, key).ok()?;
                Material::Ed25519(key.to_vec())
            }
            (Algorithm::Es256, EC2) if map.number(CURVE)? == P256 => {
                let (x, y) = (map.bytes(X)?, map.bytes(Y)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                let point = [&[4][..], x, y].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).ok()?;
                Material::P256(point)
            }
            (Algorithm::Rs256, RSA) => Material::Rsa(rsa(map.bytes(MODULUS)?, map.bytes(EXPONENT)?)?),
            _ => return None,
        };
        Some(Self { algorithm, material })
    }

    /// Whether it made the signature.
    #[must_use]
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Material::P256(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(message, signature).is_ok()
            }
            Material::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
        }
    }
}

fn rsa(n: &[u8], e: &[u8]) -> Option<RsaPublicKeyComponents<Vec<u8>>> {
    let bits = n.len() * 8 - usize::try_from(n.first()?.leading_zeros()).ok()?;
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let has_no_zeros_before_it = |number: &[u8]| number.first().is_some_and(|byte| *byte != 0);
    let fits = RSA_BITS.contains(&bits) && e.len() <= RSA_EXPONENT && e != [1];
    let is_whole = [n, e].into_iter().all(|number| is_odd(number) && has_no_zeros_before_it(number));
    (fits && is_whole).then(|| RsaPublicKeyComponents { n: n.to_vec(), e: e.to_vec() })
}
