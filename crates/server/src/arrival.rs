//! What showing what was mailed leads to, be it a link or a code: its holder is logged in.

use crate::actor::ProjectCaller;
use crate::factors::Factor;
use crate::joining;
use crate::login::{self, Evidence, IntermediateSession, Outcome};
use crate::members::{self, EmailChange, Member, Status};
use crate::one_time_tokens::Purpose;
use crate::organizations::{self, Organization};
use crate::sessions::{self, Session, Terms};
use database::{Timestamp, Tx};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{EmailId, MemberId, OrganizationId};
use frame::Call;

/// What was mailed to somebody, and is shown now.
pub(crate) struct Mailed<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) organization_id: Option<OrganizationId>,
    /// `None` for somebody who was no member yet.
    pub(crate) member_id: Option<&'a MemberId>,
    /// How often all sessions of the member had been ended; `None` where a program that did not look at it has made it.
    pub(crate) generation: Option<i64>,
    pub(crate) email: &'a EmailAddress,
    /// The answer when it has become useless meanwhile.
    pub(crate) gone: ApiError,
}

impl Mailed<'_> {
    fn has_ended_with_all_of(&self, member: &Member) -> bool {
        self.generation.is_some_and(|generation| generation != member.session_generation)
    }
}

/// Whom it was mailed to, if they still are a member at that address.
///
/// # Errors
/// The answer given; `unable_to_verify_member_email_update`, and those of a claimed domain.
pub(crate) fn holder(tx: &mut Tx, cx: &Cx, mailed: &Mailed) -> Result<(Organization, Member)> {
    let id = mailed.organization_id.as_ref().ok_or(mailed.gone)?;
    let organization = organizations::find_by_id(tx, cx.project(), id)?.ok_or(mailed.gone)?;
    organizations::prefetch_claimed(tx, cx.project(), mailed.email)?;
    let member = match mailed.member_id {
        Some(member_id) => members::find_any(tx, &organization, member_id)?.ok_or(mailed.gone)?,
        None => joined(tx, cx, &organization, mailed)?,
    };
    if mailed.purpose == Purpose::EmailUpdate && member.status != Status::Active {
        return Err(ApiError::UnableToVerifyEmailUpdate.into());
    }
    if member.status == Status::Deleted || mailed.has_ended_with_all_of(&member) {
        return Err(mailed.gone.into());
    }
    if mailed.purpose != Purpose::EmailUpdate {
        if member.email_address != *mailed.email {
            return Err(mailed.gone.into());
        }
        organizations::check_claimed(tx, cx.project(), Some(id), &member.email_address)?;
    }
    Ok((organization, member))
}

/// Who shows what was asked for by a browser before they were a member: a member now, if they still may be one.
fn joined(tx: &mut Tx, cx: &Cx, organization: &Organization, mailed: &Mailed) -> Result<Member> {
    let member = match joining::member(tx, cx, organization, mailed.email) {
        Ok(Some(member)) => Ok(member),
        Ok(None) => joining::join_by_mail(tx, cx, organization, mailed.email),
        Err(error) => Err(error),
    };
    member.map_err(|error| match error {
        Error::Api(..) => mailed.gone.into(),
        fault => fault,
    })
}

/// Somebody who has shown it.
pub(crate) struct Arrival<'a> {
    pub(crate) organization: Organization,
    pub(crate) member: Member,
    /// What the member's address becomes by it.
    pub(crate) new_email: Option<EmailAddress>,
    /// A session of the member, which goes on.
    pub(crate) session: Option<Session>,
    /// What an earlier step of the same login has answered, if there was one.
    pub(crate) intermediate_session_token: Option<&'a str>,
    pub(crate) terms: Terms,
    /// The language of a text message that is sent.
    pub(crate) locale: Option<String>,
}

/// Logs them in, with this proof of the address. Answers its id, too.
///
/// # Errors
/// [`login::LOGIN`], [`members::CHANGE_EMAIL`], and those of the terms.
pub(crate) fn log_in(
    tx: &mut Tx,
    cx: &Call<ProjectCaller>,
    arrival: Arrival,
    proof: fn(EmailId, EmailAddress, Timestamp) -> Factor,
) -> Result<(EmailId, Outcome)> {
    let Arrival { organization, mut member, new_email, mut session, intermediate_session_token, terms, locale } =
        arrival;
    if let Some(new_email) = new_email {
        let keep_session = session.as_ref().map(|session| session.member_session_id.clone());
        let how = EmailChange { verified: true, unlink: false, keep_session };
        let before = member.clone();
        members::change_email(tx, cx, &organization, &before, &mut member, new_email, how)?;
        if let Some(session) = &mut session {
            sessions::keep(tx, cx, &member, session)?;
        }
    }
    let (id, ambient) = (&organization.organization_id, &cx.caller.ambient);
    let intermediate =
        IntermediateSession::given_for(tx, cx, ambient, intermediate_session_token, id, &member.email_address)?;
    let email_id = member.email_id.clone();
    let factor = proof(email_id.clone(), member.email_address.clone(), cx.now());
    let evidence = Evidence { factors: vec![factor], intermediate, session, source: None, locale };
    Ok((email_id, login::finish(tx, cx, organization, member, evidence, terms)?))
}
