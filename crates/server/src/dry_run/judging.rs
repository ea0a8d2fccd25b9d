//! What a change of settings would mean for one member, by the login decision. Pure.

use crate::decision::{Decision, Question, Subject, decide, may_use};
use crate::factors::Factor;
use crate::members::Member;
use crate::organizations::{AuthMethod, MfaMethod, Settings};
use database::Timestamp;

/// What it would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    /// They can log in now, and could not any more.
    pub(super) is_locked_out: bool,
    /// They would be asked for a second factor, are not now, and have none that they may use.
    pub(super) lacks_second_factor: bool,
}

impl Judged {
    pub(super) fn of(before: &Settings, after: &Settings, member: &Member, now: Timestamp) -> Self {
        let (is, would_be) = (best(before, member, now), best(after, member, now));
        let is_asked_anew = would_be == Reach::SecondFactor && is != Reach::SecondFactor;
        let has_usable =
            |method: &MfaMethod| member.has_mfa_method(*method) && may_use(after, member.is_breakglass, *method);
        Self {
            is_locked_out: is != Reach::Nowhere && would_be == Reach::Nowhere,
            lacks_second_factor: is_asked_anew && !MfaMethod::ALL.iter().any(has_usable),
        }
    }
}

/// How far a member gets by one first factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nowhere,
    SecondFactor,
    Session,
}

/// How far a member gets by the best of what they have.
fn best(settings: &Settings, member: &Member, now: Timestamp) -> Reach {
    let methods = AuthMethod::BUILT.iter().filter(|method| has(settings, member, **method));
    methods.map(|method| reach(settings, member, *method, now)).max().unwrap_or(Reach::Nowhere)
}

fn reach(settings: &Settings, member: &Member, method: AuthMethod, now: Timestamp) -> Reach {
    let connections = settings.sso_active_connections.iter().map(|active| active.connection_id.as_str());
    let registered = |id: &&str| member.sso_registrations.iter().any(|known| known.connection_id == *id);
    let connection = connections.clone().find(registered).or_else(|| connections.clone().next()).unwrap_or_default();
    let factors = [Factor::supposed(method, &member.email_address, connection, now)];
    match decision(settings, member, &factors, now) {
        Decision::Authenticated => Reach::Session,
        Decision::MfaRequired => Reach::SecondFactor,
        Decision::PrimaryRequired(_) | Decision::Refused(_) => Reach::Nowhere,
    }
}

/// Whether they have what this method asks for. Everybody reads their mail, and has an account where the organization's identity
/// provider is; a password and accounts elsewhere they have or not.
fn has(settings: &Settings, member: &Member, method: AuthMethod) -> bool {
    match method {
        AuthMethod::MagicLink | AuthMethod::EmailOtp => true,
        AuthMethod::Sso => !settings.sso_active_connections.is_empty(),
        AuthMethod::Password => !member.member_password_id.is_empty(),
        _ => !member.oauth_registrations.is_empty(),
    }
}

/// Whether a session with these factors is prolonged now, and would not be any more.
pub(super) fn stays_behind(
    before: &Settings,
    after: &Settings,
    member: &Member,
    factors: &[Factor],
    now: Timestamp,
) -> bool {
    let is_prolonged = |settings| decision(settings, member, factors, now) == Decision::Authenticated;
    is_prolonged(before) && !is_prolonged(after)
}

fn decision(settings: &Settings, member: &Member, factors: &[Factor], now: Timestamp) -> Decision {
    decide(&Question { settings, member: Subject::of(member), factors, now, within: None })
}
