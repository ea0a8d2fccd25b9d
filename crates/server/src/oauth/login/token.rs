//! What the app is given for a login, and gives back to finish it.

use super::begun::Goal;
use crate::oauth_accounts::{self, Arrival, Arrived};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::OrganizationId;
use foundation::keys::token::{Token, TokenKind};

/// Makes one, for an account that has been shown.
pub(super) fn create(tx: &mut Tx, cx: &Cx, goal: &Goal, challenge: Option<&str>, arrival: &Arrival) -> Result<Token> {
    let (token, organization) = match goal {
        Goal::Organization(id) => (Token::generate(TokenKind::Oauth, id.uuid())?, Some(id)),
        Goal::Discovery(id) => (Token::generate(TokenKind::OauthDiscovery, id.uuid())?, None),
    };
    oauth_accounts::arrive(tx, cx, organization, &token.hash(cx.app.keys()), challenge, arrival)?;
    Ok(token)
}

/// The organization that a token is of, and the account that it is for. It is not consumed.
///
/// # Errors
/// `oauth_token_not_found`, whatever is wrong with it.
pub(super) fn find(tx: &mut Tx, cx: &Cx, text: &str) -> Result<(OrganizationId, Arrived)> {
    let token = Token::parse(TokenKind::Oauth, text).ok_or(ApiError::OauthTokenNotFound)?;
    let organization = OrganizationId::from_uuid(cx.project().environment, token.tenant());
    let found = oauth_accounts::find_by_token(tx, cx, Some(&organization), &token.hash(cx.app.keys()))?;
    Ok((organization, found.ok_or(ApiError::OauthTokenNotFound)?))
}

/// The account that a token of discovery is for. It is not consumed.
///
/// # Errors
/// `oauth_token_not_found`, whatever is wrong with it.
pub(super) fn find_discovery(tx: &mut Tx, cx: &Cx, text: &str) -> Result<Arrived> {
    let token = Token::parse(TokenKind::OauthDiscovery, text).ok_or(ApiError::OauthTokenNotFound)?;
    let found = oauth_accounts::find_by_token(tx, cx, None, &token.hash(cx.app.keys()))?;
    Ok(found.ok_or(ApiError::OauthTokenNotFound)?)
}
