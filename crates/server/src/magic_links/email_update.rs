//! Changing one's own address: a link or a code that goes to the new one proves it.

use super::link::{self, ASKED, Mailing};
use crate::actor::Actor;
use crate::email_codes;
use crate::mailing::{self, LocaleName, MAIL};
use crate::members::{self, CHANGE_EMAIL, Member, MemberRef, MemberResponse, Status};
use crate::one_time_tokens::{self, Purpose};
use crate::organizations::{self, OrganizationRef};
use crate::outbox;
use crate::redirect_urls::{self, Asked, Flow};
use database::Tx;
use foundation::audit::{self, Whose};
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::text::{self, OrEmpty};
use foundation::time;
use frame::{Call, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

/// Minutes that the link or the code works.
const MINUTES: i64 = 5;

/// Minutes that a proof of the old address counts: whoever holds a session for a moment must not take the account along.
const OLD_ADDRESS: i64 = 10;

/// How the new address can be proven; empty for the usual way.
const DELIVERY_METHODS: [&str; 3] = ["", "EMAIL_MAGIC_LINK", BY_CODE];
const BY_CODE: &str = "EMAIL_OTP";

#[derive(Deserialize, JsonSchema)]
pub(super) struct StartEmailUpdate {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// The new address.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// Where the link leads; a registered URL.
    #[schemars(with = "Option<Asked>")]
    login_redirect_url: Option<String>,
    #[schemars(with = "Option<OrEmpty<LocaleName>>")]
    locale: Option<String>,
    /// The mail template for members; the built-in one when absent.
    login_template_id: Option<String>,
    /// What is mailed to the new address; a link when absent.
    #[schemars(extend("enum" = text::words_or_null(DELIVERY_METHODS)))]
    delivery_method: Option<String>,
}

/// Start a change of a member's own address.
///
/// A link, or with `EMAIL_OTP` a code, goes to the new address and works for 5 minutes; authenticating it makes the address the
/// member's (a code with the new address). On behalf of the member the session must have proven the old address within the last 10 minutes.
#[endpoint(
    "members.start_email_update",
    POST "/v1/b2b/organizations/{organization_id}/members/{member_id}/start_email_update",
    browser POST "/sdk/v1/b2b/organizations/members/{member_id}/start_email_update" takes(
        email_address, login_redirect_url, login_template_id, locale, delivery_method
    ),
    myself POST "/sdk/v1/b2b/organizations/members/start_email_update" takes(
        email_address, login_redirect_url, login_template_id, locale, delivery_method
    ),
    errors(
        OrganizationNotFound, MemberNotFound, InvalidEmailForInvites, EmailUpdateActiveOnly, EmailUpdateUnverified, DesiredEmailUpdating,
        InvalidArgument, InvalidLoginRedirectUrl, NoLoginRedirectUrlsSet, NoDefaultLoginRedirectUrl, ..CHANGE_EMAIL,
        ..ASKED, ..MAIL
    )
)]
pub(super) fn start_email_update(tx: &mut Tx, cx: &Call<Actor>, input: StartEmailUpdate) -> Result<MemberResponse> {
    let (organization, member) = members::find_for(tx, cx, &input.organization_id, &input.member_id)?;
    cx.require_on_member(&member.member_id, "update.info.email")?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    require_old_address(cx, &member)?;
    cx.require_reach_of(&member.member_id, &member.role_ids())?;
    members::require_admission_of(cx, &organization, &member, &email)?;
    if cx.acting.as_ref().is_some_and(|acting| acting.member_id != member.member_id) {
        members::require_given(cx, &organization, &member.direct_roles, &email)?;
    }
    let delivery_method = input.delivery_method.as_deref().unwrap_or_default();
    if !DELIVERY_METHODS.contains(&delivery_method) {
        return Err(ApiError::InvalidArgument.because("delivery_method is EMAIL_MAGIC_LINK or EMAIL_OTP."));
    }
    if member.status != Status::Active {
        return Err(ApiError::EmailUpdateActiveOnly.into());
    }
    if !member.email_address_verified {
        return Err(ApiError::EmailUpdateUnverified.into());
    }
    if email == member.email_address {
        return Err(ApiError::DuplicateMemberEmail.into());
    }
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &email)?;
    members::check_free(tx, &organization, &member, &email)?;
    let is_of_another = one_time_tokens::is_on_its_way_to_another(tx, cx, Purpose::EmailUpdate, &member, &email)?
        || email_codes::is_on_its_way_to_another(tx, cx, Purpose::EmailUpdate, &member, &email)?;
    if is_of_another {
        return Err(ApiError::DesiredEmailUpdating.into());
    }
    mailing::check_template(input.login_template_id.as_deref())?;
    let locale = mailing::locale(input.locale.as_deref())?;
    let redirect_url = match delivery_method {
        BY_CODE => None,
        _ => Some(redirect_urls::choose(tx, cx, Flow::Login, input.login_redirect_url.as_deref())?),
    };
    if cx.is_oneself(&member.member_id) {
        outbox::count_to_own_address(tx, cx)?;
    }
    one_time_tokens::delete_of_purpose(tx, &member, Purpose::EmailUpdate)?;
    email_codes::delete_of_purpose(tx, &member, Purpose::EmailUpdate)?;
    match redirect_url {
        Some(redirect_url) => {
            let (pkce_code_challenge, inviter) = (None, None);
            let mailing = Mailing { redirect_url, pkce_code_challenge, locale, inviter, minutes: MINUTES };
            link::send_email_update(tx, cx, &organization, &member, &email, mailing)?;
        }
        None => {
            let mailing = email_codes::Mailing { locale, minutes: MINUTES };
            email_codes::send_email_update(tx, cx, &organization, &member, &email, mailing)?;
        }
    }
    let whose = Whose::Member(&organization.organization_id, &member.member_id);
    audit::record(tx, cx, "member.start_email_update", whose, &member.member_id, mailing::mail_to(&email))?;
    Ok(MemberResponse::new(member, organization))
}

/// Whoever changes their own address has just proven the one they have.
fn require_old_address(cx: &Cx, member: &Member) -> Result<()> {
    let Some(acting) = cx.acting.as_ref().filter(|acting| acting.member_id == member.member_id) else { return Ok(()) };
    match acting.address_proven_at {
        Some(at) if time::after_minutes(at, OLD_ADDRESS) > cx.now() => Ok(()),
        _ => Err(ApiError::UnauthorizedAction.because(
            "Changing one's own address takes a proof of the old one that is at most 10 minutes old; log in by mail again.",
        )),
    }
}
