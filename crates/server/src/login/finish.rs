//! The end of every way in: decide, then a session or an intermediate session.

use super::accounts;
use super::intermediate::IntermediateSession;
use super::missing::{MfaRequired, missing};
use super::numbers;
use super::outcome::{Missing, NoMore, Outcome, State};
use crate::attempts;
use crate::decision::{Subject, is_of_member, is_stranger, may_add_passkey, may_use};
use crate::factors::{Factor, ProvenAddress, merge};
use crate::members::{self, Member};
use crate::organizations::{MfaMethod, Organization};
use crate::sessions::{self, Basis, Session, Source, Terms};
use crate::sms_codes::{self, TextLocale};
use database::Tx;
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::phone_number::PhoneNumber;
use serde_json::json;

/// What was proven, and what goes on.
#[derive(Default)]
pub(crate) struct Evidence {
    /// Proven by this request.
    pub(crate) factors: Vec<Factor>,
    /// Proven before, in this login.
    pub(crate) intermediate: Option<IntermediateSession>,
    /// A valid session of the same member, which goes on.
    pub(crate) session: Option<Session>,
    /// The session that the factors were proven in.
    pub(crate) source: Option<Source>,
    /// The language of a text message that is sent.
    pub(crate) locale: Option<String>,
}

/// What can be wrong with a login, whatever was proven.
pub(crate) const LOGIN: &[ApiError] = &[
    ApiError::MemberNotFound,
    ApiError::SessionNotFound,
    ApiError::IntermediateSessionNotFound,
    ApiError::IntermediateSessionWrongOrganization,
];

/// Decides and acts on it: an authenticated member gets a session and becomes active; otherwise what was proven is
/// kept in the intermediate session, the same one if there was one.
///
/// # Errors
/// [`LOGIN`], and those of the terms.
pub(crate) fn finish(
    tx: &mut Tx,
    cx: &Cx,
    organization: Organization,
    mut member: Member,
    evidence: Evidence,
    terms: Terms,
) -> Result<Outcome> {
    let Evidence { factors: new, intermediate, session, source, locale } = evidence;
    let method = numbers::method_of(source.is_some(), &new);
    session.as_ref().map_or(Ok(()), Session::require_own)?;
    if let Some(intermediate) = &intermediate {
        intermediate.check_for(&organization.organization_id, &member.email_address)?;
    }
    // Whoever brings what cannot be guessed is not who guesses, unless it is an account that is nobody's.
    let shows = |factor: &Factor| factor.cannot_be_guessed() && is_of_member(&Subject::of(&member), factor);
    if member.is_locked && new.iter().any(shows) {
        attempts::end_of_primary(tx, cx, &organization, &mut member)?;
    }
    let proven_now = ProvenAddress::among(&new, &member.email_address);
    // What was proven in half a login is older than this request.
    let mut before = intermediate.as_ref().map(|i| i.factors.clone()).unwrap_or_default();
    before.retain(|factor| factor.is_since(member.sessions_ended_at));
    let source = source.or_else(|| intermediate.as_ref().and_then(|intermediate| intermediate.source.clone()));
    let in_session = session.as_ref().map(|s| s.factors.clone()).unwrap_or_default();
    let mut factors = merge(merge(in_session, before), new);
    accounts::recognise(tx, cx, &organization, &mut member, &mut factors)?;
    let is_stranger = is_stranger(&Subject::of(&member), &factors);
    let subject = Subject::of(&member);
    let (primary, mfa) = missing(&organization.settings, subject, Some(&member), &factors, cx.now())?;
    if primary.is_none() {
        accounts::link(tx, cx, &organization, &mut member, &mut factors)?;
    }
    // A session of the member is proof enough to add to it. It ends when it would have, though.
    let goes_on = session.is_some() && mfa.is_some();
    if primary.is_none() && (mfa.is_none() || goes_on) {
        let terms = if goes_on { Terms { duration: None, ..terms } } else { terms };
        if let Some(intermediate) = intermediate {
            intermediate.consume(tx, cx)?;
        }
        let proven = ProvenAddress::among(&factors, &member.email_address);
        members::logged_in(tx, cx, &organization, &mut member, proven.as_deref())?;
        let basis = match (session, source) {
            (Some(session), _) => Basis::GoesOn(Box::new(session)),
            (None, Some(source)) => Basis::Derived(source),
            (None, None) => Basis::Login,
        };
        let session = sessions::begin_or_extend(tx, cx, &organization, &member, basis, factors, terms)?;
        let state = State::Authenticated(Box::new(session));
        return Ok(Outcome { organization, member, state, more: NoMore {}, method, is_stranger: false });
    }
    if let Some(proven) = proven_now {
        members::prove_email(tx, cx, &organization, &mut member, &proven)?;
    }
    let source = source.or_else(|| session.as_ref().map(Session::as_source));
    let intermediate = match intermediate {
        Some(mut intermediate) => {
            intermediate.factors = factors;
            intermediate.source = source;
            intermediate.save(tx, cx)?;
            intermediate
        }
        None => {
            let (email, bound) = (member.email_address.clone(), organization.organization_id.clone());
            IntermediateSession::begin(tx, cx, email, Some(bound), factors, source)?
        }
    };
    let proven = Change::created(&json!({ "authentication_factors": intermediate.factors }));
    let whose = Whose::Member(&organization.organization_id, &member.member_id);
    audit::record(tx, cx, "session.authenticate.incomplete", whose, &member.member_id, proven)?;
    let mfa = match mfa {
        Some(mfa) => Some(initiate(tx, cx, &organization, &member, &intermediate.factors, locale.as_deref(), mfa)?),
        None => None,
    };
    let missing = Missing { intermediate, primary, mfa };
    Ok(Outcome { organization, member, state: State::Missing(Box::new(missing)), more: NoMore {}, method, is_stranger })
}

/// Sends a code by itself to whoever proves their phone number as a rule, and has not proven another factor.
fn initiate(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    factors: &[Factor],
    locale: Option<&str>,
    mfa: MfaRequired,
) -> Result<MfaRequired> {
    let may = |method| may_use(&organization.settings, member.is_breakglass, method) && member.has_mfa_method(method);
    let has_passkey = member.has_passkey && may_add_passkey(&organization.settings, member.is_breakglass);
    let prefers_another =
        (may(MfaMethod::Totp) || has_passkey) && member.default_mfa_method != MfaMethod::SmsOtp.as_str();
    // A code would be of no use to whoever has to show the passkey that they have.
    let is_of_no_use = mfa.passkey_required && member.has_passkey;
    let has_proven_one = factors.iter().any(Factor::is_second);
    if !may(MfaMethod::SmsOtp) || prefers_another || is_of_no_use || has_proven_one {
        return Ok(mfa);
    }
    let Ok(number) = PhoneNumber::parse(&member.mfa_phone_number) else { return Ok(mfa) };
    match sms_codes::send(tx, cx, member, &number, TextLocale::of_login(locale)) {
        Ok(()) => {
            let initiated = Some(MfaMethod::SmsOtp.as_str().to_owned());
            Ok(MfaRequired { secondary_auth_initiated: initiated, ..mfa })
        }
        // The login goes on all the same, and asks for a code once it can have one.
        Err(Error::Api(..) | Error::TooMany(..)) => Ok(mfa),
        Err(fault) => Err(fault),
    }
}
