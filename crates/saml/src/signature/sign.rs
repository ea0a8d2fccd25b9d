//! Signing our own messages: RSA with SHA-256, exclusive canonicalization.

use crate::encoding::to_base64;
use crate::keys::{Certificate, PrivateKey};
use crate::names::{ASSERTION, DSIG, ENVELOPED, EXCLUSIVE, RSA_SHA256, SHA256};
use crate::xml::{Bounds, canonicalize, escaped, is, parse};
use aws_lc_rs::digest::digest;

/// Puts a signature behind the Issuer of a message of ours (core, section 3.2.1), about all of it.
///
/// Nothing if the text is no message with an ID and an Issuer.
pub(crate) fn sign(message: &str, key: &PrivateKey, certificate: Option<&Certificate>) -> Option<String> {
    let document = parse(message, &Bounds::MESSAGE).ok()?;
    let root = document.root_element();
    let issuer = root.first_element_child().filter(|node| is(*node, ASSERTION, "Issuer"))?;
    let id = escaped(root.attribute("ID")?);
    let digest = to_base64(digest(&aws_lc_rs::digest::SHA256, canonicalize(root, None, &[]).as_bytes()).as_ref());
    // In canonical form already.
    let signed_info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DSIG}\">\
         <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue>\
         </ds:Reference></ds:SignedInfo>"
    );
    let value = to_base64(&key.sign(signed_info.as_bytes())?);
    let key_info = certificate.and_then(Certificate::to_base64).map_or_else(String::new, |certificate| {
        format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        )
    });
    let at = issuer.range().end;
    Some(format!(
        "{}<ds:Signature xmlns:ds=\"{DSIG}\">{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}</ds:Signature>{}",
        &message[..at],
        &message[at..]
    ))
}
