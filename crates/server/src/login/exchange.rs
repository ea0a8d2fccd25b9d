//! From one organization to another of the same person.

use super::finish::{Evidence, LOGIN, finish};
use super::outcome::Outcome;
use crate::actor::ProjectCaller;
use crate::factors::{Factor, KnownAddress};
use crate::members::{self, Member};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::sessions::{self, Presented, Session, TERMS, TermsInput};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![exchange::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Exchange {
    /// The organization to switch to.
    organization_id: OrganizationRef,
    /// The token of the member's session.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

/// Switch to another organization of the same person.
///
/// Needs a membership or an invitation there, and a session in which the address was proven. Only what proves the email
/// address counts in the other organization, for a day; if that does not suffice, an intermediate session says what is
/// missing. The session given stays valid, and when it is revoked, the other one is too.
#[endpoint(
    "sessions.exchange",
    POST "/v1/b2b/sessions/exchange",
    browser POST "/sdk/v1/b2b/sessions/exchange" takes(organization_id, session_duration_minutes, locale),
    errors(
        OrganizationNotFound, NoSessionArguments, TooManySessionArguments, InvalidSessionToken, UserUnauthenticated,
        UnableToParseSessionJwt, UnauthorizedAction, MemberDoesNotExistInOrganization, InactiveEmail, EmailDomainIsClaimed,
        ..LOGIN, ..TERMS
    )
)]
fn exchange(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Exchange) -> Result<Outcome> {
    let credential = sessions::given(cx, &cx.caller.ambient, input.session_token, input.session_jwt)?;
    let terms = input.terms.check(cx)?;
    let presented = credential.find(&cx.app, tx, cx.project(), cx.now())?;
    presented.session.require_own()?;
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let member = same_person(tx, cx, &presented, &organization)?;
    let factors = that_count(&presented.session, &member, cx.now());
    let source = Some(presented.session.as_source());
    finish(
        tx,
        cx,
        organization,
        member,
        Evidence { factors, source, locale: input.locale, ..Evidence::default() },
        terms,
    )
}

/// The member who the person of a session is in an organization: the same one in the session's own, and elsewhere whoever
/// has the address that was shown in it to be theirs.
fn same_person(tx: &mut Tx, cx: &Cx, presented: &Presented, organization: &Organization) -> Result<Member> {
    let own = &presented.member;
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &own.email_address)?;
    if own.organization_id == organization.organization_id {
        return Ok(own.clone());
    }
    let known = KnownAddress::among(&presented.session.factors, &own.email_address);
    let known = known.ok_or_else(|| {
        ApiError::MemberDoesNotExistInOrganization
            .because("The email address was not proven in this session, so no other organization knows the person.")
    })?;
    let member = members::find_by_email(tx, organization, &known)?;
    member.ok_or(ApiError::MemberDoesNotExistInOrganization.into())
}

/// In the session's own organization it stands for all that was proven in it. Elsewhere what proves the address counts, and the
/// phone number where the member there has proven the same, for a day, and no longer than until they have all sessions ended.
fn that_count(session: &Session, member: &Member, now: Timestamp) -> Vec<Factor> {
    let is_own = session.organization_id == member.organization_id;
    let is_carried = |factor: &Factor| {
        let is_same_phone = member.mfa_phone_number_verified && factor.proves_phone(&member.mfa_phone_number);
        (factor.counts_elsewhere(&member.email_address) || is_same_phone)
            && factor.can_be_carried(now)
            && factor.is_since(member.sessions_ended_at)
    };
    let counts = |factor: &&Factor| is_own || is_carried(factor);
    session.factors.iter().filter(counts).cloned().collect()
}
