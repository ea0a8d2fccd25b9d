//! What a login still needs.

use crate::decision::{Decision, Question, Refusal, Subject, decide};
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
}

/// A second factor is missing.
#[derive(Serialize, JsonSchema)]
pub(crate) struct MfaRequired {
    /// The factors the member has set up; `null` when there are none.
    pub(crate) member_options: Option<MemberOptions>,
    /// `sms_otp` when a code is on its way already; else `null`.
    #[schemars(extend("enum" = ["sms_otp", null]))]
    pub(crate) secondary_auth_initiated: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct MemberOptions {
    /// The phone number that codes go to (E.164). Empty for none.
    pub(crate) mfa_phone_number: String,
    /// The id of the member's authenticator app. Empty for none.
    pub(crate) totp_registration_id: String,
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
    match decide(&Question { settings, member: subject, factors, now, within: None }) {
        Decision::Authenticated => Ok((None, None)),
        Decision::PrimaryRequired(allowed_auth_methods) => Ok((Some(PrimaryRequired { allowed_auth_methods }), None)),
        Decision::MfaRequired => Ok((None, Some(mfa_required(member)))),
        Decision::Refused(Refusal::MemberDeleted) => Err(ApiError::MemberNotFound.into()),
    }
}

fn mfa_required(member: Option<&Member>) -> MfaRequired {
    let has_any = |m: &&Member| !m.mfa_phone_number.is_empty() || !m.totp_registration_id.is_empty();
    let member_options = member.filter(has_any).map(|member| MemberOptions {
        mfa_phone_number: member.mfa_phone_number.clone(),
        totp_registration_id: member.totp_registration_id.clone(),
    });
    MfaRequired { member_options, secondary_auth_initiated: None }
}
