//! Encrypted assertions (XML Encryption 1.1), as narrow as SAML uses them: one key, for us, and one element.
//!
//! What is wrong with the form of the message is said, since everybody can see it. Whatever goes wrong from the first use
//! of a key on is the same [`Refused::Decryption`] (threat T-10).

mod algorithms;

use crate::encoding::from_base64;
use crate::expected::{Expected, MAX_DECRYPTION_KEYS};
use crate::names::{DSIG, XENC};
use crate::refused::Refused;
use crate::xml::{Bounds, Children, Malformed, attribute, decode, excerpt, is, required_attribute, text};
use algorithms::{Content, Transport};
use roxmltree::Node;
use zeroize::Zeroizing;

/// The type that an EncryptedData says it is, if it says one.
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

/// What is in an EncryptedAssertion.
pub(crate) struct Encrypted {
    content: Content,
    transport: Transport,
    /// The key that the assertion is encrypted with, itself encrypted.
    key: Vec<u8>,
    data: Vec<u8>,
}

impl Encrypted {
    /// Reads an EncryptedAssertion (core, section 2.3.4).
    ///
    /// # Errors
    /// If it is made in a way that we do not use.
    pub(crate) fn read(element: Node<'_, '_>, expected: &Expected<'_>) -> Result<Self, Refused> {
        let mut children = Children::of(element)?;
        let data = children.required(XENC, "EncryptedData")?;
        let siblings = children.repeated(XENC, "EncryptedKey");
        children.end()?;

        if let Some(kind) = attribute(data, "Type").filter(|kind| *kind != ELEMENT) {
            let expected = "an element";
            let of = "the Type of EncryptedData".to_owned();
            return Err(Malformed::Value { of, seen: excerpt(kind), expected }.into());
        }
        let mut children = Children::of(data)?;
        let method = children.required(XENC, "EncryptionMethod")?;
        let key_info = children.optional(DSIG, "KeyInfo");
        let cipher = children.required(XENC, "CipherData")?;
        children.optional(XENC, "EncryptionProperties");
        children.end()?;

        let key = find_key(key_info, &siblings, expected)?;
        let mut children = Children::of(key)?;
        let key_method = children.required(XENC, "EncryptionMethod")?;
        children.optional(DSIG, "KeyInfo");
        let key_cipher = children.required(XENC, "CipherData")?;
        children.optional(XENC, "EncryptionProperties");
        children.optional(XENC, "ReferenceList");
        children.optional(XENC, "CarriedKeyName");
        children.end()?;

        Ok(Self {
            content: Content::read(method, expected.legacy)?,
            transport: Transport::read(key_method, expected.legacy)?,
            key: cipher_value(key_cipher)?,
            data: cipher_value(cipher)?,
        })
    }

    /// What of it can be attacked by sending variations, unless somebody has signed it.
    pub(crate) fn malleable(&self) -> Option<&'static str> {
        self.content.malleable().or(self.transport.malleable())
    }

    /// The XML of the assertion.
    ///
    /// # Errors
    /// Always the same, if anything is wrong; and another one if there is no key at all.
    pub(crate) fn decrypt(mut self, expected: &Expected<'_>) -> Result<Zeroizing<String>, Refused> {
        if expected.decryption_keys.is_empty() {
            return Err(Refused::NoDecryptionKey);
        }
        let mut keys = expected.decryption_keys.iter().take(MAX_DECRYPTION_KEYS);
        let key = keys.find_map(|key| self.transport.unwrap(&key.decrypting, &self.key, self.content.key_bytes()));
        let plain = key.and_then(|key| self.content.decrypt(&key, &mut self.data)).ok_or(Refused::Decryption)?;
        let plain = decode(plain, &Bounds::MESSAGE).map_err(|_| Refused::Decryption)?;
        Ok(Zeroizing::new(plain.to_owned()))
    }
}

/// The only EncryptedKey that is for us: in the KeyInfo of the data, or beside the data and pointed to from there, or just
/// beside it.
fn find_key<'a, 'input>(
    key_info: Option<Node<'a, 'input>>,
    siblings: &[Node<'a, 'input>],
    expected: &Expected<'_>,
) -> Result<Node<'a, 'input>, Refused> {
    let in_key_info = |namespace: &'static str, name: &'static str| {
        key_info.into_iter().flat_map(|info| info.children()).filter(move |node| is(*node, namespace, name))
    };
    let pointers: Vec<&str> =
        in_key_info(DSIG, "RetrievalMethod").filter_map(|node| attribute(node, "URI")?.strip_prefix('#')).collect();
    let is_meant = |key: &Node<'_, '_>| {
        let pointed = pointers.is_empty() || attribute(*key, "Id").is_some_and(|id| pointers.contains(&id));
        let recipient = attribute(*key, "Recipient");
        pointed && recipient.is_none_or(|recipient| expected.audiences.contains(&recipient))
    };
    let inside = in_key_info(XENC, "EncryptedKey");
    let keys: Vec<_> = inside.chain(siblings.iter().copied().filter(is_meant)).collect();
    match keys[..] {
        [key] => Ok(key),
        _ => Err(Malformed::Unexpected {
            parent: "EncryptedAssertion".to_owned(),
            seen: format!("{} EncryptedKey for us", keys.len()),
            expected: "one".to_owned(),
        }
        .into()),
    }
}

/// The bytes in a CipherData. They are in the message; what is elsewhere is not fetched.
fn cipher_value(cipher: Node<'_, '_>) -> Result<Vec<u8>, Refused> {
    let mut children = Children::of(cipher)?;
    let value = children.required(XENC, "CipherValue")?;
    children.end()?;
    let wrong = || Malformed::Value { of: "CipherValue".to_owned(), seen: String::new(), expected: "base64" };
    Ok(from_base64(text(value)?).ok_or_else(wrong)?)
}

fn algorithm<'a>(method: Node<'a, '_>) -> Result<&'a str, Malformed> {
    required_attribute(method, "Algorithm")
}
