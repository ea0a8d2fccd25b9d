//! Text messages as a second factor.

use super::completing::{CompletingInput, Wishes};
use super::holder::{ENROL, HOLDER, HolderInput, require_enrolment, require_method};
use crate::actor::ProjectCaller;
use crate::attempts::{self, ATTEMPTS, Target};
use crate::factors::Factor;
use crate::login::{LOGIN, Outcome};
use crate::members::{self, Member, MemberResponse};
use crate::organizations::MfaMethod;
use crate::sessions::TERMS;
use crate::sms_codes::{self, SEND, TextLocale, Verdict};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use foundation::id::PhoneNumberId;
use foundation::keys::Purpose;
use foundation::one_time_code;
use foundation::phone_number::PhoneNumber;
use foundation::text::OrEmpty;
use frame::{Call, Endpoint, endpoint};
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![send::endpoint(), authenticate::endpoint()]
}

#[derive(Deserialize, JsonSchema)]
struct Send {
    #[serde(flatten)]
    holder: HolderInput,
    /// Where the code goes (E.164); the member's own number when absent.
    #[schemars(with = "Option<OrEmpty<PhoneNumber>>")]
    mfa_phone_number: Option<String>,
    /// The language of the message; English when absent.
    #[schemars(with = "Option<TextLocale>")]
    locale: Option<String>,
}

/// Send a code by text message.
///
/// To the member's number or, where there is none, to the one given, which becomes theirs with the first code that is proven.
/// Only the newest code counts, for two minutes.
#[endpoint(
    "otps.sms.send",
    POST "/v1/b2b/otps/sms/send",
    browser POST "/sdk/v1/b2b/otps/sms/send" takes(
        organization_id, member_id, mfa_phone_number, locale, enable_autofill, autofill_session_duration_minutes,
        dfp_telemetry_id, captcha_token, intermediate_session_token
    ),
    errors(
        MissingIntermediateSession, InvalidTextLocale, MemberPhoneNumberNotFound, DuplicateMemberPhoneNumberForMember,
        DuplicateMemberPhoneNumber, ..SEND, ..HOLDER, ..ENROL
    )
)]
fn send(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Send) -> Result<MemberResponse> {
    let locale = input.locale.filter(|name| !name.is_empty());
    let locale = locale.map(|name| TextLocale::named(&name).ok_or(ApiError::InvalidTextLocale)).transpose()?;
    let given = input.mfa_phone_number.filter(|number| !number.is_empty());
    let given =
        given.map(|number| PhoneNumber::parse(&number)).transpose().map_err(|_| ApiError::InvalidPhoneNumber)?;
    let holder = input.holder.holder(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (holder.organization, holder.member);
    let number = match given {
        // The same number may be written in another way.
        given if member.has_mfa_method(MfaMethod::SmsOtp) => {
            require_method(&organization, &member, MfaMethod::SmsOtp)?;
            let own = PhoneNumber::parse(&member.mfa_phone_number).map_err(|_| ApiError::InvalidPhoneNumber)?;
            if given.is_some_and(|given| given != own) {
                return Err(ApiError::DuplicateMemberPhoneNumberForMember.into());
            }
            own
        }
        given => {
            require_enrolment(&organization, &member, holder.begun.as_ref(), MfaMethod::SmsOtp)?;
            let number = match given {
                Some(number) => number,
                None => begun_with(tx, &member)?,
            };
            members::require_free_phone(tx, &member, number.as_str())?;
            number
        }
    };
    sms_codes::send(tx, cx, &member, &number, locale.unwrap_or(TextLocale::English))?;
    Ok(MemberResponse::new(member, organization))
}

/// The number that a code was last sent to, for who asks for another code.
fn begun_with(tx: &mut Tx, member: &Member) -> Result<PhoneNumber> {
    let sent = sms_codes::find(tx, member)?.ok_or(ApiError::MemberPhoneNumberNotFound)?;
    PhoneNumber::parse(sent.phone_number()).map_err(|_| ApiError::MemberPhoneNumberNotFound.into())
}

#[derive(Deserialize, JsonSchema)]
struct Authenticate {
    #[serde(flatten)]
    completing: CompletingInput,
    #[serde(flatten)]
    wishes: Wishes,
    /// The six digits that were sent.
    code: String,
}

/// Prove a phone number with a code.
///
/// Completes a login, or adds to a session. The first code that is proven makes the number the member's.
#[endpoint(
    "otps.sms.authenticate",
    POST "/v1/b2b/otps/sms/authenticate",
    browser POST "/sdk/v1/b2b/otps/sms/authenticate" takes(
        organization_id, member_id, code, session_duration_minutes, set_mfa_enrollment, dfp_telemetry_id,
        captcha_token, intermediate_session_token
    ),
    errors(
        InvalidArgument, MissingIntermediateSession, NoSessionArguments, InvalidCode, OtpCodeNotFound, UnableToAuthOtpCode,
        DuplicateMemberPhoneNumber, RestrictedMfaMethod, InsufficientFactors, ..HOLDER, ..ATTEMPTS, ..LOGIN, ..TERMS
    )
)]
fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<Outcome> {
    let code: String = input.code.chars().filter(|c| *c != ' ').collect();
    if !one_time_code::fits(&code) {
        return Err(ApiError::InvalidCode.into());
    }
    let completing = input.completing.begin(tx, cx, &cx.caller.ambient)?;
    let (organization, member) = (&completing.organization, &completing.member);
    match member.has_mfa_method(MfaMethod::SmsOtp) {
        true => require_method(organization, member, MfaMethod::SmsOtp)?,
        false => completing.require_enrolment(MfaMethod::SmsOtp)?,
    }
    let target = Target::Second { organization: &organization.organization_id, member: &member.member_id };
    attempts::check(tx, cx, &target)?;
    // One that went to a number which the member no longer has is none.
    let is_theirs = |number: &str| member.mfa_phone_number.is_empty() || member.mfa_phone_number == number;
    let sent = sms_codes::find(tx, member)?.filter(|sent| is_theirs(sent.phone_number()));
    let verdict = sent.as_ref().map_or(Verdict::Wrong, |sent| sent.check(cx, member, &code));
    let sent = match (sent, verdict) {
        (Some(sent), Verdict::Right) => sent,
        (_, Verdict::Over) => return Err(ApiError::UnableToAuthOtpCode.into()),
        _ => return Err(attempts::failed(tx, cx, &target, ApiError::OtpCodeNotFound)?),
    };
    sent.use_up(tx, cx, member)?;
    attempts::succeeded(tx, cx, &target)?;
    let number = sent.phone_number().to_owned();
    let factor = Factor::sms(phone_id(cx, member, &number)?, number.clone(), cx.now());
    let set_up = move |member: &mut Member| {
        member.mfa_phone_number = number;
        member.mfa_phone_number_verified = true;
    };
    completing.finish(tx, cx, factor, set_up, input.wishes)
}

/// The same number of a member always has the same id.
fn phone_id(cx: &Cx, member: &Member, number: &str) -> Result<PhoneNumberId> {
    let named = [member.member_id.as_str(), number].join("\0");
    let hash = cx.app.keys().hash(Purpose::PhoneNumberId, named.as_bytes());
    let bytes = hash.first_chunk::<16>().ok_or_else(|| Error::internal("a hash is too short"))?;
    let uuid = uuid::Builder::from_random_bytes(*bytes).into_uuid();
    Ok(PhoneNumberId::from_uuid(cx.project().environment, uuid))
}
