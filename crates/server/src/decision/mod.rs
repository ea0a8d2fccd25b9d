//! The one login decision. Every way in ends here: what has been proven, held against what the organization asks for.
//! Pure: no storage, no clock. What differs between ways in is only how a factor is proven.
//!
//! Living sessions are asked about again whenever they would be prolonged. A rule that has become stricter does not end
//! them, but they are not prolonged until what it asks for is proven in them; deletion ends them at once.

mod person;

pub(crate) use person::Person;

use crate::factors::{Factor, FactorType};
use crate::members::{Member, OauthRegistration, Status};
use crate::organizations::{
    AuthMethod, AuthMethods, MfaMethod, MfaMethods, MfaPolicy, Organization, PasskeyPolicy, Settings,
};
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
#[derive(Clone, Copy)]
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
    /// A passkey has to be proven, as a first or a second factor.
    PasskeyRequired,
    /// Nothing that could be proven would help.
    Refused(Refusal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    MemberDeleted,
}

/// A rule that is looked at. The first that is not met decides, and none behind it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Whoever was deleted does not come in.
    NotDeleted,
    /// A first factor was proven, by a method that this member may use here.
    FirstFactor,
    /// The address was proven once in the life of the membership.
    AddressProven,
    /// A passkey was used, where the organization asks for one.
    Passkey,
    /// A second factor was proven that this member may use here, where one is asked for.
    SecondFactor,
}

/// Decides.
pub(crate) fn decide(question: &Question) -> Decision {
    weigh(question, |_, _| ())
}

/// Decides, and tells of each rule that it looks at whether it is met. There is no other decision: what explains one is what
/// has made it.
pub(crate) fn weigh(question: &Question, mut tell: impl FnMut(Rule, bool)) -> Decision {
    let Question { settings, member, now, within, .. } = question;
    let mut is_met = |rule: Rule, is_met: bool| {
        tell(rule, is_met);
        is_met
    };
    if !is_met(Rule::NotDeleted, member.status != Status::Deleted) {
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
    let has_first = factors.iter().any(|factor| is_usable_first_factor(settings, member.is_breakglass, factor));
    if !is_met(Rule::FirstFactor, has_first) {
        // Whoever has only said whose address theirs is has to show it.
        let has_said = question.factors.iter().any(|factor| !is_of_member(member, factor));
        return Decision::PrimaryRequired(if has_said { verifying() } else { usable.to_vec() });
    }
    // A usable proof of the address itself is needed once in the life of a membership.
    let is_proven = member.email_verified || factors.iter().any(|factor| is_proof_of_address(factor, member.email));
    if !is_met(Rule::AddressProven, is_proven) {
        return Decision::PrimaryRequired(verifying());
    }
    let asks_for_passkey = settings.passkey_policy == PasskeyPolicy::Required && !member.is_breakglass;
    let has_passkey = factors.iter().any(|factor| factor.is_verified_passkey().is_some());
    if !is_met(Rule::Passkey, !asks_for_passkey || has_passkey) {
        return Decision::PasskeyRequired;
    }
    let mfa = settings.mfa_policy == MfaPolicy::RequiredForAll || member.mfa_enrolled;
    let proven = factors.iter().any(|factor| is_usable_second_factor(settings, member.is_breakglass, factor));
    if is_met(Rule::SecondFactor, !mfa || proven) { Decision::Authenticated } else { Decision::MfaRequired }
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

/// Whether a passkey is enough to begin with here, if the authenticator verifies who is there.
pub(crate) fn may_begin_with_passkey(settings: &Settings, is_breakglass: bool) -> bool {
    is_breakglass
        || match settings.passkey_policy {
            PasskeyPolicy::UnlessRestricted | PasskeyPolicy::Required => {
                settings.auth_methods == AuthMethods::AllAllowed
            }
            PasskeyPolicy::Allowed => true,
            PasskeyPolicy::NotAllowed => false,
        }
}

/// Whether a passkey is a second factor here.
pub(crate) fn may_add_passkey(settings: &Settings, is_breakglass: bool) -> bool {
    is_breakglass
        || match settings.passkey_policy {
            PasskeyPolicy::UnlessRestricted => settings.mfa_methods == MfaMethods::AllAllowed,
            PasskeyPolicy::Allowed | PasskeyPolicy::Required => true,
            PasskeyPolicy::NotAllowed => false,
        }
}

fn is_usable_first_factor(settings: &Settings, is_breakglass: bool, factor: &Factor) -> bool {
    match factor.primary_method() {
        Some(method) => usable_methods(settings, is_breakglass).contains(&method),
        None => factor.is_verified_passkey() == Some(true) && may_begin_with_passkey(settings, is_breakglass),
    }
}

/// A passkey with which the authenticator has verified who is there is something that the person has, and something that they
/// know or are: it is a first and a second factor at once (NIST SP 800-63B, section 3.1.7).
fn is_usable_second_factor(settings: &Settings, is_breakglass: bool, factor: &Factor) -> bool {
    match factor.second_method() {
        Some(method) => may_use(settings, is_breakglass, method),
        None => factor.is_verified_passkey().is_some() && may_add_passkey(settings, is_breakglass),
    }
}

#[cfg(test)]
mod tests;
