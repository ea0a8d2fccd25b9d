//! What is done with sessions from more than one door.

use super::{MemberSession, Session, claims, store};
use crate::error::{ApiError, Result};
use crate::http::{Caller, Cx};
use crate::id::{OrganizationId, SessionId};
use crate::login::{self, Factor, Terms};
use crate::members::{self, Member};
use crate::organizations::Organization;
use crate::time;
use database::Tx;

/// Minutes that a session lasts unless asked otherwise.
const DEFAULT_MINUTES: i64 = 60;

/// Begins a session, or adds to the one that goes on.
pub(crate) fn begin_or_extend<C: Caller>(
    tx: &mut Tx,
    cx: &Cx<C>,
    organization: &Organization,
    member: &Member,
    existing: Option<Session>,
    factors: Vec<Factor>,
    terms: Terms,
) -> Result<Session> {
    let now = cx.now();
    if let Some(mut session) = existing {
        session.factors = factors;
        extend(&mut session, now, terms)?;
        return match store::update(tx, &session)? {
            true => Ok(session),
            false => Err(ApiError::SessionNotFound.into()),
        };
    }
    let session = Session {
        organization_id: organization.organization_id.clone(),
        member_session_id: SessionId::from_uuid(cx.project().environment, uuid::Uuid::new_v4()),
        revision: 0,
        member_id: member.member_id.clone(),
        generation: Some(member.session_generation),
        started_at: now,
        last_accessed_at: now,
        expires_at: time::after_minutes(now, terms.duration.unwrap_or(DEFAULT_MINUTES)),
        factors,
        custom_claims: claims::merge(&Default::default(), terms.claims)?,
    };
    let hash = session.token(&cx.app).hash(cx.app.keys());
    store::insert(tx, &cx.project().id, &session, &hash)?;
    Ok(session)
}

/// Applies terms to a session that is then stored.
pub(super) fn extend(session: &mut Session, now: database::Timestamp, terms: Terms) -> Result<()> {
    session.last_accessed_at = now;
    session.revision += 1;
    if let Some(minutes) = terms.duration {
        session.expires_at = time::after_minutes(now, minutes);
    }
    session.custom_claims = claims::merge(&session.custom_claims, terms.claims)?;
    Ok(())
}

/// The session as the API shows it, with the roles it has now.
pub(crate) fn show(session: &Session, member: &Member, organization: &Organization) -> MemberSession {
    MemberSession {
        member_session_id: session.member_session_id.clone(),
        member_id: session.member_id.clone(),
        organization_id: session.organization_id.clone(),
        organization_slug: organization.organization_slug.clone(),
        started_at: session.started_at,
        last_accessed_at: session.last_accessed_at,
        expires_at: session.expires_at,
        authentication_factors: session.factors.clone(),
        roles: member.role_ids(),
        custom_claims: session.custom_claims.clone(),
    }
}

/// Ends all sessions of a member, one excepted; those too that are being made at the same time by whoever still saw the
/// member as it was.
pub(crate) fn revoke_all_of(tx: &mut Tx, member: &mut Member, except: Option<&SessionId>) -> Result<()> {
    members::begin_session_generation(tx, member)?;
    store::delete_of_member(tx, &member.organization_id, &member.member_id, except)?;
    match except {
        Some(kept) => store::set_generation(tx, &member.organization_id, kept, member.session_generation),
        None => Ok(()),
    }
}

/// Ends all sessions of an organization that is being deleted.
pub(crate) fn purge(tx: &mut Tx, project: &crate::projects::Project, organization: &OrganizationId) -> Result<()> {
    login::purge(tx, &project.id, organization)?;
    store::purge(tx, organization)
}
