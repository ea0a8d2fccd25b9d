//! AuthnRequests: how a login is started at an identity provider (core, section 3.4).

use crate::encoding::{deflate, from_base64, inflate, percent, to_base64};
use crate::keys::{Certificate, PrivateKey};
use crate::names::{ASSERTION, POST_BINDING, PROTOCOL, RSA_SHA256};
use crate::signature;
use crate::time;
use crate::xml::{Bounds, escaped};

/// The longest RelayState (bindings, section 3.4.3).
pub const MAX_RELAY_STATE: usize = 80;

/// Why a request was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The RelayState has other characters than every peer encodes alike, or too many of them.
    #[error("a RelayState has 1 to {MAX_RELAY_STATE} letters, digits, - and _")]
    RelayState,
    /// It could not be signed.
    #[error("the request could not be signed")]
    Signing,
}

/// A request to log somebody in.
#[derive(Debug, Clone, Copy)]
pub struct AuthnRequest<'a> {
    /// What the response has to name: see [`new_id`].
    pub id: &'a str,
    /// When it was made, in seconds since 1970.
    pub issue_instant: i64,
    /// Where it goes: the identity provider's single sign-on address.
    pub destination: &'a str,
    /// Where the response is to be posted.
    pub acs_url: &'a str,
    /// Our entity ID.
    pub issuer: &'a str,
    /// What kind of NameID is asked for. There always is one: some identity providers answer with a page of their own
    /// otherwise.
    pub name_id_format: &'a str,
}

/// A new ID: 160 random bits, more than the standard asks for (core, section 1.3.4).
///
/// # Errors
/// If there is no randomness.
pub fn new_id() -> Result<String, RequestError> {
    let mut bits = [0; 20];
    aws_lc_rs::rand::fill(&mut bits).map_err(|_| RequestError::Signing)?;
    let digits = bits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    // An xs:ID begins with no digit.
    Ok(std::iter::once('_').chain(digits.filter_map(|digit| char::from_digit(digit.into(), 16))).collect())
}

/// Whether a text can be a RelayState: pysaml2 and python3-saml verify the signature of a redirect over what they would have
/// encoded themselves.
pub fn is_relay_state(text: &str) -> bool {
    (1..=MAX_RELAY_STATE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl AuthnRequest<'_> {
    /// As XML, without a signature. No RequestedAuthnContext: identity providers answer Success whatever was asked for.
    pub fn to_xml(&self) -> String {
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" AssertionConsumerServiceURL=\"{}\" Destination=\"{}\" \
             ID=\"{}\" IssueInstant=\"{}\" ProtocolBinding=\"{POST_BINDING}\" Version=\"2.0\">\
             <saml:Issuer xmlns:saml=\"{ASSERTION}\">{}</saml:Issuer>\
             <samlp:NameIDPolicy AllowCreate=\"true\" Format=\"{}\"></samlp:NameIDPolicy></samlp:AuthnRequest>",
            escaped(self.acs_url),
            escaped(self.destination),
            escaped(self.id),
            time::format(self.issue_instant),
            escaped(self.issuer),
            escaped(self.name_id_format),
        )
    }

    /// Where to send a browser, by the redirect binding (bindings, section 3.4): signed over the query.
    ///
    /// # Errors
    /// If the RelayState is none, or signing fails.
    pub fn redirect(&self, relay_state: &str, key: &PrivateKey) -> Result<String, RequestError> {
        if !is_relay_state(relay_state) {
            return Err(RequestError::RelayState);
        }
        let mut query = String::from("SAMLRequest=");
        percent(&to_base64(&deflate(self.to_xml().as_bytes())), &mut query);
        query.push_str("&RelayState=");
        percent(relay_state, &mut query);
        query.push_str("&SigAlg=");
        percent(RSA_SHA256, &mut query);
        let signature = key.sign(query.as_bytes()).ok_or(RequestError::Signing)?;
        query.push_str("&Signature=");
        percent(&to_base64(&signature), &mut query);
        // What stands behind a # never leaves the browser.
        let address = self.destination.split_once('#').map_or(self.destination, |(address, _)| address);
        let separator = match address.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some((_, query)) if query.ends_with('&') => "",
            Some(_) => "&",
        };
        Ok(format!("{address}{separator}{query}"))
    }

    /// The form field `SAMLRequest` of the POST binding (bindings, section 3.5): the message is signed.
    ///
    /// # Errors
    /// If signing fails.
    pub fn post(&self, key: &PrivateKey, certificate: &Certificate) -> Result<String, RequestError> {
        let signed = signature::sign(&self.to_xml(), key, Some(certificate)).ok_or(RequestError::Signing)?;
        Ok(to_base64(signed.as_bytes()))
    }
}

/// The XML in the parameter `SAMLRequest` or `SAMLResponse` of a redirect, percent-decoded: to be shown, and not to be
/// believed, since nothing is verified. Nothing if it is none, or more than a message may be (threat T-16).
pub fn from_redirect(parameter: &str) -> Option<String> {
    if parameter.len() > Bounds::MESSAGE.bytes {
        return None;
    }
    String::from_utf8(inflate(&from_base64(parameter)?, Bounds::MESSAGE.bytes)?).ok()
}
