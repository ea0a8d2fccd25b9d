//! What a signature is made of.

use super::inclusive_prefixes;
use crate::encoding::from_base64;
use crate::expected::Legacy;
use crate::keys::{Hash, KeyKind};
use crate::names::{DSIG, ENVELOPED, EXCLUSIVE, EXCLUSIVE_WITH_COMMENTS};
use crate::refused::Refused;
use crate::xml::{Children, attribute, excerpt, required_attribute, text};
use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use roxmltree::Node;

/// A signature with nothing in it that we do not know.
pub(super) struct Form<'a, 'input> {
    pub(super) signed_info: Node<'a, 'input>,
    pub(super) signed_info_prefixes: Vec<&'a str>,
    pub(super) key_kind: KeyKind,
    pub(super) hash: Hash,
    /// The URI of the only reference.
    pub(super) reference: &'a str,
    pub(super) reference_prefixes: Vec<&'a str>,
    pub(super) digest: &'static Algorithm,
    pub(super) digest_value: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl<'a, 'input> Form<'a, 'input> {
    /// # Errors
    /// Whatever else there is, is missing, or stands elsewhere (threat T-12).
    pub(super) fn read(signature: Node<'a, 'input>, legacy: Legacy) -> Result<Self, Refused> {
        let mut children = Children::of(signature)?;
        let signed_info = children.required(DSIG, "SignedInfo")?;
        let value = base64_of(children.required(DSIG, "SignatureValue")?)?;
        // Who made it is in the configuration, not in the message (threat T-14).
        children.optional(DSIG, "KeyInfo");
        children.end()?;

        let mut children = Children::of(signed_info)?;
        let canonicalization = children.required(DSIG, "CanonicalizationMethod")?;
        let method = children.required(DSIG, "SignatureMethod")?;
        let reference = children.required(DSIG, "Reference")?;
        children.end()?;
        exclusive(canonicalization)?;
        let (key_kind, hash) = signature_method(required_attribute(method, "Algorithm")?, legacy)?;
        empty(method)?;

        let mut children = Children::of(reference)?;
        let transforms = children.required(DSIG, "Transforms")?;
        let digest_method = children.required(DSIG, "DigestMethod")?;
        let digest_value = base64_of(children.required(DSIG, "DigestValue")?)?;
        children.end()?;
        let digest = digest_method_of(required_attribute(digest_method, "Algorithm")?, legacy)?;
        empty(digest_method)?;

        let mut children = Children::of(transforms)?;
        let enveloped = children.required(DSIG, "Transform")?;
        let canonical = children.required(DSIG, "Transform")?;
        children.end()?;
        let first = required_attribute(enveloped, "Algorithm")?;
        if first != ENVELOPED {
            let (seen, expected) = (excerpt(first), "enveloped-signature");
            return Err(Refused::SignatureForm { part: "first transform", seen, expected });
        }
        empty(enveloped)?;
        exclusive(canonical)?;

        Ok(Self {
            signed_info,
            signed_info_prefixes: inclusive_prefixes(canonicalization)?,
            key_kind,
            hash,
            // Absent is another thing than ours, too.
            reference: attribute(reference, "URI").unwrap_or_default(),
            reference_prefixes: inclusive_prefixes(canonical)?,
            digest,
            digest_value,
            value,
        })
    }
}

/// Exclusive canonicalization and nothing else.
fn exclusive(method: Node<'_, '_>) -> Result<(), Refused> {
    match required_attribute(method, "Algorithm")? {
        EXCLUSIVE | EXCLUSIVE_WITH_COMMENTS => Ok(()),
        other => Err(Refused::SignatureForm {
            part: "canonicalization",
            seen: excerpt(other),
            expected: "exclusive canonicalization",
        }),
    }
}

/// Parameters, such as the length of a truncated digest, are not used.
fn empty(method: Node<'_, '_>) -> Result<(), Refused> {
    Ok(Children::of(method)?.end()?)
}

fn base64_of(node: Node<'_, '_>) -> Result<Vec<u8>, Refused> {
    let seen = text(node)?;
    let part = if node.tag_name().name() == "DigestValue" { "DigestValue" } else { "SignatureValue" };
    from_base64(seen).ok_or_else(|| Refused::SignatureForm { part, seen: excerpt(seen), expected: "base64" })
}

/// RFC 6931, section 2.3.
fn signature_method(name: &str, legacy: Legacy) -> Result<(KeyKind, Hash), Refused> {
    Ok(match name {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => (KeyKind::Rsa, Hash::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => (KeyKind::Rsa, Hash::Sha384),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => (KeyKind::Rsa, Hash::Sha512),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => (KeyKind::Ecdsa, Hash::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => (KeyKind::Ecdsa, Hash::Sha384),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => (KeyKind::Ecdsa, Hash::Sha512),
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" if legacy.sha1 => (KeyKind::Rsa, Hash::Sha1),
        _ => return Err(not_used("signature method", name)),
    })
}

fn digest_method_of(name: &str, legacy: Legacy) -> Result<&'static Algorithm, Refused> {
    Ok(match name {
        "http://www.w3.org/2001/04/xmlenc#sha256" => &SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => &SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => &SHA512,
        "http://www.w3.org/2000/09/xmldsig#sha1" if legacy.sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
        _ => return Err(not_used("digest method", name)),
    })
}

fn not_used(purpose: &'static str, name: &str) -> Refused {
    let is_sha1 =
        matches!(name, "http://www.w3.org/2000/09/xmldsig#rsa-sha1" | "http://www.w3.org/2000/09/xmldsig#sha1");
    Refused::Algorithm { purpose, seen: excerpt(name), switch: is_sha1.then_some("SHA-1") }
}
