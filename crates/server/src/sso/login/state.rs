//! The state of a login that has begun: what identity providers are told, and say again. All else that belongs to this login
//! alone follows from it, with a key that only this server has, so none of it is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foundation::error::Result;
use foundation::id::{Environment, OrganizationId};
use foundation::keys::token::{Token, TokenKind};
use foundation::keys::{Keys, Purpose};

/// `RelayState` of SAML, `state` of OpenID Connect.
#[derive(Clone)]
pub(crate) struct State(Token);

impl State {
    /// That of a new login to an organization.
    pub(crate) fn generate(organization: &OrganizationId) -> Result<Self> {
        Ok(Self(Token::generate(TokenKind::SsoState, organization.uuid())?))
    }

    /// Reads one; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Token::parse(TokenKind::SsoState, text).map(Self)
    }

    pub(crate) fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// The organization that the login is to.
    pub(crate) fn organization(&self, environment: Environment) -> OrganizationId {
        OrganizationId::from_uuid(environment, self.0.tenant())
    }

    /// What is stored of it.
    pub(crate) fn hash(&self, keys: &Keys) -> [u8; 32] {
        self.0.hash(keys)
    }

    fn derived(&self, keys: &Keys, what: &str) -> [u8; 32] {
        keys.hash(Purpose::SsoLogin, format!("{what}\0{}", self.to_text()).as_bytes())
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
        let state = State::generate(&organization).unwrap();
        assert!(saml::is_relay_state(&state.to_text()));
        let read = State::parse(&state.to_text()).unwrap();
        assert_eq!(read.organization(Environment::Test), organization);
        assert!(State::parse("https://app.example").is_none());
    }
}
