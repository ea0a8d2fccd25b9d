//! What becomes of a member by what the directory says.
//!
//! Rules for who may join by themselves do not count here: whoever has set the connection up lets its directory bring people.
//! A member who was there before is the directory's only by an explicit rule, and what the directory does not say of a member
//! it does not touch (threat T-61).

use super::said::Said;
use super::{Group, User, store};
use crate::members::{self, EmailChange, Member, NewMember, ScimGroup, ScimRegistration, Status};
use crate::scim::attributes;
use crate::scim::server::caller::Directory;
use crate::scim::server::refusal::of_member;
use database::Tx;
use foundation::cx::Cx;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};
use foundation::id::MemberId;
use foundation::rbac::ADMIN_ROLE;
use serde_json::{Map, Value};

/// The member of somebody who is new to the directory: a new one, one who was its before, or one whom it may adopt.
pub(super) fn admit(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    said: &Said,
    document: &Map<String, Value>,
) -> Result<Member> {
    let organization = &directory.organization;
    let known = members::find_by_email(tx, organization, &said.email).map_err(of_member)?;
    if let Some(before) = known {
        require_adoptable(tx, directory, &before)?;
        let mut member = before.clone();
        member.status = Status::Active;
        register(cx, directory, &mut member, said, document);
        members::save(tx, cx, "member.adopt", organization, &before, &mut member)?;
        return Ok(member);
    }
    let former = members::find_deleted(tx, organization, &said.email)?;
    if let Some(before) = former.filter(|member| is_of(member, directory)) {
        let mut member = before.clone();
        register(cx, directory, &mut member, said, document);
        bring_back(tx, cx, directory, &before, &mut member, said)?;
        return Ok(member);
    }
    let mut registration = ScimRegistration::new(cx.project().environment, &directory.connection.connection_id);
    let id = MemberId::new(cx.project().environment);
    registration.describe(said.external_id.clone(), attributes(&id, document));
    let new = NewMember {
        member_id: Some(id),
        name: said.name.clone(),
        scim_registration: Some(registration),
        ..NewMember::with_email(said.email.clone(), Status::Active)
    };
    members::create_absent(tx, cx, organization, new).map_err(of_member)
}

/// Has a member follow what the directory says now. One whom somebody here has deleted comes back only when the directory opens
/// the account anew.
pub(super) fn follow(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    user: &User,
    said: &Said,
    was_active: bool,
) -> Result<()> {
    let organization = &directory.organization;
    let before = find(tx, directory, &user.member_id)?;
    let mut member = before.clone();
    register(cx, directory, &mut member, said, &user.document);
    match (before.status == Status::Deleted, user.active) {
        (true, true) if !was_active => bring_back(tx, cx, directory, &before, &mut member, said),
        (false, true) => {
            let new = said.email.clone();
            members::change_email(tx, cx, organization, &before, &mut member, new, EmailChange::default())
                .map_err(of_member)
        }
        (false, false) => end(tx, cx, directory, &before, &mut member),
        (true, _) => members::save(tx, cx, "member.update", organization, &before, &mut member),
    }
}

/// Ends the account of somebody who has left the directory, or whose account it has closed.
///
/// # Errors
/// `scim_last_administrator`.
pub(super) fn end(tx: &mut Tx, cx: &Cx, directory: &Directory, before: &Member, member: &mut Member) -> Result<()> {
    require_other_administrator(tx, directory, before)?;
    members::deprovision(tx, cx, &directory.organization, before, member)
}

/// The same, of somebody whose account may be closed already.
pub(super) fn leave(tx: &mut Tx, cx: &Cx, directory: &Directory, before: &Member, member: &mut Member) -> Result<()> {
    match before.status {
        Status::Deleted => members::save(tx, cx, "member.update", &directory.organization, before, member),
        _ => end(tx, cx, directory, before, member),
    }
}

/// The member of a user.
pub(super) fn find(tx: &mut Tx, directory: &Directory, id: &MemberId) -> Result<Member> {
    members::find_any(tx, &directory.organization, id)?
        .ok_or_else(|| Error::internal("a user of a directory has no member"))
}

/// Has members be in the groups that they are in now, and in no others; their roles follow.
pub(in crate::scim::server) fn put_into_groups(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    ids: &[String],
) -> Result<()> {
    // All changes write members in this order, so that no two wait for each other.
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    for some in ids.chunks(AT_ONCE) {
        let groups = store::groups_of(tx, directory.ids(), some)?;
        let mut members = Vec::with_capacity(some.len());
        for member in members::find_some(tx, &directory.organization, some)? {
            let its = Group::of(&groups, &member.member_id).iter();
            let its: Vec<_> = its.map(|group| ScimGroup { id: group.id.clone(), name: group.name.clone() }).collect();
            if its.len() > MOST_GROUPS {
                let id = &member.member_id;
                let message = format!("A user is in {MOST_GROUPS} groups at most, and {id} would be in more.");
                return Err(ApiError::ScimTooMany.because(message));
            }
            members.push((member, its));
        }
        members::put_into_groups(tx, cx, &directory.organization, members)?;
    }
    Ok(())
}

/// Members whose groups are read at once.
const AT_ONCE: usize = 100;

/// Groups that somebody may be in: each stands in the member's row, which every check of a session reads.
const MOST_GROUPS: usize = 1_000;

fn bring_back(
    tx: &mut Tx,
    cx: &Cx,
    directory: &Directory,
    before: &Member,
    member: &mut Member,
    said: &Said,
) -> Result<()> {
    members::bring_back(tx, cx, &directory.organization, before, member, said.email.clone()).map_err(of_member)
}

/// Writes what the directory says into the member.
fn register(cx: &Cx, directory: &Directory, member: &mut Member, said: &Said, document: &Map<String, Value>) {
    if !said.name.is_empty() {
        member.name.clone_from(&said.name);
    }
    let id = &directory.connection.connection_id;
    let registration = match member.scim_registration.take().filter(|known| known.connection_id == id.as_str()) {
        Some(known) => known,
        None => ScimRegistration::new(cx.project().environment, id),
    };
    let registration = member.scim_registration.insert(registration);
    registration.describe(said.external_id.clone(), attributes(&member.member_id, document));
}

/// Whether a member was brought by this connection.
fn is_of(member: &Member, directory: &Directory) -> bool {
    let id = directory.connection.connection_id.as_str();
    member.scim_registration.as_ref().is_some_and(|known| known.connection_id == id)
}

/// Whether the directory may take over a member who is there already: with an address of a domain that the organization says is its
/// own, or where its connection is set so.
fn require_adoptable(tx: &mut Tx, directory: &Directory, member: &Member) -> Result<()> {
    if store::find(tx, directory.ids(), &member.member_id)?.is_some() {
        return Err(ApiError::ScimUniqueness.because("Another user of the directory has this email address."));
    }
    let settings = &directory.organization.settings;
    let adopts = directory.connection.settings.adopts_existing_members;
    let is_own = EmailDomain::parse(member.email_address.domain()).is_ok_and(|domain| {
        settings.email_allowed_domains.contains(&domain) || settings.claimed_email_domains.contains(&domain)
    });
    match adopts || is_own {
        true => Ok(()),
        false => Err(ApiError::ScimUniqueness.because(
            "A member whom the directory has not created has this email address. It can take the member over when the \
             address's domain is one of the organization's allowed domains, or the connection adopts existing members.",
        )),
    }
}

/// An organization is not left without anybody who administers it.
fn require_other_administrator(tx: &mut Tx, directory: &Directory, member: &Member) -> Result<()> {
    let may = directory.connection.settings.may_remove_last_administrator;
    if may || !member.is_admin || member.status != Status::Active {
        return Ok(());
    }
    if members::has_other_administrator(tx, &directory.organization, &member.member_id)? {
        return Ok(());
    }
    let groups = directory.connection.settings.group_roles.iter().filter(|role| role.role_id == ADMIN_ROLE);
    let groups: Vec<String> = groups.map(|role| role.group_id.clone()).collect();
    match !groups.is_empty() && store::has_other_in(tx, directory.ids(), &groups, &member.member_id)? {
        true => Ok(()),
        false => Err(ApiError::ScimLastAdministrator.into()),
    }
}
