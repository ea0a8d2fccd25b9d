//! Whose second factor it is, and how they show that they have come this far: with half a login or with a session.

use crate::actor::Ambient;
use crate::decision::{Subject, may_use};
use crate::factors::Factor;
use crate::joining;
use crate::login::{self, IntermediateSession};
use crate::members::{self, Member, MemberRef, Status};
use crate::organizations::{self, MfaMethod, Organization, OrganizationRef};
use crate::sessions::{Credential, Session};
use database::Tx;
use foundation::cx::Cx;
use foundation::error::{ApiError, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Whom a request names, and what it shows.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct HolderInput {
    organization_id: OrganizationRef,
    /// The member: the id or the external id.
    member_id: MemberRef,
    /// What the login so far has answered: the rest of it goes on from there.
    intermediate_session_token: Option<String>,
    /// The token of a session of the member.
    session_token: Option<String>,
    /// A JWT of the member's session.
    session_jwt: Option<String>,
}

/// What can be wrong with it.
pub(crate) const HOLDER: &[ApiError] = &[
    ApiError::OrganizationNotFound,
    ApiError::MemberNotFound,
    ApiError::IntermediateSessionNotFound,
    ApiError::IntermediateSessionWrongOrganization,
    ApiError::TooManySessionArguments,
    ApiError::InvalidSessionToken,
    ApiError::UnableToParseSessionJwt,
    ApiError::SessionNotFound,
    ApiError::SessionOfAnotherMember,
    ApiError::EmailDomainIsClaimed,
    ApiError::InactiveEmail,
    ApiError::PrimaryAuthenticationFirst,
];

/// What a member goes on with.
pub(crate) enum Begun {
    Login(IntermediateSession),
    Session(Box<Session>),
}

impl Begun {
    /// What was proven in it.
    pub(crate) fn factors(&self) -> &[Factor] {
        match self {
            Begun::Login(intermediate) => &intermediate.factors,
            Begun::Session(session) => &session.factors,
        }
    }
}

/// A member, and what they go on with: nothing where a backend vouches for them.
pub(crate) struct Holder {
    pub(crate) organization: Organization,
    pub(crate) member: Member,
    pub(crate) begun: Option<Begun>,
}

impl HolderInput {
    /// A member, and what is shown: half a login, the token of a session, or its JWT.
    pub(crate) fn naming(
        organization_id: OrganizationRef,
        member_id: MemberRef,
        [intermediate_session_token, session_token, session_jwt]: [Option<String>; 3],
    ) -> Self {
        Self { organization_id, member_id, intermediate_session_token, session_token, session_jwt }
    }

    /// The member, who goes on with something. Their primary factors suffice, so that only a second one can be missing.
    ///
    /// # Errors
    /// [`HOLDER`], `no_session_arguments`, and that a browser has nothing to go on with.
    pub(crate) fn required(self, tx: &mut Tx, cx: &Cx, ambient: &Ambient) -> Result<(Organization, Member, Begun)> {
        let Holder { organization, member, begun } = self.holder(tx, cx, ambient)?;
        match begun {
            Some(begun) => Ok((organization, member, begun)),
            None => Err(ApiError::NoSessionArguments.because(GIVE_ONE)),
        }
    }

    /// The member; a backend may name them alone.
    ///
    /// # Errors
    /// [`HOLDER`], and that a browser has nothing to go on with.
    pub(crate) fn holder(self, tx: &mut Tx, cx: &Cx, ambient: &Ambient) -> Result<Holder> {
        let given = |token: &Option<String>| token.clone().filter(|token| !token.is_empty());
        let login = given(&self.intermediate_session_token);
        let session = Credential::from_input(given(&self.session_token), given(&self.session_jwt))?;
        if login.is_some() && session.is_some() {
            return Err(ApiError::TooManySessionArguments.into());
        }
        if cx.is_browser() {
            return self.of_browser(tx, cx, ambient, login);
        }
        let holder = match (login, session) {
            (Some(token), _) => {
                let intermediate = IntermediateSession::find(tx, cx, &token)?;
                self.of_login(tx, cx, intermediate)?
            }
            (None, Some(credential)) => self.of_session(tx, cx, &credential)?,
            (None, None) => {
                let organization = organizations::find(tx, cx.project(), &self.organization_id)?;
                let member = members::find(tx, &organization, &self.member_id)?;
                return Ok(Holder { organization, member, begun: None });
            }
        };
        holder.with_primary(cx)
    }

    /// A browser sends all that it has; what is left over of another login is passed over. Whoever has nothing that fits hears
    /// nothing of the organization and the member they name (threat T-45).
    fn of_browser(&self, tx: &mut Tx, cx: &Cx, ambient: &Ambient, given: Option<String>) -> Result<Holder> {
        let login = given.or(ambient.intermediate_session_token.as_ref().map(|token| token.reveal().to_owned()));
        let of_login = match login {
            Some(token) => {
                IntermediateSession::find(tx, cx, &token).and_then(|found| self.of_login(tx, cx, found)).map(Some)
            }
            None => Ok(None),
        };
        let of_session = |tx: &mut Tx| match &ambient.session_token {
            Some(token) => self.of_session(tx, cx, &Credential::Token(token.clone())).map(Some),
            None => Ok(None),
        };
        let found = match of_login {
            Ok(Some(holder)) => Ok(holder),
            Ok(None) => of_session(tx)?.ok_or(ApiError::MissingIntermediateSession.into()),
            Err(Error::Api(error, told)) => match of_session(tx) {
                Ok(Some(holder)) => Ok(holder),
                Ok(None) | Err(Error::Api(..)) => Err(Error::Api(error, told)),
                Err(fault) => Err(fault),
            },
            Err(fault) => Err(fault),
        };
        let holder = found.map_err(|error| match error.api() {
            Some(ApiError::OrganizationNotFound | ApiError::MemberNotFound) => {
                ApiError::IntermediateSessionWrongOrganization.into()
            }
            _ => error,
        })?;
        holder.with_primary(cx)
    }

    /// Half a login. One that was begun by discovery is of all organizations that its address opens.
    fn of_login(&self, tx: &mut Tx, cx: &Cx, intermediate: IntermediateSession) -> Result<Holder> {
        let elsewhere = || Error::from(ApiError::IntermediateSessionWrongOrganization);
        let organization = organizations::find(tx, cx.project(), &self.organization_id)?;
        intermediate.check_for(&organization.organization_id, &intermediate.email)?;
        let named = members::find(tx, &organization, &self.member_id)?;
        let member = joining::member(tx, cx, &organization, &intermediate.email)?.ok_or_else(elsewhere)?;
        if member.member_id != named.member_id {
            return Err(elsewhere());
        }
        Ok(Holder { organization, member, begun: Some(Begun::Login(intermediate)) })
    }

    /// A session, which must be the member's.
    fn of_session(&self, tx: &mut Tx, cx: &Cx, credential: &Credential) -> Result<Holder> {
        let presented = credential.find(&cx.app, tx, cx.project(), cx.now())?;
        let named = organizations::resolve(tx, cx.project(), &self.organization_id)?;
        if named.as_ref() != Some(&presented.organization.organization_id) {
            return Err(ApiError::SessionOfAnotherMember.into());
        }
        let (organization, member) = (presented.organization, presented.member);
        match members::find(tx, &organization, &self.member_id) {
            Ok(named) if named.member_id == member.member_id => {}
            Ok(_) | Err(Error::Api(..)) => return Err(ApiError::SessionOfAnotherMember.into()),
            Err(fault) => return Err(fault),
        }
        Ok(Holder { organization, member, begun: Some(Begun::Session(Box::new(presented.session))) })
    }
}

const GIVE_ONE: &str = "Give one of intermediate_session_token, session_token and session_jwt.";

impl Holder {
    /// A second factor comes after the first: without that it is not even looked at.
    fn with_primary(self, cx: &Cx) -> Result<Self> {
        let Some(begun) = &self.begun else { return Ok(self) };
        let counts = |factor: &&Factor| factor.is_since(self.member.sessions_ended_at);
        let factors: Vec<_> = begun.factors().iter().filter(counts).cloned().collect();
        let subject = Subject::of(&self.member);
        let (primary, _) =
            login::missing(&self.organization.settings, subject, Some(&self.member), &factors, cx.now())?;
        if primary.is_some() { Err(ApiError::PrimaryAuthenticationFirst.into()) } else { Ok(self) }
    }
}

/// Whether the member may set up another second factor. Where there is one already, it has to be proven first: otherwise
/// whoever has got hold of the mailbox would set up their own beside it (threat T-39). A member whom a backend names must be
/// active; who logs in for the first time need not be.
///
/// # Errors
/// [`ENROL`].
pub(super) fn require_enrolment(
    organization: &Organization,
    member: &Member,
    begun: Option<&Begun>,
    method: MfaMethod,
) -> Result<()> {
    if !may_use(&organization.settings, member.is_breakglass, method) {
        return Err(ApiError::RestrictedMfaMethod.into());
    }
    if begun.is_none() && member.status != Status::Active {
        return Err(ApiError::ActiveMembersOnly.into());
    }
    require_proof_of_the_other(member, begun)
}

/// Whether a member who has a second factor has proven it.
///
/// # Errors
/// `insufficient_factors`.
pub(crate) fn require_proof_of_the_other(member: &Member, begun: Option<&Begun>) -> Result<()> {
    let has_proven = |begun: &Begun| begun.factors().iter().any(Factor::is_second);
    match member.has_second_factor() && !begun.is_some_and(has_proven) {
        true => Err(ApiError::InsufficientFactors.because(PROVE_THE_OTHER)),
        false => Ok(()),
    }
}

const PROVE_THE_OTHER: &str =
    "The member has a second factor already: prove that first, and set up another one in the session that you get.";

/// What can be wrong with setting up a second factor.
pub(super) const ENROL: &[ApiError] =
    &[ApiError::RestrictedMfaMethod, ApiError::ActiveMembersOnly, ApiError::InsufficientFactors];

/// Whether a member may prove a factor by this method. One that the organization has come to allow no more counts for
/// nothing, but shows whose it is to whom sets up another in its place.
///
/// # Errors
/// `operation_restricted_by_organization_mfa_methods`.
pub(super) fn require_method(organization: &Organization, member: &Member, method: MfaMethod) -> Result<()> {
    let may = |method| may_use(&organization.settings, member.is_breakglass, method);
    let has_a_better_one = MfaMethod::ALL.iter().any(|other| may(*other) && member.has_mfa_method(*other));
    match may(method) || (member.has_mfa_method(method) && !has_a_better_one) {
        true => Ok(()),
        false => Err(ApiError::RestrictedMfaMethod.into()),
    }
}
