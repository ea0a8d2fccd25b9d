//! What opening a link leads to.

use crate::actor::ProjectCaller;
use crate::factors::{Factor, ProvenAddress};
use crate::joining;
use crate::login::{self, Evidence, IntermediateSession, Outcome};
use crate::members::{self, EmailChange, Member, Status};
use crate::one_time_tokens::pkce::{self, Verifier};
use crate::one_time_tokens::{self, OneTimeToken, Purpose};
use crate::organizations::{self, Organization};
use crate::sessions::{self, Session, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::EmailId;
use foundation::keys::token::TokenKind;
use foundation::text::OrEmpty;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

/// What can be wrong with a link that is opened.
pub(super) const LINK: &[ApiError] = &[
    ApiError::MagicLinkNotFound,
    ApiError::UnableToAuthMagicLink,
    ApiError::PkceExpectedCodeVerifier,
    ApiError::PkceDidNotExpectCodeVerifier,
    ApiError::PkceMismatch,
    ApiError::InvalidPkceCodeVerifier,
];

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    magic_links_token: String,
    #[schemars(with = "Option<OrEmpty<Verifier>>")]
    pkce_code_verifier: Option<String>,
    /// A session of the same member, which goes on.
    session_token: Option<String>,
    session_jwt: Option<String>,
    /// A login that goes on.
    intermediate_session_token: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    #[expect(dead_code, reason = "of the protocol; it chooses the language of text messages, which come later")]
    locale: Option<String>,
}

/// Uses up a link of an organization; answers the id of the address that it has proven, too.
pub(super) fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<(EmailId, Outcome)> {
    let ambient = &cx.caller.ambient;
    let terms = input.terms.check(cx)?;
    if let Some(id) = one_time_tokens::organization_of(cx, TokenKind::MagicLink, &input.magic_links_token) {
        organizations::prefetch(tx, cx.project(), &id)?;
    }
    let link = one_time_tokens::find(tx, cx, TokenKind::MagicLink, &input.magic_links_token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), input.pkce_code_verifier.as_deref(), cx.is_browser())?;
    let (organization, mut member) = recipient(tx, cx, &link)?;
    one_time_tokens::consume(tx, cx, &link)?;
    let mut session = sessions::given_for(tx, cx, ambient, &member, input.session_token, input.session_jwt)?;
    if link.purpose == Purpose::EmailUpdate {
        check_began_here(cx, session.as_ref())?;
        let keep_session = session.as_ref().map(|session| session.member_session_id.clone());
        let how = EmailChange { verified: true, unlink: false, keep_session };
        let before = member.clone();
        members::change_email(tx, cx, &organization, &before, &mut member, link.email.clone(), how)?;
        if let Some(session) = &mut session {
            sessions::keep(tx, cx, &member, session)?;
        }
    }
    let id = &organization.organization_id;
    let token = input.intermediate_session_token.as_deref();
    let intermediate = IntermediateSession::given_for(tx, cx, ambient, token, id, &member.email_address)?;
    let email_id = member.email_id.clone();
    let factor = Factor::magic_link(email_id.clone(), member.email_address.clone(), cx.now());
    let evidence = Evidence { factors: vec![factor], intermediate, session, source: None };
    Ok((email_id, login::finish(tx, cx, organization, member, evidence, terms)?))
}

/// A change of address is begun without a code challenge, for which the protocol has no field. Where a project requires one,
/// what shows a browser to be the one that began it is the member's session.
fn check_began_here(cx: &Cx, session: Option<&Session>) -> Result<()> {
    let required = cx.is_browser() && cx.project().settings.pkce_required_for_email_magic_links;
    match required && session.is_none() {
        false => Ok(()),
        true => Err(ApiError::PkceExpectedCodeVerifier
            .because("Open this link in the browser that the address was changed in, while you are logged in there.")),
    }
}

/// Whom the link was mailed to, if they still are a member at that address.
fn recipient(tx: &mut Tx, cx: &Cx, link: &OneTimeToken) -> Result<(Organization, Member)> {
    let gone = || ApiError::UnableToAuthMagicLink;
    let id = link.organization_id().ok_or_else(gone)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or_else(gone)?;
    organizations::prefetch_claimed(tx, cx.project(), &link.email)?;
    let member = match &link.member_id {
        Some(member_id) => members::find_any(tx, &organization, member_id)?.ok_or_else(gone)?,
        None => joined(tx, cx, &organization, link)?,
    };
    if link.purpose == Purpose::EmailUpdate && member.status != Status::Active {
        return Err(ApiError::UnableToVerifyEmailUpdate.into());
    }
    if member.status == Status::Deleted || link.has_ended_with_all_of(&member) {
        return Err(gone().into());
    }
    if link.purpose != Purpose::EmailUpdate {
        if member.email_address != link.email {
            return Err(gone().into());
        }
        organizations::check_claimed(tx, cx.project(), Some(&id), &member.email_address)?;
    }
    Ok((organization, member))
}

/// Who has opened a link that was asked for by a browser before they were a member: a member now, if they still may be one.
fn joined(tx: &mut Tx, cx: &Cx, organization: &Organization, link: &OneTimeToken) -> Result<Member> {
    let member = match joining::member(tx, cx, organization, &link.email) {
        Ok(Some(member)) => Ok(member),
        Ok(None) => joining::join_by_mail(tx, cx, organization, &link.email),
        Err(error) => Err(error),
    };
    member.map_err(|error| match error {
        Error::Api(..) => ApiError::UnableToAuthMagicLink.into(),
        fault => fault,
    })
}

/// Uses up a link of discovery: an intermediate session that holds the proof of the address.
pub(super) fn authenticate_discovery(
    tx: &mut Tx,
    cx: &Cx,
    token: &str,
    verifier: Option<&str>,
) -> Result<(IntermediateSession, ProvenAddress)> {
    let link = one_time_tokens::find(tx, cx, TokenKind::Discovery, token)?;
    pkce::verify(link.pkce_code_challenge.as_deref(), verifier, cx.is_browser())?;
    one_time_tokens::consume(tx, cx, &link)?;
    let factor = Factor::magic_link(EmailId::new(cx.project().environment), link.email.clone(), cx.now());
    let intermediate = IntermediateSession::begin(tx, cx, link.email, None, vec![factor], None)?;
    let proven = intermediate.proven_address().ok_or_else(|| Error::internal("a link proves its address"))?;
    Ok((intermediate, proven))
}
