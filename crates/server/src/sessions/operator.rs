//! What the operator sees of sessions and does to them, on the command line.

use super::{MemberSession, credential, operations, store};
use crate::members::{self, Member};
use crate::organizations::{self, Organization, OrganizationRef};
use crate::projects;
use crate::search::{Page, Part, json_of};
use database::Tx;
use foundation::app::App;
use foundation::cx::Cx;
use foundation::error::{ApiError, Result};
use foundation::id::{MemberId, OrganizationId};
use serde_json::Value;

/// A session, as the API shows it.
///
/// # Errors
/// `session_not_found`, also where it stands no more.
pub async fn show(app: &App, project: &str, session: &str) -> Result<Value> {
    let id = session.to_owned();
    let find = move |tx: &mut Tx, cx: &Cx| {
        let session = operations::find(tx, cx, &id)?;
        let whole = credential::whole(tx, cx.project(), Some(session))?;
        json_of(&operations::show(&whole.session, &whole.member, &whole.organization))
    };
    projects::look_by_operator(app, project, find).await
}

/// The sessions of a member that stand, oldest first.
///
/// # Errors
/// `member_not_found`.
pub async fn of_member(app: &App, project: &str, member: &str) -> Result<Page> {
    let member = MemberId::parse(member).ok_or(ApiError::MemberNotFound)?;
    let look = move |tx: &mut Tx, cx: &Cx| {
        let (organization, member) = members::find_anywhere(tx, cx, &member)?;
        let sessions = operations::of_member(tx, cx, &organization, &member)?;
        let rows: Vec<_> = sessions.iter().map(json_of).collect::<Result<_>>()?;
        Ok(Page { total: Some(rows.len() as i64), rows, next: None })
    };
    projects::look_by_operator(app, project, look).await
}

/// The sessions of an organization that stand, member by member. A part has those of so many members.
///
/// # Errors
/// `organization_not_found`.
pub async fn of_organization(app: &App, project: &str, organization: &str, part: Part) -> Result<Page> {
    let reference = OrganizationRef::from(organization.to_owned());
    let look = move |tx: &mut Tx, cx: &Cx| {
        let organization = organizations::find(tx, cx.project(), &reference)?;
        let holders = holders(tx, cx, &organization, part.after.as_deref(), part.limit)?;
        let next = holders.last().filter(|_| holders.len() as i64 == part.limit).map(MemberId::to_string);
        let mut rows = Vec::new();
        for (_, sessions) in standing(tx, cx, &organization, &holders)? {
            for session in &sessions {
                rows.push(json_of(session)?);
            }
        }
        Ok(Page { rows, total: None, next })
    };
    projects::look_by_operator(app, project, look).await
}

fn holders(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<MemberId>> {
    store::holders(tx, &organization.organization_id, after.unwrap_or_default(), cx.now(), limit)
}

/// These members, those of them who have sessions that stand, with these.
fn standing(
    tx: &mut Tx,
    cx: &Cx,
    organization: &Organization,
    holders: &[MemberId],
) -> Result<Vec<(Member, Vec<MemberSession>)>> {
    let mut found = Vec::new();
    for id in holders {
        if let Some(member) = members::find_any(tx, organization, id)? {
            let sessions = operations::of_member(tx, cx, organization, &member)?;
            if !sessions.is_empty() {
                found.push((member, sessions));
            }
        }
    }
    Ok(found)
}

/// Ends a session, and what was derived from it.
///
/// # Errors
/// `session_not_found`.
pub async fn revoke(app: &App, project: &str, session: &str) -> Result<()> {
    let id = session.to_owned();
    projects::by_operator(app, project, move |tx, cx| {
        let session = operations::find(tx, cx, &id)?;
        operations::end(tx, cx, &session.organization_id, &session.member_session_id)
    })
    .await
}

/// What was revoked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// How many members had sessions.
    pub members: u64,
    /// How many sessions they had there.
    pub sessions: u64,
}

/// Ends all sessions of a member, and all that ends with them, whether there are any or not.
///
/// # Errors
/// `member_not_found`.
pub async fn revoke_of_member(app: &App, project: &str, member: &str) -> Result<Revoked> {
    let id = MemberId::parse(member).ok_or(ApiError::MemberNotFound)?;
    projects::by_operator(app, project, move |tx, cx| {
        let (organization, mut member) = members::find_anywhere(tx, cx, &id)?;
        let sessions = operations::of_member(tx, cx, &organization, &member)?.len() as u64;
        members::end_sessions(tx, cx, &mut member, None)?;
        Ok(Revoked { members: 1, sessions })
    })
    .await
}

/// Members whose sessions are ended in one transaction.
const AT_ONCE: i64 = 20;

/// Ends all sessions of those members of an organization who have any.
///
/// # Errors
/// `organization_not_found`.
pub async fn revoke_of_organization(app: &App, project: &str, organization: &str) -> Result<Revoked> {
    let reference = OrganizationRef::from(organization.to_owned());
    let find = move |tx: &mut Tx, cx: &Cx| Ok(organizations::find(tx, cx.project(), &reference)?.organization_id);
    let id = projects::look_by_operator(app, project, find).await?;
    let (mut revoked, mut after) = (Revoked::default(), None);
    loop {
        let (some, last) = revoke_some(app, project, &id, after).await?;
        revoked.members += some.members;
        revoked.sessions += some.sessions;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(revoked),
        }
    }
}

/// The same of some, behind this one; the last of them, where there may be more.
async fn revoke_some(
    app: &App,
    project: &str,
    organization: &OrganizationId,
    after: Option<MemberId>,
) -> Result<(Revoked, Option<MemberId>)> {
    let id = organization.clone();
    projects::by_operator(app, project, move |tx, cx| {
        let organization = organizations::find_by_id(tx, cx.project(), &id)?.ok_or(ApiError::OrganizationNotFound)?;
        let holders = holders(tx, cx, &organization, after.as_ref().map(MemberId::as_str), AT_ONCE)?;
        let mut revoked = Revoked::default();
        for (mut member, sessions) in standing(tx, cx, &organization, &holders)? {
            members::end_sessions(tx, cx, &mut member, None)?;
            revoked.members += 1;
            revoked.sessions += sessions.len() as u64;
        }
        Ok((revoked, holders.into_iter().nth(AT_ONCE as usize - 1)))
    })
    .await
}
