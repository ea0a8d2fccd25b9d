//! What is done with members from more than one door.

use super::{Member, MemberRef, ScimRegistration, Status, require_given, search, store};
use crate::organizations::{self, ExternalId, Organization};
use database::{Timestamp, Tx};
use foundation::audit::{self, Change, Whose};
use foundation::cx::Cx;
use foundation::email_address::EmailAddress;
use foundation::email_domain::EmailDomain;
use foundation::error::{ApiError, Error, Result};
use foundation::id::{EmailId, MemberId, OrganizationId, SessionId};
use foundation::metadata::{self, Metadata};
use foundation::project::Project;
use foundation::rbac::{ADMIN_ROLE, RoleId};
use foundation::stored::Unread;
use foundation::text;
use serde::Serialize;
use std::collections::BTreeMap;

/// A member to be.
pub(crate) struct NewMember {
    /// The id to be, where that was needed before.
    pub(crate) member_id: Option<MemberId>,
    pub(crate) email: EmailAddress,
    pub(crate) status: Status,
    /// Whether it is known that the person reads mail at the address.
    pub(crate) email_verified: bool,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    /// Checked with [`super::check_roles`].
    pub(crate) roles: Vec<RoleId>,
    pub(crate) trusted_metadata: Option<Metadata>,
    pub(crate) untrusted_metadata: Option<Metadata>,
    pub(crate) is_breakglass: bool,
    pub(crate) mfa_enrolled: bool,
    pub(crate) mfa_phone_number: String,
    /// What a directory says of them, if they come from one.
    pub(crate) scim_registration: Option<ScimRegistration>,
}

impl NewMember {
    /// Only the address is known.
    pub(crate) fn with_email(email: EmailAddress, status: Status) -> Self {
        Self {
            member_id: None,
            email,
            status,
            email_verified: false,
            name: String::new(),
            external_id: None,
            roles: Vec::new(),
            trusted_metadata: None,
            untrusted_metadata: None,
            is_breakglass: false,
            mfa_enrolled: false,
            mfa_phone_number: String::new(),
            scim_registration: None,
        }
    }
}

text! {
    /// A person's name.
    pub(crate) MemberName: Line { length: 0..=256 };
}

/// The name of a person as an identity provider says it; none where it does not fit.
pub(crate) fn name_from(said: Option<&str>) -> String {
    let name = said.unwrap_or_default().replace(['\r', '\n'], " ");
    if MemberName::fits(&name) { name } else { String::new() }
}

/// Checks a person's name.
pub(super) fn check_name(name: String) -> Result<String> {
    match MemberName::fits(&name) {
        true => Ok(name),
        false => Err(ApiError::InvalidArgument.because("A name has at most 256 characters on one line.")),
    }
}

/// What can be wrong with a new member.
pub(crate) const CREATE: &[ApiError] = &[
    ApiError::DuplicateMemberEmail,
    ApiError::EmailDomainIsClaimed,
    ApiError::InvalidMemberExternalId,
    ApiError::DuplicateMemberExternalId,
    ApiError::DuplicateMemberPhoneNumber,
    ApiError::MetadataInvalidFormat,
    ApiError::MetadataTooLarge,
    ApiError::MetadataTooManyKeys,
    ApiError::InvalidArgument,
];

/// Creates a member.
///
/// # Errors
/// [`CREATE`].
pub(crate) fn create(tx: &mut Tx, cx: &Cx, organization: &Organization, new: NewMember) -> Result<Member> {
    organizations::check_claimed(tx, cx.project(), Some(&organization.organization_id), &new.email)?;
    require_given(cx, organization, &new.roles, &new.email)?;
    if let Some(id) = &new.external_id {
        ExternalId::check(id, ApiError::InvalidMemberExternalId)?;
    }
    let environment = cx.project().environment;
    let mut member = Member {
        project_id: cx.project().id.clone(),
        revision: 0,
        session_generation: 0,
        sessions_ended_at: None,
        unread_profile: Unread::default(),
        organization_id: organization.organization_id.clone(),
        member_id: new.member_id.unwrap_or_else(|| MemberId::new(environment)),
        external_id: new.external_id,
        email_address: new.email,
        email_address_verified: new.email_verified,
        email_id: EmailId::new(environment),
        retired_email_addresses: Vec::new(),
        status: new.status,
        name: check_name(new.name)?,
        is_breakglass: new.is_breakglass,
        is_admin: false,
        direct_roles: new.roles,
        roles: Vec::new(),
        mfa_enrolled: new.mfa_enrolled,
        mfa_phone_number: new.mfa_phone_number,
        mfa_phone_number_verified: false,
        default_mfa_method: String::new(),
        totp_registration_id: String::new(),
        has_passkey: false,
        member_password_id: String::new(),
        sso_registrations: Vec::new(),
        sso_logins_since: BTreeMap::new(),
        oauth_registrations: Vec::new(),
        scim_registration: new.scim_registration,
        trusted_metadata: metadata::merge(&Metadata::new(), new.trusted_metadata)?,
        untrusted_metadata: metadata::merge(&Metadata::new(), new.untrusted_metadata)?,
        is_locked: false,
        lock_created_at: None,
        lock_expires_at: None,
        created_at: cx.now(),
        updated_at: cx.now(),
    };
    check_phone_is_free(tx, None, &member)?;
    store::insert(tx, &member)?;
    member.set_roles(organization);
    record(tx, cx, "member.create", &member, Change::created(&member))?;
    Ok(member)
}

/// Creates a member for an address that [`find_by_email`] has just found to be nobody's.
pub(crate) fn create_absent(tx: &mut Tx, cx: &Cx, organization: &Organization, new: NewMember) -> Result<Member> {
    create(tx, cx, organization, new).map_err(|error| match error {
        // Someone else was faster; the next attempt finds the member.
        Error::Api(ApiError::DuplicateMemberEmail, _) => Error::Conflict,
        error => error,
    })
}

/// Stores a changed member, and records what has changed. The tables that list addresses and roles get only what
/// differs from `before`.
///
/// # Errors
/// When an address, the external id or the phone number is another member's.
pub(crate) fn save(
    tx: &mut Tx,
    cx: &Cx,
    action: &str,
    organization: &Organization,
    before: &Member,
    member: &mut Member,
) -> Result<()> {
    if before == member {
        return Ok(());
    }
    check_phone_is_free(tx, Some(before), member)?;
    member.updated_at = cx.now();
    store::update(tx, before, member)?;
    member.revision += 1;
    let addresses =
        |m: &Member| (m.email_address.clone(), m.retired_email_addresses.clone(), m.status == Status::Deleted);
    if addresses(before) != addresses(member) {
        store::replace_emails(tx, before, member)?;
    }
    if before.direct_roles != member.direct_roles {
        store::replace_roles(tx, member)?;
    }
    member.set_roles(organization);
    record(tx, cx, action, member, Change::between(before, member))
}

pub(super) fn record(tx: &mut Tx, cx: &Cx, action: &str, member: &Member, change: Change) -> Result<()> {
    audit::record(tx, cx, action, whose(member), &member.member_id, change)
}

fn whose(member: &Member) -> Whose<'_> {
    Whose::Member(&member.organization_id, &member.member_id)
}

/// Whether a member may take this telephone number.
///
/// # Errors
/// `duplicate_member_phone_number`.
pub(crate) fn require_free_phone(tx: &mut Tx, member: &Member, number: &str) -> Result<()> {
    match store::owner_of_phone(tx, &member.organization_id, number)? {
        Some(owner) if owner != member.member_id => Err(ApiError::DuplicateMemberPhoneNumber.into()),
        _ => Ok(()),
    }
}

/// Nobody gets a telephone number that somebody else in the organization has proven.
///
/// # Errors
/// `duplicate_member_phone_number`.
fn check_phone_is_free(tx: &mut Tx, before: Option<&Member>, member: &Member) -> Result<()> {
    let held = |m: &Member| if m.status == Status::Deleted { String::new() } else { m.mfa_phone_number.clone() };
    let number = held(member);
    if number.is_empty() || before.is_some_and(|before| held(before) == number) {
        return Ok(());
    }
    require_free_phone(tx, member, &number)
}

/// Ends a member's sessions, but the one to be kept, and everything that ends with them, also elsewhere. What is just being
/// made counts no more either, nor does what was proven until now. Each organization's log tells what has ended in it.
pub(crate) fn end_sessions(tx: &mut Tx, cx: &Cx, member: &mut Member, keep: Option<&SessionId>) -> Result<()> {
    let before = Ended { sessions_ended_at: member.sessions_ended_at, kept_session_id: None };
    member.session_generation += 1;
    member.sessions_ended_at = Some(cx.now());
    member.revision += 1;
    store::set_session_generation(tx, member)?;
    let (organization, id) = (&member.organization_id, &member.member_id);
    let derived = cx.app.tables().end_of_member(tx, &member.project_id, organization, id, keep)?;
    let after = Ended { sessions_ended_at: member.sessions_ended_at, kept_session_id: keep };
    let change = Change::between(&before, &after);
    record(tx, cx, "session.revoke_all", member, change)?;
    for (organization, owner, session) in derived.iter().filter(|(_, owner, _)| *owner != member.member_id) {
        audit::record(tx, cx, "session.revoke", Whose::Member(organization, owner), session, Change::none())?;
    }
    Ok(())
}

/// What the audit log tells when all sessions are ended.
#[derive(Serialize)]
struct Ended<'a> {
    #[serde(with = "foundation::time::optional")]
    sessions_ended_at: Option<Timestamp>,
    kept_session_id: Option<&'a SessionId>,
}

pub(super) fn with_roles(organization: &Organization, member: Option<Member>) -> Option<Member> {
    member.map(|mut member| {
        member.set_roles(organization);
        member
    })
}

fn not_deleted(member: Option<Member>) -> Result<Member> {
    member.filter(|member| member.status != Status::Deleted).ok_or(ApiError::MemberNotFound.into())
}

/// The member that a request names.
pub(crate) fn find(tx: &mut Tx, organization: &Organization, reference: &MemberRef) -> Result<Member> {
    let id = &organization.organization_id;
    let member = match reference.id() {
        Some(member) => store::find(tx, id, &member)?,
        None => store::find_by_external_id(tx, id, &reference.0)?,
    };
    not_deleted(with_roles(organization, member))
}

/// The member with this id, also when deleted.
pub(crate) fn find_any(tx: &mut Tx, organization: &Organization, id: &MemberId) -> Result<Option<Member>> {
    Ok(with_roles(organization, store::find(tx, &organization.organization_id, id)?))
}

/// Those of these members that there are, also deleted ones, by their ids.
pub(crate) fn find_some(tx: &mut Tx, organization: &Organization, ids: &[String]) -> Result<Vec<Member>> {
    let mut members = store::some(tx, &organization.organization_id, ids)?;
    members.iter_mut().for_each(|member| member.set_roles(organization));
    Ok(members)
}

/// The member with this id.
pub(crate) fn find_by_id(tx: &mut Tx, organization: &Organization, id: &MemberId) -> Result<Member> {
    not_deleted(find_any(tx, organization, id)?)
}

/// The member who has this address now.
///
/// # Errors
/// `inactive_email` when it is a retired address of a member, or of a kind that is not known here: a newer program has stored
/// it (threat T-68).
pub(crate) fn find_by_email(tx: &mut Tx, organization: &Organization, email: &EmailAddress) -> Result<Option<Member>> {
    match store::find_by_email(tx, &organization.organization_id, email)? {
        None => Ok(None),
        Some(found) if found.kind != "primary" => Err(ApiError::InactiveEmail.into()),
        Some(found) => Ok(with_roles(organization, Some(found.member))),
    }
}

/// The same, where a retired address is nobody's.
pub(crate) fn find_by_present_email(
    tx: &mut Tx,
    organization: &Organization,
    email: &EmailAddress,
) -> Result<Option<Member>> {
    match find_by_email(tx, organization, email) {
        Err(Error::Api(ApiError::InactiveEmail, _)) => Ok(None),
        found => found,
    }
}

/// Says that [`find_by_email`] will follow: see [`Tx::prefetch`].
pub(crate) fn prefetch_by_email(tx: &mut Tx, organization: &OrganizationId, email: &EmailAddress) -> Result<()> {
    store::prefetch_by_email(tx, organization, email)
}

/// The member with this id, wherever in the project; also when deleted.
pub(crate) fn find_anywhere(tx: &mut Tx, cx: &Cx, id: &MemberId) -> Result<(Organization, Member)> {
    let organization = match store::locate(tx, &cx.project().id, id)? {
        Some(organization) => organizations::find_by_id(tx, cx.project(), &organization)?,
        None => None,
    };
    let organization = organization.ok_or(ApiError::MemberNotFound)?;
    let member = find_any(tx, &organization, id)?.ok_or(ApiError::MemberNotFound)?;
    Ok((organization, member))
}

/// Organizations shown to the person of an address who has never logged in to them.
const MOST_UNUSED: i64 = 50;

/// Every organization of the project that somebody with this address has logged in to, the last one first, and some of
/// those in which it is a member's otherwise; with the member.
pub(crate) fn memberships(tx: &mut Tx, project: &Project, email: &EmailAddress) -> Result<Vec<(Organization, Member)>> {
    let mut found = Vec::new();
    let mut all = store::directory(tx, &project.id, email)?;
    all.extend(store::unused_directory(tx, &project.id, email, MOST_UNUSED)?);
    for (organization_id, member_id) in all {
        if let Some(organization) = organizations::find_by_id(tx, project, &organization_id)?
            && let Some(member) = find_any(tx, &organization, &member_id)?
        {
            found.push((organization, member));
        }
    }
    Ok(found)
}

/// Whether an active member with an address of this domain has proven it. People of the domain are not offered an
/// organization before, so that nobody can set a trap with a domain that is not theirs (threat T-26).
pub(crate) fn has_proven_member_of_domain(
    tx: &mut Tx,
    organization: &Organization,
    domain: &EmailDomain,
) -> Result<bool> {
    store::has_verified_of_domain(tx, &organization.organization_id, domain.as_str())
}

/// Members of an organization that are not deleted, oldest first: so many at most, behind this one. However many there are, a
/// part takes the same time; nobody counts them.
pub(crate) fn some_after(
    tx: &mut Tx,
    organization: &Organization,
    after: Option<&MemberId>,
    limit: i64,
) -> Result<Vec<Member>> {
    let after = after.map_or("", MemberId::as_str);
    let mut members = search::after(tx, &organization.organization_id, after, limit)?;
    members.iter_mut().for_each(|member| member.set_roles(organization));
    Ok(members)
}

/// Some active members who were given the role of administrators.
pub(crate) fn administrators(tx: &mut Tx, organization: &Organization, at_most: usize) -> Result<Vec<Member>> {
    store::with_role(tx, &organization.organization_id, ADMIN_ROLE, at_most)
}

/// Members that are not deleted.
pub(super) fn count(tx: &mut Tx, organization: &Organization) -> Result<i64> {
    search::count(tx, &organization.organization_id)
}
