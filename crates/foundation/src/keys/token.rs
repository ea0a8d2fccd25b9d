//! Opaque tokens. A token carries its route: its kind and the tenant it belongs to stand in it beside 128 secret
//! bits, so a request knows where to look before it touches storage, and a token of one kind is never looked up as
//! another (threat T-32). Only a keyed hash is stored.

use super::{Keys, Purpose, random};
use crate::error::Result;
use crate::fingerprint::Fingerprints;
use crate::id::SessionId;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TokenKind {
    /// A member session; routed to its organization.
    Session = 1,
    /// An intermediate session; routed to its project.
    Intermediate = 2,
    /// A mailed link of one organization.
    MagicLink = 3,
    /// A mailed link of discovery; routed to its project.
    Discovery = 4,
    /// A mailed link with which a password is set; routed to its organization.
    PasswordReset = 5,
    /// The same of an address, in all organizations; routed to its project.
    DiscoveryPasswordReset = 6,
    /// A mailed link that ends a lock; routed to its organization.
    Unlock = 7,
    /// A login by SSO that has begun; routed to its organization.
    SsoState = 8,
    /// A login by SSO for the app to finish; routed to its organization.
    Sso = 9,
    /// What a directory shows; routed to its organization.
    Scim = 10,
    /// A login at an OAuth provider that has begun; routed to its organization.
    OauthState = 11,
    /// The same for discovery; routed to its project.
    OauthDiscoveryState = 12,
    /// A login at an OAuth provider for the app to finish; routed to its organization.
    Oauth = 13,
    /// The same for discovery; routed to its project.
    OauthDiscovery = 14,
    /// A session of an operator; routed to the operator.
    Operator = 15,
    /// What an operator acts in a member's place with; routed to its organization.
    Impersonation = 17,
    /// A link with which an organization's IT person sets things up; routed to its organization.
    SetupLink = 31,
    /// What a browser keeps of such a link that was opened; routed to its organization.
    SetupSession = 32,
}

/// 33 bytes, 44 characters of base64url: the kind (1), the UUID of the tenant (16), the secret (16).
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 33]);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Token {
    /// A new token with 128 random bits, but for the few whose text would end in a hyphen or an underscore: programs that make
    /// links of text, as Markdown does, leave such a sign out at the end of one.
    pub fn generate(kind: TokenKind, tenant: Uuid) -> Result<Self> {
        loop {
            let token = Self::assemble(kind, tenant, &random()?);
            if token.0[32] & 0x3f < 62 {
                return Ok(token);
            }
        }
    }

    /// The token of a session. It follows from the session's id, so that it can be given again to a client that only
    /// shows the session's JWT, without being stored.
    pub fn of_session(keys: &Keys, organization: Uuid, session: &SessionId) -> Self {
        let mac = keys.hash(Purpose::SessionToken, session.as_str().as_bytes());
        let mut secret = [0; 16];
        secret.copy_from_slice(&mac[..16]);
        Self::assemble(TokenKind::Session, organization, &secret)
    }

    fn assemble(kind: TokenKind, tenant: Uuid, secret: &[u8; 16]) -> Self {
        let mut bytes = [0; 33];
        bytes[0] = kind as u8;
        bytes[1..17].copy_from_slice(tenant.as_bytes());
        bytes[17..].copy_from_slice(secret);
        Self(bytes)
    }

    /// Reads a token of this kind; `None` for anything else.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let mut bytes = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == 33 && bytes[0] == kind as u8).then_some(Self(bytes))
    }

    /// The UUID of the tenant it belongs to.
    pub fn tenant(&self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[1..17]);
        Uuid::from_bytes(bytes)
    }

    /// What the database stores of it.
    pub fn hash(&self, keys: &Keys) -> [u8; 32] {
        keys.hash(Purpose::Token, &self.0)
    }

    /// What it is remembered by.
    pub fn fingerprint(&self, fingerprints: &Fingerprints) -> u128 {
        fingerprints.of(&self.0)
    }

    /// What the client gets.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_with_what_ends_no_link() {
        for _ in 0..1000 {
            let text = Token::generate(TokenKind::MagicLink, Uuid::from_u128(5)).unwrap().to_text();
            assert!(text.ends_with(|last: char| last.is_ascii_alphanumeric()), "{text}");
        }
    }

    #[test]
    fn t32_a_token_is_read_only_as_its_own_kind() {
        let token = Token::generate(TokenKind::MagicLink, Uuid::from_u128(5)).unwrap();
        let text = token.to_text();
        assert_eq!(text.len(), 44);
        assert_eq!(Token::parse(TokenKind::MagicLink, &text), Some(token));
        for other in [TokenKind::Session, TokenKind::Intermediate, TokenKind::Discovery, TokenKind::PasswordReset] {
            assert_eq!(Token::parse(other, &text), None);
        }
        for bad in ["", "x", &text[1..], &format!("{text}A"), &text.replace(|_: char| true, "é")] {
            assert_eq!(Token::parse(TokenKind::MagicLink, bad), None);
        }
    }
}
