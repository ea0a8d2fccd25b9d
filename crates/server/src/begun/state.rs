//! The state of a login that has begun: what identity providers are told, and say again. All else that belongs to this login
//! alone follows from it, with a key that only this server has, so none of it is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::error::Result;
use foundation::id::{Environment, OrganizationId};
use foundation::keys::token::{Token, TokenKind};
use foundation::keys::{Keys, Purpose};
use uuid::Uuid;

/// `RelayState` of SAML, `state` of OAuth.
#[derive(Clone)]
pub(crate) struct State {
    token: Token,
    kind: TokenKind,
}

impl State {
    /// That of a new login of this kind, to an organization, or of a project.
    pub(crate) fn generate(kind: TokenKind, tenant: Uuid) -> Result<Self> {
        Ok(Self { token: Token::generate(kind, tenant)?, kind })
    }

    /// Reads one of this kind; `None` for anything else.
    pub(crate) fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        Token::parse(kind, text).map(|token| Self { token, kind })
    }

    pub(crate) fn to_text(&self) -> String {
        self.token.to_text()
    }

    /// What kind of login it is of.
    pub(crate) fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The organization that the login is to.
    pub(crate) fn organization(&self, environment: Environment) -> OrganizationId {
        OrganizationId::from_uuid(environment, self.tenant())
    }

    /// The organization or the project that it is of.
    pub(crate) fn tenant(&self) -> Uuid {
        self.token.tenant()
    }

    /// What is stored of it.
    pub(crate) fn hash(&self, keys: &Keys) -> [u8; 32] {
        self.token.hash(keys)
    }

    /// What its secrets are derived for: those of one subject are of no use in another (threat T-32).
    pub(super) fn purpose(&self) -> Purpose {
        match self.kind {
            TokenKind::SsoState => Purpose::SsoLogin,
            _ => Purpose::OauthLogin,
        }
    }

    fn derived(&self, keys: &Keys, what: &str) -> [u8; 32] {
        keys.hash(self.purpose(), format!("{what}\0{}", self.to_text()).as_bytes())
    }

    /// The ID of the SAML request. It begins with no digit.
    pub(crate) fn request_id(&self, keys: &Keys) -> String {
        let hash = self.derived(keys, "request");
        format!("_{}", data_encoding::HEXLOWER.encode(&hash[..20]))
    }

    /// The nonce that the ID token has to have.
    pub(crate) fn nonce(&self, keys: &Keys) -> String {
        URL_SAFE_NO_PAD.encode(self.derived(keys, "nonce"))
    }

    /// What the code challenge is made of (RFC 7636).
    pub(crate) fn code_verifier(&self, keys: &Keys) -> String {
        URL_SAFE_NO_PAD.encode(self.derived(keys, "verifier"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_a_relay_state_that_every_peer_encodes_alike() {
        let organization = OrganizationId::new(Environment::Test);
        let state = State::generate(TokenKind::SsoState, organization.uuid()).unwrap();
        assert!(saml::is_relay_state(&state.to_text()));
        let read = State::parse(TokenKind::SsoState, &state.to_text()).unwrap();
        assert_eq!(read.organization(Environment::Test), organization);
        assert!(State::parse(TokenKind::SsoState, "https://app.example").is_none());
        assert!(State::parse(TokenKind::OauthState, &state.to_text()).is_none());
    }
}
