//! What is done with sessions from more than one door.

use super::news::End;
use super::written_behind::WrittenBehind;
use super::{Basis, MemberSession, Session, Terms, claims, store};
use crate::factors::Factor;
use crate::members::Member;
use crate::organizations::Organization;
use database::{EVERYTHING, Tx};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{OrganizationId, SessionId};
use foundation::time;

/// Begins a session, or adds to the one that goes on.
///
/// # Errors
/// `session_not_found` when the one that it is to stand on has ended meanwhile.
pub(crate) fn begin_or_extend(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    basis: Basis,
    factors: Vec<Factor>,
    terms: Terms,
) -> Result<Session> {
    let now = cx.now();
    let source = match basis {
        Basis::GoesOn(mut session) => {
            session.factors = factors;
            change(tx, cx, &mut session, terms)?;
            return Ok(*session);
        }
        Basis::Derived(source) => {
            // Its row is written, so that nobody ends it while this is made.
            let (id, own) = (&source.member_session_id, &source.organization_id);
            if !tx.visit(own.as_str(), |tx| store::note_use(tx, own, id, now))? {
                return Err(ApiError::SessionNotFound.into());
            }
            Some(source)
        }
        Basis::Login => None,
    };
    let session = Session {
        organization_id: organization.organization_id.clone(),
        member_session_id: SessionId::from_uuid(cx.project().environment, uuid::Uuid::new_v4()),
        revision: 0,
        shortened: 0,
        member_id: member.member_id.clone(),
        generation: Some(member.session_generation),
        derived_from: source.as_ref().map(|source| source.member_session_id.clone()),
        origin_member_id: source.map(|source| source.origin),
        started_at: now,
        last_accessed_at: now,
        expires_at: time::after_minutes(now, terms.duration.unwrap_or(terms.usual)),
        factors,
        custom_claims: claims::merge(&Default::default(), terms.claims)?,
    };
    let hash = session.token(&cx.app).hash(cx.app.keys());
    store::insert(tx, &cx.project().id, &session, &hash)?;
    Ok(session)
}

/// Stores a session that goes on, on these terms.
///
/// # Errors
/// `session_not_found` when it has ended meanwhile.
pub(super) fn change(tx: &mut Tx, cx: &Cx, session: &mut Session, terms: Terms) -> Result<()> {
    session.last_accessed_at = cx.now();
    session.revision += 1;
    session.custom_claims = claims::merge(&session.custom_claims, terms.claims)?;
    // What is about to be written is promised already.
    if let Some(End { at, shortened }) = cx.app.memory::<WrittenBehind>().end(&session.member_session_id)
        && shortened == session.shortened
    {
        session.expires_at = session.expires_at.max(at);
    }
    if let Some(minutes) = terms.duration {
        let end = time::after_minutes(cx.now(), minutes);
        session.shortened += i64::from(end < session.expires_at);
        session.expires_at = end;
    }
    match store::update(tx, session, terms.duration.is_some())? {
        true => Ok(()),
        false => Err(ApiError::SessionNotFound.into()),
    }
}

/// Keeps a session when all others of the member have just been ended.
pub(crate) fn keep(tx: &mut Tx, cx: &Cx, member: &Member, session: &mut Session) -> Result<()> {
    session.generation = Some(member.session_generation);
    change(tx, cx, session, Terms::unchanged(None))
}

/// Ends a session, and what was derived from it.
pub(super) fn end(tx: &mut Tx, cx: &Cx, organization: &OrganizationId, id: &SessionId) -> Result<()> {
    tx.visit(EVERYTHING, |tx| store::delete_derived(tx, &cx.project().id, id))?;
    store::delete(tx, organization, id)?;
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
