//! One public key of a provider (RFC 7517, RFC 7518 section 6, RFC 8037).

use crate::algorithm::Algorithm;
use crate::object::{Object, present, text};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Bits of an RSA key. Below that a key can be broken (RFC 7518, section 3.3); above it verifying takes long.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Bytes of the exponent of an RSA key; nearly all have three.
const RSA_EXPONENT: usize = 4;

/// A key that verifies signatures.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    /// The only algorithm that it may be used with, if it says one.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    P521(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Why a key of a set is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// It is no object, or its `kid` is no text.
    #[error("it is not a key")]
    NotAKey,
    /// `kty` or `crv` is another than those that are known. Shared secrets (`oct`) are not.
    #[error("its type is not known")]
    Type,
    /// `use` or `key_ops` says that it is for something else.
    #[error("it is not for signatures")]
    Use,
    /// `alg` is not known, or is not for this type of key.
    #[error("its algorithm is not known, or not one for its type")]
    Algorithm,
    /// Its private part is published, so that everyone can sign with it.
    #[error("its private part is published")]
    Private,
    /// An RSA key of fewer than 2048 or more than 8192 bits, or with an unusual exponent.
    #[error("it is too weak or too large")]
    Size,
    /// Its values are not what they ought to be.
    #[error("its values are malformed")]
    Malformed,
}

impl Key {
    /// Reads a key.
    pub(crate) fn parse(jwk: &Value) -> Result<Self, Skipped> {
        let jwk = jwk.as_object().ok_or(Skipped::NotAKey)?;
        let id = match present(jwk, "kid") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(Skipped::NotAKey),
        };
        if !is_for_signatures(jwk) {
            return Err(Skipped::Use);
        }
        let material = Material::parse(jwk)?;
        let algorithm = match present(jwk, "alg") {
            None => None,
            Some(name) => {
                let algorithm = name.as_str().and_then(Algorithm::parse);
                Some(algorithm.filter(|algorithm| material.fits(*algorithm)).ok_or(Skipped::Algorithm)?)
            }
        };
        Ok(Self { id, algorithm, material })
    }

    /// Whether it may be used with this algorithm.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.material.fits(algorithm) && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// Whether it made the signature. Never, if it does not fit.
    pub(crate) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.fits(algorithm) && self.material.verify(algorithm, message, signature)
    }
}

/// `use` and `key_ops` (RFC 7517, sections 4.2 and 4.3). Some providers publish a key with what its private part is for.
fn is_for_signatures(jwk: &Object) -> bool {
    let used = present(jwk, "use").is_none_or(|usage| usage == "sig");
    let verifies = present(jwk, "key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|list| list.iter().any(|one| one == "verify" || one == "sign"))
    });
    used && verifies
}

impl Material {
    fn parse(jwk: &Object) -> Result<Self, Skipped> {
        let kind = (text(jwk, "kty").unwrap_or_default(), text(jwk, "crv").unwrap_or_default());
        if kind.0 == "oct" {
            return Err(Skipped::Type);
        }
        if jwk.contains_key("d") {
            return Err(Skipped::Private);
        }
        match kind {
            ("RSA", _) => rsa(jwk),
            ("EC", "P-256") => point(jwk, 32, &ECDSA_P256_SHA256_FIXED).map(Self::P256),
            ("EC", "P-384") => point(jwk, 48, &ECDSA_P384_SHA384_FIXED).map(Self::P384),
            ("EC", "P-521") => point(jwk, 66, &ECDSA_P521_SHA512_FIXED).map(Self::P521),
            ("OKP", "Ed25519") => {
                let key = bytes(jwk, "x")?;
                ParsedPublicKey::new(&ED25519, &key).map_err(|_| Skipped::Malformed)?;
                Ok(Self::Ed25519(key))
            }
            _ => Err(Skipped::Type),
        }
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{EdDsa, Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        match self {
            Self::Rsa(_) => matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512),
            Self::P256(_) => algorithm == Es256,
            Self::P384(_) => algorithm == Es384,
            Self::P521(_) => algorithm == Es512,
            Self::Ed25519(_) => algorithm == EdDsa,
        }
    }

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => {
                rsa_parameters(algorithm).is_some_and(|parameters| key.verify(parameters, message, signature).is_ok())
            }
            Self::P256(point) => is_signed(&ECDSA_P256_SHA256_FIXED, point, message, signature),
            Self::P384(point) => is_signed(&ECDSA_P384_SHA384_FIXED, point, message, signature),
            Self::P521(point) => is_signed(&ECDSA_P521_SHA512_FIXED, point, message, signature),
            Self::Ed25519(key) => is_signed(&ED25519, key, message, signature),
        }
    }
}

fn is_signed(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static signature::RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => return None,
    })
}

fn rsa(jwk: &Object) -> Result<Material, Skipped> {
    let (n, e) = (number(jwk, "n")?, number(jwk, "e")?);
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    if !RSA_BITS.contains(&bits) || e.len() > RSA_EXPONENT || e == [1] {
        return Err(Skipped::Size);
    }
    if !is_odd(&n) || !is_odd(&e) {
        return Err(Skipped::Malformed);
    }
    Ok(Material::Rsa(RsaPublicKeyComponents { n, e }))
}

/// The point of a key on a curve, uncompressed. One that is not on the curve is refused.
fn point(jwk: &Object, length: usize, algorithm: &'static dyn VerificationAlgorithm) -> Result<Vec<u8>, Skipped> {
    let point = [vec![4], coordinate(jwk, "x", length)?, coordinate(jwk, "y", length)?].concat();
    ParsedPublicKey::new(algorithm, &point).map_err(|_| Skipped::Malformed)?;
    Ok(point)
}

/// A number with zeros before it, which some providers leave out although they must not (RFC 7518, section 6.2.1.2).
fn coordinate(jwk: &Object, name: &str, length: usize) -> Result<Vec<u8>, Skipped> {
    let number = number(jwk, name)?;
    let zeros = length.checked_sub(number.len()).ok_or(Skipped::Malformed)?;
    Ok([vec![0; zeros], number].concat())
}

/// A number that is not zero, without zeros before it, which some providers write although they should not.
fn number(jwk: &Object, name: &str) -> Result<Vec<u8>, Skipped> {
    let bytes = bytes(jwk, name)?;
    let begin = bytes.iter().position(|byte| *byte != 0).ok_or(Skipped::Malformed)?;
    bytes.get(begin..).map(<[u8]>::to_vec).ok_or(Skipped::Malformed)
}

/// Base64url, with padding or without.
fn bytes(jwk: &Object, name: &str) -> Result<Vec<u8>, Skipped> {
    let text = text(jwk, name).ok_or(Skipped::Malformed)?;
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Skipped::Malformed)
}
