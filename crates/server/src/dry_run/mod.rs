//! What a change of an organization's settings would do to those who are members now, before it is made: who could not log in
//! any more, who would be asked for a second factor that they do not have, and whose sessions would not be prolonged.
//!
//! Each member is held against the login decision, before and after. Nothing is written.

mod endpoints;

pub(crate) use endpoints::endpoints;

use crate::decision::Person;
use crate::members::{self, Member};
use crate::organizations::{self, Organization, Update};
use crate::sessions;
use database::Tx;
use foundation::audit::Change;
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::error::Result;
use foundation::id::{MemberId, OrganizationId};
use schemars::JsonSchema;
use serde::Serialize;

/// Members that are looked at, at most.
const MOST: usize = 10_000;
/// Members that are read at once.
const AT_ONCE: i64 = 250;
/// Sessions of those that are looked at, at most.
const MOST_SESSIONS: usize = 20_000;
/// Members that are named of each kind.
const NAMED: usize = 20;

/// What a change would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DryRun {
    pub(crate) organization_id: OrganizationId,
    /// What would change, as the audit log would tell it.
    pub(crate) changes: Change,
    /// How many members were looked at: all that are not deleted, or the 10,000 oldest.
    pub(crate) members_looked_at: usize,
    /// Whether all of them were looked at, and all of their sessions.
    pub(crate) is_complete: bool,
    /// Members who can log in now, and could not any more: by no method that they have would they come further.
    pub(crate) locked_out: Affected,
    /// Members who would be asked for a second factor, or a passkey, by a rule that does not ask them now, and have none set up
    /// that they may use; they would be asked to set one up when they log in next.
    pub(crate) without_second_factor: Affected,
    /// Sessions that are prolonged now and would not be any more: they last until the end that they have, unless what is
    /// missing is proven in them.
    pub(crate) sessions_not_prolonged: Affected,
}

/// How many are affected, and some of them.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Affected {
    /// How many.
    pub(crate) count: usize,
    /// The first twenty members whom it concerns.
    pub(crate) members: Vec<AffectedMember>,
}

/// A member whom a change concerns.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AffectedMember {
    pub(crate) member_id: MemberId,
    /// The member's address.
    pub(crate) email_address: EmailAddress,
    /// The person's name. Empty when nobody has said it.
    pub(crate) name: String,
}

impl Affected {
    fn add(&mut self, member: &Member) {
        self.count += 1;
        let is_known = self.members.iter().any(|known| known.member_id == member.member_id);
        if self.members.len() < NAMED && !is_known {
            self.members.push(AffectedMember {
                member_id: member.member_id.clone(),
                email_address: member.email_address.clone(),
                name: member.name.clone(),
            });
        }
    }
}

/// Looks at what an update would do.
///
/// # Errors
/// Those of the update.
pub(crate) fn dry_run(tx: &mut Tx, cx: &Cx, update: Update) -> Result<DryRun> {
    let (before, after) = organizations::updated(tx, cx, update)?;
    let mut run = DryRun {
        organization_id: before.organization_id.clone(),
        changes: Change::between(&before, &after),
        members_looked_at: 0,
        is_complete: true,
        locked_out: Affected::default(),
        without_second_factor: Affected::default(),
        sessions_not_prolonged: Affected::default(),
    };
    let (mut last, mut sessions): (Option<MemberId>, usize) = (None, 0);
    loop {
        let members = members::some_after(tx, &before, last.as_ref(), AT_ONCE)?;
        sessions += run.look_at(tx, cx, [&before, &after], &members, MOST_SESSIONS - sessions)?;
        last = members.last().map(|member| member.member_id.clone());
        if members.len() < AT_ONCE as usize {
            return Ok(run);
        }
        if run.members_looked_at >= MOST || sessions >= MOST_SESSIONS {
            run.is_complete = false;
            return Ok(run);
        }
    }
}

impl DryRun {
    /// Looks at some members, and at so many of their sessions; how many these were.
    fn look_at(
        &mut self,
        tx: &mut Tx,
        cx: &Cx,
        [before, after]: [&Organization; 2],
        members: &[Member],
        most: usize,
    ) -> Result<usize> {
        for member in members {
            let judged = Person::of(member).judge(&before.settings, &after.settings, cx.now());
            if judged.is_locked_out {
                self.locked_out.add(member);
            }
            if judged.lacks_second_factor {
                self.without_second_factor.add(member);
            }
        }
        let sessions = sessions::of_members(tx, cx, before, members, most as i64)?;
        for (member, session) in &sessions {
            let person = Person::of(member);
            if person.stays_behind(&before.settings, &after.settings, &session.factors, cx.now()) {
                self.sessions_not_prolonged.add(member);
            }
        }
        self.members_looked_at += members.len();
        Ok(sessions.len())
    }
}
