//! The token that a directory shows. It is shown once, and says which organization it is of; the database has a keyed hash.

use database::Timestamp;
use foundation::cx::Cx;
use foundation::error::Result;
use foundation::id::{Environment, OrganizationId};
use foundation::keys::token::{Token, TokenKind};
use foundation::keys::{Keys, equal};
use foundation::time::after_minutes;

/// Minutes that one is good for: five years.
const GOOD_FOR: i64 = 5 * 365 * 24 * 60;

/// What is stored of a token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TokenRecord {
    pub(super) hash: Vec<u8>,
    pub(super) last_four: String,
    pub(super) expires_at: Timestamp,
}

impl std::fmt::Debug for TokenRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenRecord(..)")
    }
}

impl TokenRecord {
    /// A new token of an organization: what is stored of it, and what the administrator gets.
    pub(super) fn generate(cx: &Cx, organization: &OrganizationId) -> Result<(Self, String)> {
        let token = Token::generate(TokenKind::Scim, organization.uuid())?;
        let text = token.to_text();
        let last_four = text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned();
        let hash = token.hash(cx.app.keys()).to_vec();
        Ok((Self { hash, last_four, expires_at: after_minutes(cx.now(), GOOD_FOR) }, text))
    }

    /// Whether this is the token, and still good.
    pub(super) fn is_of(&self, token: &Token, keys: &Keys, now: Timestamp) -> bool {
        equal(&self.hash, &token.hash(keys)) && now < self.expires_at
    }
}

/// What a directory shows: the token, and the organization that it is of.
pub(super) fn read(text: &str, environment: Environment) -> Option<(Token, OrganizationId)> {
    let token = Token::parse(TokenKind::Scim, text)?;
    let organization = OrganizationId::from_uuid(environment, token.tenant());
    Some((token, organization))
}
