//! The end of every way in: decide, then a session or an intermediate session.

use super::decision::{Decision, Question, Refusal, Subject, decide};
use super::factor::{Factor, merge};
use super::intermediate::IntermediateSession;
use crate::audit::{self, Change};
use crate::error::{ApiError, Result};
use crate::http::{Caller, Cx};
use crate::id::{MemberId, OrganizationId};
use crate::members::{self, Member};
use crate::organizations::{AuthMethod, Organization, Settings};
use crate::sessions::{self, CustomClaims, MemberSession, Session};
use crate::time;
use database::{Timestamp, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What was proven, and what goes on.
pub(crate) struct Evidence {
    /// Proven by this request.
    pub(crate) factors: Vec<Factor>,
    /// Proven before, in this login.
    pub(crate) intermediate: Option<IntermediateSession>,
    /// A valid session of the same member, which goes on.
    pub(crate) session: Option<Session>,
}

/// How the session is to be. Browsers are held to the project's longest session.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct TermsInput {
    /// 5 to 527040 minutes; 60 when absent.
    pub(crate) session_duration_minutes: Option<i64>,
    /// Up to 4 KB; `null` removes a claim.
    pub(crate) session_custom_claims: Option<Map<String, Value>>,
}

/// What can be wrong with terms.
pub(crate) const TERMS_ERRORS: &[ApiError] =
    &[ApiError::InvalidSessionDuration, ApiError::CustomClaimsTooLarge, ApiError::StytchClaimsInCustomClaims];

/// Checked terms.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// Minutes from now; `None` leaves a session that goes on as it is.
    pub(crate) duration: Option<i64>,
    pub(crate) claims: Option<CustomClaims>,
}

impl TermsInput {
    pub(crate) fn check<C: Caller>(self, cx: &Cx<C>) -> Result<Terms> {
        let longest = match cx.head.surface {
            crate::http::Surface::Browser => cx.project().settings.max_session_duration_minutes,
            crate::http::Surface::Backend => 527_040,
        };
        if self.session_duration_minutes.is_some_and(|minutes| !(5..=longest).contains(&minutes)) {
            return Err(ApiError::InvalidSessionDuration.into());
        }
        let claims = self.session_custom_claims.map(sessions::check_claims).transpose()?;
        Ok(Terms { duration: self.session_duration_minutes, claims })
    }
}

/// Where a login stands after a request.
pub(crate) struct Outcome {
    pub(crate) organization: Organization,
    pub(crate) member: Member,
    state: State,
}

enum State {
    Authenticated(Box<Session>),
    Missing(Box<Missing>),
}

struct Missing {
    intermediate: IntermediateSession,
    primary: Option<PrimaryRequired>,
    mfa: Option<MfaRequired>,
}

/// A primary factor is missing; one of these would do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PrimaryRequired {
    pub(crate) allowed_auth_methods: Vec<AuthMethod>,
}

/// A second factor is missing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct MfaRequired {
    /// The factors the member has set up; `null` when there are none.
    pub(crate) member_options: Option<MemberOptions>,
    /// `sms_otp` when a code is on its way already.
    pub(crate) secondary_auth_initiated: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct MemberOptions {
    pub(crate) mfa_phone_number: String,
    pub(crate) totp_registration_id: String,
}

/// What a login would still need, if these factors are all there is.
pub(crate) fn missing(
    settings: &Settings,
    subject: Subject,
    member: Option<&Member>,
    factors: &[Factor],
) -> Result<(Option<PrimaryRequired>, Option<MfaRequired>)> {
    match decide(&Question { settings, member: subject, factors, has_session: false }) {
        Decision::Authenticated => Ok((None, None)),
        Decision::PrimaryRequired(methods) => Ok((Some(PrimaryRequired { allowed_auth_methods: methods }), None)),
        Decision::MfaRequired => Ok((None, Some(mfa_required(member)))),
        Decision::Refused(refusal) => Err(refused(refusal).into()),
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

fn refused(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::MemberDeleted => ApiError::MemberNotFound,
        Refusal::MemberLocked => ApiError::UserLockLimitReached,
    }
}

/// Decides and acts on it: an authenticated member gets a session and becomes active; otherwise what was proven is
/// kept in the intermediate session, the same one if there was one.
pub(crate) fn finish<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: Organization,
    mut member: Member,
    evidence: Evidence,
    terms: Terms,
) -> Result<Outcome> {
    let Evidence { factors: new, intermediate, session } = evidence;
    if let Some(intermediate) = &intermediate {
        intermediate.check_for(&organization.organization_id, &member.email_address)?;
    }
    if new.iter().any(|factor| factor.proves(&member.email_address)) {
        members::prove_email(tx, cx, &organization, &mut member)?;
    }
    let before = intermediate.as_ref().map(|i| i.factors.clone()).unwrap_or_default();
    let in_session = session.as_ref().map(|s| s.factors.clone()).unwrap_or_default();
    let factors = merge(merge(in_session, before), new);
    let question = Question {
        settings: &organization.settings,
        member: Subject::from(&member),
        factors: &factors,
        has_session: session.is_some(),
    };
    let (primary, mfa) = match decide(&question) {
        Decision::Authenticated => {
            if let Some(intermediate) = intermediate {
                intermediate.consume(&cx.app, tx, cx.project())?;
            }
            if factors.iter().any(|factor| factor.proves(&member.email_address)) {
                members::prove_email(tx, cx, &organization, &mut member)?;
            }
            members::activate(tx, cx, &organization, &mut member)?;
            let session = sessions::begin_or_extend(tx, cx, &organization, &member, session, factors, terms)?;
            let change = Change::none();
            let organization_id = Some(&organization.organization_id);
            audit::record(tx, cx, "session.authenticate", organization_id, &session.member_session_id, change)?;
            let state = State::Authenticated(Box::new(session));
            return Ok(Outcome { organization, member, state });
        }
        Decision::PrimaryRequired(methods) => (Some(PrimaryRequired { allowed_auth_methods: methods }), None),
        Decision::MfaRequired => (None, Some(mfa_required(Some(&member)))),
        Decision::Refused(refusal) => return Err(refused(refusal).into()),
    };
    let intermediate = match intermediate {
        Some(mut intermediate) => {
            intermediate.factors = factors;
            intermediate.save(&cx.app, tx, cx.project())?;
            intermediate
        }
        None => {
            let (email, bound) = (member.email_address.clone(), organization.organization_id.clone());
            IntermediateSession::begin(&cx.app, tx, cx.project(), cx.now(), email, Some(bound), factors)?
        }
    };
    Ok(Outcome { organization, member, state: State::Missing(Box::new(Missing { intermediate, primary, mfa })) })
}

/// What every way in answers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AuthResponse {
    pub(crate) member_id: MemberId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) member: Member,
    pub(crate) organization: Organization,
    /// Empty unless authenticated.
    pub(crate) session_token: String,
    /// Empty unless authenticated.
    pub(crate) session_jwt: String,
    pub(crate) member_session: Option<MemberSession>,
    pub(crate) member_authenticated: bool,
    /// Empty when authenticated.
    pub(crate) intermediate_session_token: String,
    /// RFC 3339.
    #[serde(with = "time::optional")]
    #[schemars(with = "Option<String>")]
    pub(crate) intermediate_session_token_expires_at: Option<Timestamp>,
    pub(crate) primary_required: Option<PrimaryRequired>,
    pub(crate) mfa_required: Option<MfaRequired>,
    /// Always `null`: devices are not fingerprinted.
    pub(crate) member_device: Option<()>,
}

impl Outcome {
    /// The answer. Signs the JWT, which costs more than everything else, outside of any transaction.
    pub(crate) async fn respond<C: Caller>(self, cx: &Cx<C>) -> Result<AuthResponse> {
        let Outcome { organization, member, state } = self;
        let mut response = AuthResponse {
            member_id: member.member_id.clone(),
            organization_id: organization.organization_id.clone(),
            session_token: String::new(),
            session_jwt: String::new(),
            member_session: None,
            member_authenticated: false,
            intermediate_session_token: String::new(),
            intermediate_session_token_expires_at: None,
            primary_required: None,
            mfa_required: None,
            member_device: None,
            member,
            organization,
        };
        match state {
            State::Authenticated(session) => {
                let (member, organization) = (&response.member, &response.organization);
                let remembered = sessions::remember(cx, &session, member, organization).await?;
                response.member_session = Some(sessions::show(&session, member, organization));
                response.session_token = session.token(&cx.app).to_text();
                response.session_jwt = remembered.jwt().to_string();
                response.member_authenticated = true;
            }
            State::Missing(missing) => {
                response.intermediate_session_token = missing.intermediate.token.to_text();
                response.intermediate_session_token_expires_at = Some(missing.intermediate.expires_at);
                response.primary_required = missing.primary;
                response.mfa_required = missing.mfa;
            }
        }
        Ok(response)
    }
}
