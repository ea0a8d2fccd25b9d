use crate::factors::ImpersonatedFactor;
use crate::members::{self, Member, Status};
use crate::one_time_tokens::{self, New, Purpose};
use crate::organizations::{self, Organization};
use crate::redirect_urls::{self, Flow};
use database::{Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::{text, time};
use serde::Serialize;
use url::Url;

/// Minutes in which the app has to take the token.
pub(crate) const MINUTES: i64 = 5;

text! {
    /// Why somebody acts in a member's place.
    pub(crate) Reason: Line { length: 1..=500 };
}

/// Why nobody may begin.
pub(crate) const BEGIN: &[ApiError] =
    &[ApiError::MemberImpersonationNotAllowed, ApiError::InvalidImpersonationReason, ApiError::NoMatchForMagicLinkUrl];

/// What an operator wants.
#[derive(Clone)]
pub(crate) struct Begin {
    pub(crate) by: ImpersonatedFactor,
    pub(crate) reason: String,
    /// Where in the app they go: one of [`urls`].
    pub(crate) redirect_url: String,
}

/// What they get.
pub(crate) struct Begun {
    /// The app, with the token.
    pub(crate) url: Url,
    pub(crate) token: String,
    pub(crate) expires_at: Timestamp,
}

/// What the audit log tells of it. The token it does not know.
#[derive(Serialize)]
struct Told<'a> {
    impersonator_id: &'a str,
    impersonator_email_address: &'a EmailAddress,
    reason: &'a str,
    redirect_url: &'a str,
    #[serde(with = "foundation::time")]
    token_expires_at: Timestamp,
}

/// Where an operator may go: the redirect URLs of logins that are addresses, the default first.
pub(crate) fn urls(tx: &mut Tx, cx: &Cx) -> Result<Vec<String>> {
    let mut listed = redirect_urls::list(tx, cx.project())?;
    listed.retain(|listed| listed.flows.contains(&Flow::Login) && !listed.url.contains('*'));
    listed.sort_by_key(|listed| !listed.default_of.contains(&Flow::Login));
    Ok(listed.into_iter().map(|listed| listed.url).collect())
}

/// Begins to act in a member's place, with a token that works once.
///
/// # Errors
/// [`BEGIN`].
pub(crate) fn begin(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    wanted: &Begin,
) -> Result<Begun> {
    require_allowed(cx, Some(member))?;
    let reason = wanted.reason.trim();
    if !Reason::fits(reason) {
        return Err(ApiError::InvalidImpersonationReason.into());
    }
    if !urls(tx, cx)?.contains(&wanted.redirect_url) {
        return Err(ApiError::NoMatchForMagicLinkUrl.because("This is no redirect URL of the project's logins."));
    }
    let new = New {
        purpose: Purpose::Impersonation,
        organization: Some(&organization.organization_id),
        member: Some(member),
        email: &member.email_address,
        redirect_url: wanted.redirect_url.clone(),
        pkce_code_challenge: None,
        session: None,
        impersonator: Some(wanted.by.clone()),
        minutes: MINUTES,
    };
    let token = one_time_tokens::create(tx, cx, new)?.to_text();
    let expires_at = time::after_minutes(cx.now(), MINUTES);
    let told = Told {
        impersonator_id: wanted.by.impersonator_id.as_str(),
        impersonator_email_address: &wanted.by.impersonator_email_address,
        reason,
        redirect_url: &wanted.redirect_url,
        token_expires_at: expires_at,
    };
    let whose = Whose::Member(&organization.organization_id, &member.member_id);
    audit::record(tx, cx, "member.impersonate", whose, &member.member_id, Change::created(&told))?;
    let mut url = Url::parse(&wanted.redirect_url).map_err(|_| Error::from(ApiError::NoMatchForMagicLinkUrl))?;
    url.query_pairs_mut()
        .append_pair("slug", &organization.organization_slug)
        .append_pair("stytch_token_type", "multi_tenant_impersonation")
        .append_pair("token", &token);
    Ok(Begun { url, token, expires_at })
}

/// Whom a token is for, and who shows it: it is used up.
///
/// # Errors
/// `member_impersonation_not_allowed`, `unable_to_auth_impersonation_token`.
pub(super) fn take(tx: &mut Tx, cx: &Cx, token: &str) -> Result<(Organization, Member, ImpersonatedFactor)> {
    require_allowed(cx, None)?;
    let refused = || Error::from(ApiError::UnableToAuthImpersonationToken);
    let token = one_time_tokens::find_impersonation(tx, cx, token)?;
    let id = token.organization_id().ok_or_else(refused)?;
    let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or_else(refused)?;
    let member_id = token.member_id.as_ref().ok_or_else(refused)?;
    let member = members::find_any(tx, &organization, member_id)?.ok_or_else(refused)?;
    if token.has_ended_with_all_of(&member) {
        return Err(refused());
    }
    require_allowed(cx, Some(&member))?;
    let by = token.impersonator.clone().ok_or_else(refused)?;
    one_time_tokens::consume(tx, cx, &token)?;
    Ok((organization, member, by))
}

/// Whether anybody may act in the place of the project's members, and of this one.
fn require_allowed(cx: &Cx, member: Option<&Member>) -> Result<()> {
    if !cx.project().settings.user_impersonation_enabled {
        return Err(ApiError::MemberImpersonationNotAllowed.because(OFF));
    }
    match member {
        Some(member) if member.status != Status::Active => {
            Err(ApiError::MemberImpersonationNotAllowed
                .because("Nobody acts in the place of a member who is not active."))
        }
        _ => Ok(()),
    }
}

const OFF: &str = "The project does not let operators act in the place of its members. The dashboard changes that, and guildhall \
                   project update --user-impersonation-enabled true.";
