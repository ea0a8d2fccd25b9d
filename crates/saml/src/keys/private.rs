//! Our own keys: they sign requests, and decrypt assertions.

use super::der::{self, INTEGER, NULL, OBJECT, OCTET_STRING, Reader, SEQUENCE};
use super::pem;
use super::public::{KeyError, RSA_ENCRYPTION, check_bits};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use std::fmt;
use zeroize::Zeroizing;

const PKCS1: &str = "RSA PRIVATE KEY";
const PKCS8: &str = "PRIVATE KEY";
/// The longest text of a key, in bytes. One of 8192 bits has less than half of it.
const MAX_BYTES: usize = 16 * 1024;

/// Why a text is no private key that we use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// It is no PEM, or what is in it is no key.
    #[error("this is no RSA private key in PEM")]
    Unreadable,
    /// It is a private key in another form: encrypted, or of another algorithm.
    #[error(
        "the private key is in a form that is not used: an RSA key in PEM without a passphrase is (PKCS#1 or PKCS#8)"
    )]
    Form,
    /// It is too short, or too long.
    #[error(transparent)]
    Key(KeyError),
    /// The operating system gives no randomness.
    #[error("no key could be made")]
    Random,
}

/// An RSA private key of 2048 bits or more.
pub struct PrivateKey {
    /// RSAPrivateKey (RFC 8017, appendix A.1.2).
    pkcs1: Zeroizing<Vec<u8>>,
    pair: KeyPair,
    pub(crate) decrypting: PrivateDecryptingKey,
}

impl PrivateKey {
    /// Makes a new one, of 2048 bits. Takes some tenths of a second.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, PrivateKeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| PrivateKeyError::Random)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| PrivateKeyError::Random)?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// Reads a PEM text, of PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_pem(text: &str) -> Result<Self, PrivateKeyError> {
        if text.len() > MAX_BYTES {
            return Err(PrivateKeyError::Unreadable);
        }
        let blocks = pem::blocks(text);
        let block = blocks.iter().find(|block| block.label.ends_with(PKCS8)).ok_or(PrivateKeyError::Unreadable)?;
        if block.has_headers() || !matches!(block.label, PKCS1 | PKCS8) {
            return Err(PrivateKeyError::Form);
        }
        let bytes = block.bytes().ok_or(PrivateKeyError::Unreadable)?;
        match block.label {
            PKCS1 => Self::from_pkcs1(&bytes),
            _ => Self::from_pkcs8(&bytes),
        }
    }

    fn from_pkcs1(pkcs1: &[u8]) -> Result<Self, PrivateKeyError> {
        let algorithm = der::value(SEQUENCE, &[&der::value(OBJECT, &[RSA_ENCRYPTION]), &der::value(NULL, &[])]);
        let key = Zeroizing::new(der::value(OCTET_STRING, &[pkcs1]));
        Self::from_pkcs8(&Zeroizing::new(der::value(SEQUENCE, &[&der::unsigned(&[]), &algorithm, &key])))
    }

    /// PrivateKeyInfo (RFC 5208, section 5).
    fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        let read = || {
            let mut info = Reader(pkcs8).sequence()?;
            info.take(INTEGER)?;
            Some((info.sequence()?.take(OBJECT)?, info.take(OCTET_STRING)?))
        };
        let (algorithm, pkcs1) = read().ok_or(PrivateKeyError::Unreadable)?;
        if algorithm != RSA_ENCRYPTION {
            return Err(PrivateKeyError::Form);
        }
        let decrypting = PrivateDecryptingKey::from_pkcs8(pkcs8);
        // The bits are looked at first, so that a short key is called that and not broken.
        check_bits(private_bits(pkcs1).ok_or(PrivateKeyError::Unreadable)?).map_err(PrivateKeyError::Key)?;
        Ok(Self {
            pkcs1: Zeroizing::new(pkcs1.to_vec()),
            pair: KeyPair::from_pkcs8(pkcs8).map_err(|_| PrivateKeyError::Unreadable)?,
            decrypting: decrypting.map_err(|_| PrivateKeyError::Unreadable)?,
        })
    }

    /// As PEM, in the form of PKCS#1. It is a secret.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::write(PKCS1, &self.pkcs1)
    }

    /// How many bits it has.
    pub fn bits(&self) -> usize {
        self.decrypting.key_size_bits()
    }

    /// The public key as an RSAPublicKey.
    pub(super) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// A signature of RSA with SHA-256 (PKCS#1 v1.5).
    ///
    /// # Errors
    /// Never, with a key that could be read.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RSA private key of {} bits", self.bits())
    }
}

/// Of an RSAPrivateKey: version, modulus, and so on.
fn private_bits(pkcs1: &[u8]) -> Option<usize> {
    let mut key = Reader(pkcs1).sequence()?;
    key.unsigned()?;
    let modulus = key.unsigned()?;
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}
