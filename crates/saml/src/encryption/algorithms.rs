//! The algorithms that assertions, and the keys to them, are encrypted with.

use super::algorithm;
use crate::encoding::from_base64;
use crate::expected::Legacy;
use crate::names::{DSIG, XENC, XENC11};
use crate::refused::Refused;
use crate::xml::{Children, Malformed, excerpt, required_attribute, text};
use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm,
    OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
};
use des::TdesEde3;
use des::cipher::{Block, BlockCipherDecrypt as _, KeyInit as _};
use roxmltree::Node;
use zeroize::Zeroizing;

/// How an assertion is encrypted.
pub(super) enum Content {
    Gcm(&'static aws_lc_rs::aead::Algorithm),
    Cbc(&'static aws_lc_rs::cipher::Algorithm),
    TripleDes,
}

/// The block of triple DES, in bytes.
const DES_BLOCK: usize = 8;
/// The block of AES, in bytes.
const AES_BLOCK: usize = 16;

impl Content {
    pub(super) fn read(method: Node<'_, '_>, legacy: Legacy) -> Result<Self, Refused> {
        let name = algorithm(method)?;
        let mut children = Children::of(method)?;
        children.optional(XENC, "KeySize");
        children.end()?;
        Ok(match name {
            "http://www.w3.org/2009/xmlenc11#aes128-gcm" => Self::Gcm(&AES_128_GCM),
            "http://www.w3.org/2009/xmlenc11#aes192-gcm" => Self::Gcm(&AES_192_GCM),
            "http://www.w3.org/2009/xmlenc11#aes256-gcm" => Self::Gcm(&AES_256_GCM),
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => Self::Cbc(&AES_128),
            "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => Self::Cbc(&AES_192),
            "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => Self::Cbc(&AES_256),
            "http://www.w3.org/2001/04/xmlenc#tripledes-cbc" if legacy.triple_des => Self::TripleDes,
            _ => {
                let switch = name.ends_with("#tripledes-cbc").then_some("triple DES");
                return Err(Refused::Algorithm { purpose: "encryption of the assertion", seen: excerpt(name), switch });
            }
        })
    }

    /// CBC is not authenticated: who can ask often enough learns the text (threat T-10).
    pub(super) fn malleable(&self) -> Option<&'static str> {
        match self {
            Self::Gcm(_) => None,
            Self::Cbc(_) | Self::TripleDes => Some("CBC"),
        }
    }

    pub(super) fn key_bytes(&self) -> usize {
        match self {
            Self::Gcm(algorithm) => algorithm.key_len(),
            Self::TripleDes => 24,
            Self::Cbc(algorithm) if **algorithm == AES_128 => 16,
            Self::Cbc(algorithm) if **algorithm == AES_192 => 24,
            Self::Cbc(_) => 32,
        }
    }

    /// The text. The initialization vector stands before it (XML Encryption 1.1, section 5.2).
    pub(super) fn decrypt<'a>(&self, key: &[u8], data: &'a mut [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Gcm(algorithm) => {
                let (nonce, data) = data.split_at_mut_checked(12)?;
                let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
                Some(key.open_in_place(nonce, Aad::empty(), data).ok()?)
            }
            Self::Cbc(algorithm) => {
                let (vector, data) = split_blocks(data, AES_BLOCK)?;
                let context = DecryptionContext::Iv128(FixedLength::try_from(vector).ok()?);
                // The padding of XML Encryption has a length and no other rule (section 5.2.2), as that of ISO 10126.
                let key = PaddedBlockDecryptingKey::cbc_iso10126(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
                Some(key.decrypt(data, context).ok()?)
            }
            Self::TripleDes => triple_des(key, data),
        }
    }
}

/// The initialization vector, and the blocks after it, of which there is at least one.
fn split_blocks(data: &mut [u8], block: usize) -> Option<(&[u8], &mut [u8])> {
    let (vector, data) = data.split_at_mut_checked(block)?;
    (!data.is_empty() && data.len() % block == 0).then_some((vector, data))
}

/// CBC and the padding, as for AES. `aws-lc-rs` has the cipher, too, but asking it for that would have the whole of it
/// compiled anew.
fn triple_des<'a>(key: &[u8], data: &'a mut [u8]) -> Option<&'a [u8]> {
    let cipher = TdesEde3::new_from_slice(key).ok()?;
    let (vector, data) = split_blocks(data, DES_BLOCK)?;
    let mut before: [u8; DES_BLOCK] = vector.try_into().ok()?;
    for block in data.chunks_exact_mut(DES_BLOCK) {
        let encrypted: [u8; DES_BLOCK] = (&*block).try_into().ok()?;
        let mut plain = Block::<TdesEde3>::from(encrypted);
        cipher.decrypt_block(&mut plain);
        for (byte, (plain, before)) in block.iter_mut().zip(plain.iter().zip(before)) {
            *byte = plain ^ before;
        }
        before = encrypted;
    }
    let padding = usize::from(*data.last()?);
    let length = data.len().checked_sub(padding).filter(|_| (1..=DES_BLOCK).contains(&padding))?;
    data.get(..length)
}

/// How the key to an assertion is encrypted.
pub(super) enum Transport {
    /// With its label.
    Oaep(&'static OaepAlgorithm, Vec<u8>),
    Pkcs1,
}

impl Transport {
    pub(super) fn read(method: Node<'_, '_>, legacy: Legacy) -> Result<Self, Refused> {
        let name = algorithm(method)?;
        let mut children = Children::of(method)?;
        children.optional(XENC, "KeySize");
        let label = children.optional(XENC, "OAEPparams").map(text).transpose()?.unwrap_or_default();
        // The schema leaves their order open.
        let (mut digest, mut mask) = (None, None);
        loop {
            if let Some(found) = children.optional(DSIG, "DigestMethod").filter(|_| digest.is_none()) {
                digest = Some(algorithm(found)?);
            } else if let Some(found) = children.optional(XENC11, "MGF").filter(|_| mask.is_none()) {
                mask = Some(required_attribute(found, "Algorithm")?);
            } else {
                break;
            }
        }
        children.end()?;
        let not_used = |purpose, seen, switch| Refused::Algorithm { purpose, seen: excerpt(seen), switch };
        match name {
            "http://www.w3.org/2001/04/xmlenc#rsa-1_5" if legacy.rsa_1_5 => return Ok(Self::Pkcs1),
            "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p" => {
                if let Some(mask) = mask.filter(|mask| !mask.ends_with("#mgf1sha1")) {
                    return Err(not_used("mask of the encrypted key", mask, None));
                }
            }
            "http://www.w3.org/2009/xmlenc11#rsa-oaep" => (),
            _ => {
                let switch = name.ends_with("#rsa-1_5").then_some("RSA 1.5");
                return Err(not_used("encryption of the key", name, switch));
            }
        }
        let digest = digest.unwrap_or("http://www.w3.org/2000/09/xmldsig#sha1");
        let mask = mask.unwrap_or("http://www.w3.org/2009/xmlenc11#mgf1sha1");
        // What is hashed here is no secret's fingerprint and nobody's signature, so SHA-1 does no harm.
        let oaep = match (digest, mask) {
            ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2009/xmlenc11#mgf1sha1") => {
                &OAEP_SHA1_MGF1SHA1
            }
            ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2009/xmlenc11#mgf1sha256") => {
                &OAEP_SHA256_MGF1SHA256
            }
            (
                "http://www.w3.org/2001/04/xmldsig-more#sha384" | "http://www.w3.org/2001/04/xmlenc#sha384",
                "http://www.w3.org/2009/xmlenc11#mgf1sha384",
            ) => &OAEP_SHA384_MGF1SHA384,
            ("http://www.w3.org/2001/04/xmlenc#sha512", "http://www.w3.org/2009/xmlenc11#mgf1sha512") => {
                &OAEP_SHA512_MGF1SHA512
            }
            // The library has no two different ones together.
            _ => return Err(not_used("digest and mask of the encrypted key", &format!("{digest} and {mask}"), None)),
        };
        let wrong = || Malformed::Value { of: "OAEPparams".to_owned(), seen: excerpt(label), expected: "base64" };
        Ok(Self::Oaep(oaep, from_base64(label).ok_or_else(wrong)?))
    }

    /// The padding of PKCS#1 v1.5 is an oracle (Bleichenbacher 1998).
    pub(super) fn malleable(&self) -> Option<&'static str> {
        match self {
            Self::Oaep(..) => None,
            Self::Pkcs1 => Some("RSA 1.5"),
        }
    }

    /// The key, if this is the right one for it, and what comes out is as long as a key.
    pub(super) fn unwrap(
        &self,
        key: &PrivateDecryptingKey,
        wrapped: &[u8],
        bytes: usize,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut plain = Zeroizing::new(vec![0; key.key_size_bytes()]);
        let length = match self {
            Self::Oaep(algorithm, label) => {
                let label = (!label.is_empty()).then_some(&label[..]);
                let key = OaepPrivateDecryptingKey::new(key.clone()).ok()?;
                key.decrypt(algorithm, wrapped, &mut plain, label).ok()?.len()
            }
            Self::Pkcs1 => Pkcs1PrivateDecryptingKey::new(key.clone()).ok()?.decrypt(wrapped, &mut plain).ok()?.len(),
        };
        plain.truncate(length);
        (length == bytes).then_some(plain)
    }
}
