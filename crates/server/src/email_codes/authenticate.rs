//! What entering a code leads to.

use super::code::{self, EmailCode, Place};
use crate::actor::ProjectCaller;
use crate::arrival::{self, Arrival, Mailed};
use crate::attempts::{self, Target};
use crate::factors::Factor;
use crate::login::{IntermediateSession, Outcome};
use crate::one_time_tokens::Purpose;
use crate::organizations::{self, OrganizationRef};
use crate::sessions::{self, Session, TermsInput};
use database::Tx;
use foundation::cx::Cx;
use foundation::email_address::{AnySpelling, EmailAddress};
use foundation::error::{ApiError, Result};
use foundation::id::{EmailId, OrganizationId};
use foundation::one_time_code::DIGITS;
use frame::Call;
use schemars::JsonSchema;
use serde::Deserialize;

/// What can be wrong with a code that is entered.
pub(super) const CODE: &[ApiError] =
    &[ApiError::InvalidEmail, ApiError::InvalidCode, ApiError::OtpCodeNotFound, ApiError::UnableToAuthOtpCode];

/// A code, in the schemas of inputs.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is of use")]
pub(super) struct Digits(#[schemars(extend("pattern" = format!("^[0-9]{{{DIGITS}}}$")))] String);

#[derive(Deserialize, JsonSchema)]
pub(super) struct Authenticate {
    organization_id: OrganizationRef,
    /// The address that the code was mailed to; the new one for a change of address.
    #[schemars(with = "AnySpelling")]
    email_address: String,
    /// The six digits of the mail.
    #[schemars(with = "Digits")]
    code: String,
    /// The token of a session of the same member, which goes on.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
    /// What an earlier step of the same login has answered, if there was one.
    intermediate_session_token: Option<String>,
    #[serde(flatten)]
    terms: TermsInput,
    /// The language of a text message that is sent.
    locale: Option<String>,
}

/// Uses up a code of an organization; answers the id of the address that it has proven, too.
pub(super) fn authenticate(tx: &mut Tx, cx: &Call<ProjectCaller>, input: Authenticate) -> Result<(EmailId, Outcome)> {
    let terms = input.terms.check(cx)?;
    let email = EmailAddress::parse(&input.email_address).map_err(|_| ApiError::InvalidEmail)?;
    code::check_form(&input.code)?;
    let organization = organizations::find(tx, cx.project(), &input.organization_id)?;
    let id = &organization.organization_id;
    let code = redeem(tx, cx, Some(id), &email, &input.code)?;
    let mailed = Mailed {
        purpose: code.purpose,
        organization_id: Some(id.clone()),
        member_id: code.member_id.as_ref(),
        generation: code.generation,
        email: &email,
        gone: ApiError::UnableToAuthOtpCode,
    };
    let (organization, member) = arrival::holder(tx, cx, &mailed)?;
    let session = sessions::given_for(tx, cx, &cx.caller.ambient, &member, input.session_token, input.session_jwt)?;
    let is_update = code.purpose == Purpose::EmailUpdate;
    if is_update {
        check_began_here(cx, session.as_ref())?;
    }
    let arrival = Arrival {
        organization,
        member,
        new_email: is_update.then(|| email.clone()),
        session,
        intermediate_session_token: input.intermediate_session_token.as_deref(),
        terms,
        locale: input.locale,
    };
    arrival::log_in(tx, cx, arrival, Factor::email_otp)
}

/// Uses up a code of discovery: an intermediate session that holds the proof of the address.
pub(super) fn authenticate_discovery(tx: &mut Tx, cx: &Cx, email: &str, digits: &str) -> Result<IntermediateSession> {
    let email = EmailAddress::parse(email).map_err(|_| ApiError::InvalidEmail)?;
    code::check_form(digits)?;
    redeem(tx, cx, None, &email, digits)?;
    let factor = Factor::email_otp(EmailId::new(cx.project().environment), email.clone(), cx.now());
    IntermediateSession::begin(tx, cx, email, None, vec![factor], None)
}

/// Finds the code and uses it up. Whoever does not know it learns nothing: not whether there is one, nor whether anybody has the
/// address, nor whether it is over.
///
/// # Errors
/// Of [`CODE`], and [`attempts::ATTEMPTS`].
fn redeem(
    tx: &mut Tx,
    cx: &Cx,
    organization: Option<&OrganizationId>,
    email: &EmailAddress,
    digits: &str,
) -> Result<EmailCode> {
    let target = match organization {
        Some(organization) => Target::Primary { organization, email },
        None => Target::Discovery { email },
    };
    attempts::check(tx, cx, &target)?;
    let place = Place::of(cx, organization, email);
    let Some(code) = code::find(tx, cx, place, digits)? else {
        return Err(attempts::failed(tx, cx, &target, ApiError::OtpCodeNotFound)?);
    };
    code::consume(tx, cx, place, &code)?;
    attempts::succeeded(tx, cx, &target)?;
    Ok(code)
}

/// In a browser only the member who has asked for it finishes a change of address: others who read their mail at the new one may
/// be waiting for a code of their own, and would find themselves in somebody else's account.
fn check_began_here(cx: &Cx, session: Option<&Session>) -> Result<()> {
    match cx.is_browser() && session.is_none() {
        false => Ok(()),
        true => Err(ApiError::UnableToVerifyEmailUpdate
            .because("Enter this code in the browser that the address was changed in, while you are logged in there.")),
    }
}
