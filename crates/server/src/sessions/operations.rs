//! What is done with sessions from more than one door.

use super::news::End;
use super::written_behind::WrittenBehind;
use super::{Basis, Client, MemberSession, Presented, Session, Terms, claims, credential, store};
use crate::factors::Factor;
use crate::members::Member;
use crate::organizations::{self, Organization};
use database::{EVERYTHING, Json, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{OrganizationId, SessionId};
use foundation::random;
use foundation::time;
use std::cmp::Reverse;

/// Sessions that a member can have at once: more than anybody has devices. With another, the one that was used longest ago
/// ends.
pub(crate) const MOST_OF_MEMBER: u32 = 100;

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
        Basis::GoesOn(session) => {
            let mut after = Session { factors, ..(*session).clone() };
            let changed = store_changed(tx, cx, &session, &mut after, terms)?;
            record(tx, cx, LOGIN, &after, changed)?;
            return Ok(after);
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
        member_session_id: SessionId::from_uuid(cx.project().environment, random::uuid_v4()),
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
    let sessions = store::insert(tx, &cx.project().id, &session, &hash, Client::of(cx).as_ref())?;
    record(tx, cx, LOGIN, &session, Change::created(&session.recorded()))?;
    if sessions >= MOST_OF_MEMBER.into() {
        for ended in store::end_beyond(tx, &session, MOST_OF_MEMBER.into())? {
            audit::record(tx, cx, ENDED, session.whose(), &ended, Change::none())?;
        }
    }
    Ok(session)
}

/// The event of a login, whether it begins a session or adds to one.
const LOGIN: &str = "session.authenticate";
/// The event of the end of one session.
const ENDED: &str = "session.revoke";

fn record(tx: &mut Tx, cx: &Cx, action: &str, session: &Session, change: Change) -> Result<()> {
    audit::record(tx, cx, action, session.whose(), &session.member_session_id, change)
}

/// Stores a session that goes on, on these terms, and records what has changed.
///
/// # Errors
/// `session_not_found` when it has ended meanwhile.
pub(super) fn change(tx: &mut Tx, cx: &Cx, session: &mut Session, terms: Terms) -> Result<()> {
    let before = session.clone();
    let changed = store_changed(tx, cx, &before, session, terms)?;
    if changed.is_none() { Ok(()) } else { record(tx, cx, "session.update", session, changed) }
}

/// Stores a session that goes on; what the audit log tells of it.
fn store_changed(tx: &mut Tx, cx: &Cx, before: &Session, session: &mut Session, terms: Terms) -> Result<Change> {
    session.last_accessed_at = cx.now();
    session.revision += 1;
    session.custom_claims = claims::merge(&session.custom_claims, terms.claims)?;
    // What is about to be written is promised already.
    if let Some(End { at, shortened }) = cx.app.memory::<WrittenBehind>().end(&session.member_session_id)
        && shortened == session.shortened
    {
        session.expires_at = session.expires_at.max(at);
    }
    let promised = Session { expires_at: session.expires_at, ..before.clone() };
    if let Some(minutes) = terms.duration {
        let end = time::after_minutes(cx.now(), minutes);
        session.shortened += i64::from(end < session.expires_at);
        session.expires_at = end;
    }
    match store::update(tx, session, terms.duration.is_some())? {
        true => Ok(Change::between(&promised.recorded(), &session.recorded())),
        false => Err(ApiError::SessionNotFound.into()),
    }
}

/// Keeps a session when all others of the member have just been ended.
pub(crate) fn keep(tx: &mut Tx, cx: &Cx, member: &Member, session: &mut Session) -> Result<()> {
    session.generation = Some(member.session_generation);
    change(tx, cx, session, Terms::unchanged(None))
}

/// Ends a session, and what was derived from it. Each organization's log tells which have ended in it.
pub(super) fn end(tx: &mut Tx, cx: &Cx, organization: &OrganizationId, id: &SessionId) -> Result<()> {
    let mut ended = tx.visit(EVERYTHING, |tx| store::delete_derived(tx, &cx.project().id, id))?;
    if let Some(member) = store::delete(tx, organization, id)? {
        ended.insert(0, (organization.clone(), member, id.clone()));
    }
    for (organization, member, id) in &ended {
        audit::record(tx, cx, ENDED, Whose::Member(organization, member), id, Change::none())?;
    }
    Ok(())
}

/// The session with this id.
///
/// # Errors
/// `session_not_found`.
pub(super) fn find(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Session> {
    let id = SessionId::parse(id).ok_or(ApiError::SessionNotFound)?;
    let located = credential::locate(tx, cx, &id)?.ok_or(ApiError::SessionNotFound)?;
    let organization = organizations::find_by_id(tx, cx.project(), &located)?.ok_or(ApiError::SessionNotFound)?;
    store::find(tx, &organization.organization_id, &id, cx.now())?.ok_or(ApiError::SessionNotFound.into())
}

/// Ends a session of this member.
///
/// # Errors
/// `session_not_found`.
pub(crate) fn end_of_member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
    id: &str,
) -> Result<()> {
    let id = SessionId::parse(id).ok_or(ApiError::SessionNotFound)?;
    let session = store::find(tx, &organization.organization_id, &id, cx.now())?;
    match session.filter(|session| session.member_id == member.member_id) {
        Some(session) => end(tx, cx, &organization.organization_id, &session.member_session_id),
        None => Err(ApiError::SessionNotFound.into()),
    }
}

/// The sessions of a member that stand, oldest first, as the API shows them.
pub(crate) fn of_member(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    member: &Member,
) -> Result<Vec<MemberSession>> {
    let sessions = store::of_member(tx, &organization.organization_id, &member.member_id, cx.now())?;
    let has_ended =
        |s: &Session| s.has_ended_with_all_of(member) || s.has_ended_with_a_connection(organization, member);
    Ok(sessions.iter().filter(|s| !has_ended(s)).map(|s| show(s, member, organization)).collect())
}

/// The sessions that stand of members who are in the order of their ids, so many at most, with whose each is.
pub(crate) fn of_members<'a>(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    members: &'a [Member],
    limit: i64,
) -> Result<Vec<(&'a Member, Session)>> {
    let (Some(first), Some(last)) = (members.first(), members.last()) else { return Ok(Vec::new()) };
    let range = [&first.member_id, &last.member_id];
    let sessions = store::of_members(tx, &organization.organization_id, range, cx.now(), limit)?;
    let of = |session: Session| {
        let at = members.binary_search_by(|member| member.member_id.cmp(&session.member_id)).ok()?;
        let has_ended = session.has_ended_with_all_of(&members[at])
            || session.has_ended_with_a_connection(organization, &members[at]);
        (!has_ended).then(|| (&members[at], session))
    };
    Ok(sessions.into_iter().filter_map(of).collect())
}

/// The member's own sessions that stand, the one that was used last first, and where they began.
pub(crate) fn own(tx: &mut Tx, cx: &Cx, presented: &Presented) -> Result<Vec<(MemberSession, Client)>> {
    let Presented { organization, member, .. } = presented;
    let mut sessions = of_member(tx, cx, organization, member)?;
    sessions.sort_by_key(|session| Reverse(session.last_accessed_at));
    let clients = store::clients(tx, &organization.organization_id, &member.member_id)?;
    let client_of = |session: &MemberSession| {
        let found = clients.iter().find(|(id, _)| *id == session.member_session_id);
        found.map(|(_, Json(client))| client.clone()).unwrap_or_default()
    };
    let whole = |session: MemberSession| {
        let client = client_of(&session);
        (session, client)
    };
    Ok(sessions.into_iter().map(whole).collect())
}

/// Ends one of the member's own sessions.
///
/// # Errors
/// `session_not_found`, also when it is another's.
pub(crate) fn end_own(tx: &mut Tx, cx: &Cx, presented: &Presented, id: &str) -> Result<()> {
    let session = find(tx, cx, id)?;
    if session.member_id != presented.member.member_id {
        return Err(ApiError::SessionNotFound.into());
    }
    end(tx, cx, &session.organization_id, &session.member_session_id)
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
