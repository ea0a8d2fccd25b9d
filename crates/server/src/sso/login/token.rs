//! What the app is given for a login, and gives back to finish it.

use super::identity::Identity;
use super::store::{self, StoredToken};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::OrganizationId;
use foundation::keys::token::{Token, TokenKind};
use foundation::time;

/// Minutes that it works.
const MINUTES: i64 = 5;

/// Makes and stores one.
pub(super) fn create(
    tx: &mut Tx,
    cx: &Cx,
    organization: &OrganizationId,
    connection_id: &str,
    identity: Identity,
    pkce_code_challenge: Option<String>,
) -> Result<Token> {
    let token = Token::generate(TokenKind::Sso, organization.uuid())?;
    let stored = StoredToken {
        organization_id: organization.clone(),
        token_hash: token.hash(cx.app.keys()),
        connection_id: connection_id.to_owned(),
        identity,
        pkce_code_challenge,
        expires_at: time::after_minutes(cx.now(), MINUTES),
    };
    store::insert_token(tx, &cx.project().id, &stored, cx.now())?;
    Ok(token)
}

/// The organization that the token says it is of.
pub(super) fn organization_of(cx: &Cx, text: &str) -> Option<OrganizationId> {
    let token = Token::parse(TokenKind::Sso, text)?;
    Some(OrganizationId::from_uuid(cx.project().environment, token.tenant()))
}

/// Finds a token that was neither used nor has expired. It is not consumed.
///
/// # Errors
/// `sso_token_not_found`, whatever is wrong with it.
pub(super) fn find(tx: &mut Tx, cx: &Cx, text: &str) -> Result<(OrganizationId, StoredToken)> {
    let token = Token::parse(TokenKind::Sso, text).ok_or(ApiError::SsoTokenNotFound)?;
    let organization = OrganizationId::from_uuid(cx.project().environment, token.tenant());
    let hash = token.hash(cx.app.keys());
    let found =
        tx.visit(organization.as_str(), |tx| store::find_token(tx, &cx.project().id, &organization, &hash, cx.now()))?;
    Ok((organization, found.ok_or(ApiError::SsoTokenNotFound)?))
}
