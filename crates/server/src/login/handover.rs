//! From our own pages to an app: a token that stands for what was proven here.

use super::finish::{Evidence, finish};
use super::outcome::Outcome;
use crate::one_time_tokens::{self, New, OneTimeToken, Purpose};
use crate::sessions::{self, Presented, Terms};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};

/// Minutes in which the app has to take it.
const MINUTES: i64 = 5;

/// Makes a token for the app at a registered URL. It works once, and only with the verifier of the challenge, if there is one.
pub(crate) fn hand_over(
    tx: &mut Tx,
    cx: &Cx,
    presented: &Presented,
    redirect_url: String,
    pkce_code_challenge: Option<String>,
) -> Result<String> {
    presented.session.require_own()?;
    let new = New {
        purpose: Purpose::Handover,
        organization: Some(&presented.organization.organization_id),
        member: Some(&presented.member),
        email: &presented.member.email_address,
        redirect_url,
        pkce_code_challenge,
        session: Some(&presented.session.member_session_id),
        impersonator: None,
        minutes: MINUTES,
    };
    Ok(one_time_tokens::create(tx, cx, new)?.to_text())
}

/// The session of the app: with the factors of the one that the token stands for, as they were proven, and no others. It is
/// derived from that, and ends when that is revoked.
///
/// # Errors
/// `unable_to_auth_magic_link` when that session has ended, and those of a login.
pub(crate) fn take_over(
    tx: &mut Tx,
    cx: &Cx,
    token: &OneTimeToken,
    terms: Terms,
    locale: Option<String>,
) -> Result<Outcome> {
    let id = token.session_id.as_ref().ok_or(ApiError::UnableToAuthMagicLink)?;
    let presented = sessions::by_id(tx, cx, id).map_err(|error| match error {
        Error::Api(..) => ApiError::UnableToAuthMagicLink.into(),
        fault => fault,
    })?;
    let Presented { session, organization, member } = presented;
    if token.has_ended_with_all_of(&member) {
        return Err(ApiError::UnableToAuthMagicLink.into());
    }
    let source = Some(session.as_source());
    one_time_tokens::consume(tx, cx, token)?;
    let evidence = Evidence { factors: session.factors, source, locale, ..Evidence::default() };
    finish(tx, cx, organization, member, evidence, terms)
}
