//! The one login decision. Every way in ends here: what has been proven, held against what the organization asks for.
//! Pure: no storage, no clock. What differs between ways in is only how a factor is proven.
//!
//! Living sessions are asked about again whenever they would be prolonged. A rule that has become stricter does not end
//! them, but they are not prolonged until what it asks for is proven in them; deletion ends them at once.

use crate::factors::{Factor, FactorType};
use crate::members::{Member, OauthRegistration, Status};
use crate::organizations::{AuthMethod, MfaMethod, MfaMethods, MfaPolicy, Organization, Settings};
use database::Timestamp;
use foundation::email_address::EmailAddress;

/// What is asked.
pub(crate) struct Question<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) member: Subject<'a>,
    /// Everything proven so far in this login and, if there is one, in the session that goes on.
    pub(crate) factors: &'a [Factor],
    pub(crate) now: Timestamp,
    /// Only what was proven within so many minutes counts: what is about to be done takes more than an old session.
    pub(crate) within: Option<i64>,
}

/// What the decision needs to know of a member.
pub(crate) struct Subject<'a> {
    pub(crate) status: Status,
    pub(crate) is_breakglass: bool,
    pub(crate) mfa_enrolled: bool,
    pub(crate) email: &'a EmailAddress,
    pub(crate) email_verified: bool,
    /// The accounts at OAuth providers that are the member's.
    pub(crate) accounts: &'a [OauthRegistration],
}

impl<'a> Subject<'a> {
    /// What it needs to know of this member.
    pub(crate) fn of(member: &'a Member) -> Self {
        Self {
            status: member.status,
            is_breakglass: member.is_breakglass,
            mfa_enrolled: member.mfa_enrolled,
            email: &member.email_address,
            email_verified: member.email_address_verified,
            accounts: &member.oauth_registrations,
        }
    }
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Authenticated,
    /// One of these methods has to be proven first.
    PrimaryRequired(Vec<AuthMethod>),
    /// A second factor has to be proven.
    MfaRequired,
    /// Nothing that could be proven would help.
    Refused(Refusal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    MemberDeleted,
}

/// Decides.
pub(crate) fn decide(question: &Question) -> Decision {
    let Question { settings, member, now, within, .. } = question;
    if member.status == Status::Deleted {
        return Decision::Refused(Refusal::MemberDeleted);
    }
    let counts = |factor: &&Factor| {
        within.is_none_or(|minutes| factor.is_within(minutes, *now))
            && is_of_present_connection(settings, factor)
            && is_of_member(member, factor)
    };
    let factors: Vec<_> = question.factors.iter().filter(counts).collect();
    let usable = usable_methods(settings, member.is_breakglass);
    let verifying =
        || usable.iter().copied().filter(|method| AuthMethod::EMAIL_VERIFYING.contains(method)).collect::<Vec<_>>();
    if !factors.iter().filter_map(|factor| factor.primary_method()).any(|method| usable.contains(&method)) {
        // Whoever has only said whose address theirs is has to show it.
        let has_said = question.factors.iter().any(|factor| !is_of_member(member, factor));
        return Decision::PrimaryRequired(if has_said { verifying() } else { usable.to_vec() });
    }
    // A usable proof of the address itself is needed once in the life of a membership.
    if !member.email_verified && !factors.iter().any(|factor| is_proof_of_address(factor, member.email)) {
        return Decision::PrimaryRequired(verifying());
    }
    let mfa = settings.mfa_policy == MfaPolicy::RequiredForAll || member.mfa_enrolled;
    let proven = factors.iter().any(|factor| is_usable_second_factor(settings, member.is_breakglass, factor));
    if mfa && !proven { Decision::MfaRequired } else { Decision::Authenticated }
}

/// A connection that nobody can log in by any more proves nothing any more (threat T-27).
fn is_of_present_connection(settings: &Settings, factor: &Factor) -> bool {
    factor.connection().is_none_or(|id| settings.has_active_sso_connection(id))
}

/// An account at an OAuth provider proves something once it is the member's, or where the provider shows the address to be theirs:
/// what it otherwise says of an address leads to nobody (threats T-21, T-24).
pub(crate) fn is_of_member(member: &Subject, factor: &Factor) -> bool {
    let is_known = |id| member.accounts.iter().any(|known| known.member_oauth_registration_id == id);
    factor.kind != FactorType::Oauth || factor.account().is_some_and(is_known) || factor.proves(member.email)
}

/// Whether the member is not shown by anything yet: there is only an account at an OAuth provider that is nobody's.
pub(crate) fn is_stranger(member: &Subject, factors: &[Factor]) -> bool {
    factors.iter().all(|factor| !is_of_member(member, factor))
}

/// The primary methods this member may use here.
fn usable_methods(settings: &Settings, is_breakglass: bool) -> &[AuthMethod] {
    if is_breakglass { AuthMethod::ALL } else { settings.usable_auth_methods() }
}

/// Whether a member of the organization, or somebody who would be one, may log in by this method.
pub(crate) fn is_usable(organization: &Organization, member: Option<&Member>, method: AuthMethod) -> bool {
    let is_breakglass = member.is_some_and(|member| member.is_breakglass);
    usable_methods(&organization.settings, is_breakglass).contains(&method)
}

fn is_proof_of_address(factor: &Factor, email: &EmailAddress) -> bool {
    factor.proves(email) || factor.primary_method() == Some(AuthMethod::Sso)
}

/// Whether this member may prove a second factor by this method here.
pub(crate) fn may_use(settings: &Settings, is_breakglass: bool, method: MfaMethod) -> bool {
    is_breakglass || settings.mfa_methods == MfaMethods::AllAllowed || settings.allowed_mfa_methods.contains(&method)
}

fn is_usable_second_factor(settings: &Settings, is_breakglass: bool, factor: &Factor) -> bool {
    factor.second_method().is_some_and(|method| may_use(settings, is_breakglass, method))
}

#[cfg(test)]
mod tests;
