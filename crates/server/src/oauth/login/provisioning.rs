//! From an account at a provider to a member.
//!
//! Whose account it is already, is the member. Any other account leads to whoever has its address, or to a new member where people of
//! its domain or tenant may join, and proves to be theirs nothing by that: it has arrived, and becomes theirs when the login has shown them,
//! by the provider's own word where that is a proof, or by something else (threats T-21 to T-24).

use crate::decision;
use crate::factors::Factor;
use crate::joining;
use crate::members::{self, EmailChange, Member, Status};
use crate::oauth_accounts::{self, Account, Arrived, Registered};
use crate::organizations::{self, Organization};
use crate::sessions::Session;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};

/// Why nobody comes in by what a provider says.
pub(super) const PROVISION: &[ApiError] = &[
    ApiError::OauthFlowCallbackError,
    ApiError::RestrictedAuthMethod,
    ApiError::EmailDomainIsClaimed,
    ApiError::EmailJitNotAllowed,
    ApiError::InvalidEmailForJit,
    ApiError::InactiveEmail,
];

/// Who somebody is here.
pub(super) enum Who {
    /// It is this member's account.
    Registered(Box<Member>, Registered),
    /// A member has the address.
    Addressed(Box<Member>),
    /// Nobody has it, and its people may join, or those of a tenant.
    New,
}

/// Whether they are an active member, so that the app can welcome them as one. Who has only said an address is welcomed alike, whether
/// or not it is a member's.
///
/// # Errors
/// [`PROVISION`].
pub(super) fn is_member(tx: &mut Tx, cx: &Cx, organization: &Organization, account: &Account) -> Result<bool> {
    Ok(match who(tx, cx, organization, account)? {
        Who::Registered(member, _) => member.status == Status::Active,
        Who::Addressed(member) if account.proves_email => member.status == Status::Active,
        Who::New if account.proves_email => false,
        Who::Addressed(_) | Who::New => true,
    })
}

/// What is said where a provider tells no address.
pub(super) fn no_address(account: &Account) -> Error {
    let told = format!(
        "{} tells no email address of this account that could be taken. Add one there, or allow the app to see it.",
        account.provider().type_name()
    );
    ApiError::OauthFlowCallbackError.because(told)
}

/// Who they are.
///
/// # Errors
/// [`PROVISION`].
pub(super) fn who(tx: &mut Tx, cx: &Cx, organization: &Organization, account: &Account) -> Result<Who> {
    let id = &organization.organization_id;
    if let Some(known) = oauth_accounts::registered(tx, cx, id, account)?
        && let Some(member) = members::find_any(tx, organization, &known.member_id)?
        && member.status != Status::Deleted
    {
        organizations::check_claimed(tx, cx.project(), Some(id), &member.email_address)?;
        return Ok(Who::Registered(Box::new(member), known));
    }
    let email = account.email.as_ref().ok_or_else(|| no_address(account))?;
    if let Some(member) = joining::member(tx, cx, organization, email)? {
        return Ok(Who::Addressed(Box::new(member)));
    }
    let method = Factor::oauth(&account.provider(), "", "", None, cx.now()).primary_method();
    if !method.is_some_and(|method| decision::is_usable(organization, None, method)) {
        return Err(ApiError::RestrictedAuthMethod.into());
    }
    joining::check_open_to_account(organization, email, account.oauth_tenants().as_ref())?;
    Ok(Who::New)
}

/// The member that they are, or will be, and what their account proves.
///
/// # Errors
/// [`PROVISION`].
pub(super) fn member(tx: &mut Tx, cx: &Cx, organization: &Organization, arrived: &Arrived) -> Result<(Member, Factor)> {
    let account = &arrived.arrival.account;
    let (member, id) = match who(tx, cx, organization, account)? {
        Who::Registered(mut member, known) => {
            let before = member.clone();
            members::note_account(tx, cx, &mut member, &known.id, &arrived.arrival)?;
            members::save(tx, cx, "member.update", organization, &before, &mut member)?;
            oauth_accounts::forget(tx, cx, arrived)?;
            (*member, known.id)
        }
        Who::Addressed(member) => {
            oauth_accounts::take(tx, cx, arrived)?;
            (*member, arrived.id.clone())
        }
        Who::New => {
            let email = account.email.as_ref().ok_or_else(|| no_address(account))?;
            oauth_accounts::take(tx, cx, arrived)?;
            let member = joining::join_by_account(tx, cx, organization, email, account.oauth_tenants().as_ref())?;
            (member, arrived.id.clone())
        }
    };
    let factor = Factor::oauth(&account.provider(), id.as_str(), &account.subject, account.proven_email(), cx.now());
    Ok((member, factor))
}

/// Gives a member the address that their account has now, where the provider's word is a proof of it and they may have it: the one
/// before is retired.
pub(super) fn follow_address(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &mut Member,
    account: &Account,
    session: Option<&Session>,
) -> Result<()> {
    let is_theirs = |member: &Member| {
        member.oauth_registrations.iter().any(|known| {
            known.provider_type == account.provider().type_name() && known.provider_subject == account.subject
        })
    };
    let Some(email) = account.proven_email().filter(|email| **email != member.email_address && is_theirs(member))
    else {
        return Ok(());
    };
    let settings = &organization.settings;
    let is_let_in = EmailDomain::parse(email.domain())
        .is_ok_and(|domain| settings.lets_domain_be_invited(&domain) || settings.lets_domain_join(&domain));
    let is_free = match members::check_free(tx, organization, member, email) {
        Ok(()) => !joining::is_claimed_elsewhere(tx, cx, organization, email)?,
        Err(Error::Api(..)) => false,
        Err(fault) => return Err(fault),
    };
    if !is_let_in || !is_free {
        return Ok(());
    }
    let keep_session = session.map(|session| session.member_session_id.clone());
    let how = EmailChange { verified: true, keep_session, ..EmailChange::default() };
    let before = member.clone();
    members::change_email(tx, cx, organization, &before, member, email.clone(), how)
}
