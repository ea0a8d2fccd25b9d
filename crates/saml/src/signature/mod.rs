//! XML Signature, as narrow as SAML uses it (core, section 5.4): one reference, to the element that the signature is in.

mod form;
mod sign;

pub(crate) use sign::sign;

use crate::encoding::from_base64;
use crate::expected::Expected;
use crate::keys::{Certificate, fingerprint};
use crate::names::{DSIG, EXCLUSIVE};
use crate::refused::{Refused, Signed};
use crate::xml::{Children, attribute, canonicalize, excerpt, is, required_attribute, text};
use aws_lc_rs::digest::digest;
use form::Form;
use roxmltree::Node;

/// Verifies that `signature`, a child of `element`, is about `element`, all of it, and made by one of the connection's
/// certificates. Says by which one.
///
/// # Errors
/// If it is not, or is made in a way that we do not use.
pub(crate) fn verify(
    signature: Node<'_, '_>,
    element: Node<'_, '_>,
    of: Signed,
    expected: &Expected<'_>,
) -> Result<usize, Refused> {
    let form = Form::read(signature, expected.legacy)?;
    let id = required_attribute(element, "ID")?;
    if form.reference.strip_prefix('#') != Some(id) {
        let seen = excerpt(form.reference);
        return Err(Refused::Reference { seen, expected: format!("#{}", excerpt(id)) });
    }
    // First whether it was signed at all: only then is what it says worth the work of a digest.
    let signed = canonicalize(form.signed_info, None, &form.signed_info_prefixes);
    let verifies =
        |certificate: &Certificate| certificate.key().verify(form.key_kind, form.hash, signed.as_bytes(), &form.value);
    let by = expected.certificates.iter().position(verifies).ok_or_else(|| mismatch(signature, of, expected))?;
    let canonical = canonicalize(element, Some(signature), &form.reference_prefixes);
    if digest(form.digest, canonical.as_bytes()).as_ref() != form.digest_value {
        return Err(Refused::Digest { of });
    }
    Ok(by)
}

/// The certificate that comes with a signature is read when it did not verify, and only to say so (threat T-14).
fn mismatch(signature: Node<'_, '_>, of: Signed, expected: &Expected<'_>) -> Refused {
    let known = || expected.certificates.iter().map(Certificate::fingerprint).collect::<Vec<_>>();
    let named = signature
        .descendants()
        .filter(|node| is(*node, DSIG, "X509Certificate"))
        .find_map(|node| from_base64(text(node).ok()?));
    match named.map(|der| fingerprint(&der)) {
        Some(seen) if !known().contains(&seen) => Refused::Certificate { of, seen, expected: known() },
        _ => Refused::Signature { of },
    }
}

/// The prefixes of the parameter that exclusive canonicalization can have.
const MOST_PREFIXES: usize = 16;

/// Reads the parameter of exclusive canonicalization from an element that names it.
fn inclusive_prefixes<'a>(method: Node<'a, '_>) -> Result<Vec<&'a str>, Refused> {
    let mut children = Children::of(method)?;
    let Some(parameter) = children.optional(EXCLUSIVE, "InclusiveNamespaces") else {
        children.end()?;
        return Ok(Vec::new());
    };
    children.end()?;
    let list = attribute(parameter, "PrefixList").unwrap_or_default();
    let prefixes: Vec<&str> = list.split_ascii_whitespace().collect();
    match prefixes.len() > MOST_PREFIXES || parameter.has_children() {
        true => Err(Refused::SignatureForm {
            part: "InclusiveNamespaces",
            seen: excerpt(list),
            expected: "a list of few prefixes",
        }),
        false => Ok(prefixes),
    }
}
