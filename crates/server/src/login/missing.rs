//! What a login still needs.

use crate::decision::{Decision, Question, Refusal, Subject, decide, may_add_passkey, may_begin_with_passkey};
use crate::factors::Factor;
use crate::members::Member;
use crate::organizations::{AuthMethod, Settings};
use database::Timestamp;
use foundation::error::{ApiError, Result};
use schemars::JsonSchema;
use serde::Serialize;

/// A primary factor is missing; one of these would do.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PrimaryRequired {
    /// The ways to log in that would do.
    pub(crate) allowed_auth_methods: Vec<AuthMethod>,
    /// Whether a passkey would do, too. It is no word of the list above, which has those that every client knows.
    pub(crate) passkey_allowed: bool,
}

/// A second factor is missing.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MfaRequired {
    /// The factors the member has set up; `null` when there are none.
    pub(crate) member_options: Option<MemberOptions>,
    /// `sms_otp` when a code is on its way already; else `null`.
    #[schemars(extend("enum" = ["sms_otp", null]))]
    pub(crate) secondary_auth_initiated: Option<String>,
    /// Whether a passkey would do.
    pub(crate) passkey_allowed: bool,
    /// Whether nothing but a passkey would do: the organization asks for one. Who has none registers it with the intermediate
    /// session.
    pub(crate) passkey_required: bool,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct MemberOptions {
    /// The phone number that codes go to (E.164). Empty for none.
    pub(crate) mfa_phone_number: String,
    /// The id of the member's authenticator app. Empty for none.
    pub(crate) totp_registration_id: String,
    /// Whether the member has a passkey.
    pub(crate) has_passkey: bool,
}

/// What a login would still need, if these factors are all there is.
///
/// # Errors
/// When nothing would help.
pub(crate) fn missing(
    settings: &Settings,
    subject: Subject,
    member: Option<&Member>,
    factors: &[Factor],
    now: Timestamp,
) -> Result<(Option<PrimaryRequired>, Option<MfaRequired>)> {
    let is_breakglass = subject.is_breakglass;
    // Who has never proven the address has to do that first.
    let begins_with_passkey = subject.email_verified && may_begin_with_passkey(settings, is_breakglass);
    let required = |passkey_required| {
        let passkey_allowed = may_add_passkey(settings, is_breakglass);
        let member_options = member.and_then(MemberOptions::of);
        MfaRequired { member_options, secondary_auth_initiated: None, passkey_allowed, passkey_required }
    };
    match decide(&Question { settings, member: subject, factors, now, within: None }) {
        Decision::Authenticated => Ok((None, None)),
        Decision::PrimaryRequired(allowed_auth_methods) => {
            let primary = PrimaryRequired { allowed_auth_methods, passkey_allowed: begins_with_passkey };
            Ok((Some(primary), None))
        }
        Decision::MfaRequired => Ok((None, Some(required(false)))),
        Decision::PasskeyRequired => Ok((None, Some(required(true)))),
        Decision::Refused(Refusal::MemberDeleted) => Err(ApiError::MemberNotFound.into()),
    }
}

impl MemberOptions {
    /// What the member has set up, if it is anything.
    fn of(member: &Member) -> Option<Self> {
        let has_any =
            !member.mfa_phone_number.is_empty() || !member.totp_registration_id.is_empty() || member.has_passkey;
        has_any.then(|| MemberOptions {
            mfa_phone_number: member.mfa_phone_number.clone(),
            totp_registration_id: member.totp_registration_id.clone(),
            has_passkey: member.has_passkey,
        })
    }
}
