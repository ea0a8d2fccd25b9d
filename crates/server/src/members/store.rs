use super::profile::{self, Profile};
use super::{ENDED_LOCKS, Member, Status};
use database::{FromRow, Json, Row, Timestamp, Tx, args};
use foundation::email_address::EmailAddress;
use foundation::error::{ApiError, OnUnique as _, Result};
use foundation::id::{MemberId, OrganizationId, ProjectId};
use foundation::rbac::RoleId;
use foundation::stored::Stored;
use foundation::tables::{Owner, Table};

/// The tables of this subject. What is looked up across the project is found by the members, so they go last.
pub(crate) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM member_directory WHERE project_id = $3 AND organization_id = $1 AND email_address IN
             (SELECT m.email_address FROM members m JOIN member_directory d ON d.project_id = m.project_id
              AND d.email_address = m.email_address AND d.organization_id = m.organization_id
              WHERE m.organization_id = $1 AND d.project_id = $3 ORDER BY m.id LIMIT $2)",
        ),
        ..Table::new("member_directory", Owner::Project("project_id"))
    },
    Table {
        of_organization: Some(
            "DELETE FROM member_locations WHERE project_id = $3 AND organization_id = $1 AND member_id IN
             (SELECT m.id FROM members m JOIN member_locations l ON l.project_id = m.project_id
              AND l.member_id = m.id WHERE m.organization_id = $1 AND l.project_id = $3 ORDER BY m.id LIMIT $2)",
        ),
        ..Table::new("member_locations", Owner::Project("project_id"))
    },
    Table {
        of_organization: Some(
            "DELETE FROM member_emails WHERE organization_id = $1 AND email_address IN
             (SELECT email_address FROM member_emails WHERE organization_id = $1 ORDER BY email_address LIMIT $2)",
        ),
        ..Table::new("member_emails", OF_ORGANIZATION)
    },
    Table {
        of_organization: Some(
            "DELETE FROM member_roles WHERE organization_id = $1 AND (member_id, role_id) IN
             (SELECT member_id, role_id FROM member_roles WHERE organization_id = $1
              ORDER BY member_id, role_id LIMIT $2)",
        ),
        ..Table::new("member_roles", OF_ORGANIZATION)
    },
    Table {
        of_organization: Some(
            "DELETE FROM members WHERE organization_id = $1 AND id IN
             (SELECT id FROM members WHERE organization_id = $1 ORDER BY id LIMIT $2)",
        ),
        old: &[ENDED_LOCKS],
        ..Table::new("members", Owner::Organization(&["organization_id", "project_id"]))
    },
];

const OF_ORGANIZATION: Owner = Owner::Organization(&["organization_id"]);

impl FromRow for Member {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        let (known, unread_profile) = row.get::<Stored<Profile>>("profile")?.into_parts();
        let status: String = row.get("status")?;
        // A status that only a newer program has lets nobody in.
        let status = Status::parse(&status).unwrap_or(Status::Deleted);
        let lock_created_at: Option<Timestamp> = row.get("lock_created_at")?;
        Ok(Member {
            project_id: row.get("project_id")?,
            revision: row.get("revision")?,
            session_generation: row.get("session_generation")?,
            sessions_ended_at: row.get("sessions_ended_at")?,
            unread_profile,
            organization_id: row.get("organization_id")?,
            member_id: row.get("id")?,
            external_id: known.external_id,
            email_address: EmailAddress::stored(row.get("email_address")?),
            email_address_verified: row.get("email_verified")?,
            email_id: known.email_id,
            retired_email_addresses: known.retired_email_addresses,
            status,
            name: known.name,
            is_breakglass: row.get("is_breakglass")?,
            is_admin: false,
            direct_roles: known.direct_roles,
            roles: Vec::new(),
            mfa_enrolled: known.mfa_enrolled,
            mfa_phone_number: known.mfa_phone_number,
            mfa_phone_number_verified: known.mfa_phone_number_verified,
            default_mfa_method: known.default_mfa_method,
            totp_registration_id: known.totp_registration_id,
            has_passkey: known.has_passkey,
            member_password_id: row.get::<Option<String>>("password_id")?.unwrap_or_default(),
            sso_registrations: known.sso_registrations,
            sso_logins_since: known.sso_logins_since,
            oauth_registrations: known.oauth_registrations,
            scim_registration: known.scim_registration,
            trusted_metadata: known.trusted_metadata,
            untrusted_metadata: known.untrusted_metadata,
            is_locked: lock_created_at.is_some(),
            lock_created_at,
            lock_expires_at: row.get("lock_expires_at")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// A deleted member's ids are free for others, so the columns that are unique do not hold them; nor do they hold a
/// telephone number that nobody has proven.
fn unique_ids(m: &Member) -> (Option<&str>, Option<&str>) {
    match m.status {
        Status::Deleted => (None, None),
        _ => (m.external_id.as_deref(), phone_number(m).filter(|_| m.mfa_phone_number_verified)),
    }
}

fn phone_number(m: &Member) -> Option<&str> {
    Some(m.mfa_phone_number.as_str()).filter(|number| !number.is_empty())
}

pub(super) fn insert(tx: &mut Tx, m: &Member) -> Result<()> {
    let (external_id, proven_phone) = unique_ids(m);
    tx.execute(
        "INSERT INTO members (organization_id, id, project_id, status, email_address, email_domain, email_verified,
                              external_id, is_breakglass, mfa_phone_number, phone_number, profile, created_at,
                              updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            &m.organization_id,
            &m.member_id,
            &m.project_id,
            m.status.as_str(),
            m.email_address.as_str(),
            m.email_address.domain(),
            m.email_address_verified,
            external_id,
            m.is_breakglass,
            proven_phone,
            phone_number(m),
            Json(&profile::of(m)),
            m.created_at,
            m.updated_at
        ],
    )
    .on_uniques(UNIQUE)?;
    tx.execute_later(
        "INSERT INTO member_locations (project_id, member_id, organization_id) VALUES ($1, $2, $3)",
        args![&m.project_id, &m.member_id, &m.organization_id],
    )?;
    add_emails(tx, m, &listed(m))?;
    add_to_directory(tx, m)?;
    add_roles(tx, m)
}

/// What members are looked up and filtered by; all else stands in the profile.
fn columns(m: &Member) -> impl PartialEq {
    (
        m.status,
        &m.email_address,
        m.email_address_verified,
        unique_ids(m),
        m.is_breakglass,
        phone_number(m),
        &m.member_password_id,
    )
}

/// Stores a changed member.
pub(super) fn update(tx: &mut Tx, before: &Member, m: &Member) -> Result<()> {
    if columns(before) == columns(m) {
        return update_profiles(tx, std::iter::once(m));
    }
    let (external_id, proven_phone) = unique_ids(m);
    tx.execute(
        "UPDATE members SET status = $3, email_address = $4, email_domain = $5, email_verified = $6, external_id = $7,
                            is_breakglass = $8, mfa_phone_number = $9, phone_number = $10, profile = $11,
                            updated_at = $12, password_id = $13, revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![
            &m.organization_id,
            &m.member_id,
            m.status.as_str(),
            m.email_address.as_str(),
            m.email_address.domain(),
            m.email_address_verified,
            external_id,
            m.is_breakglass,
            proven_phone,
            phone_number(m),
            Json(&profile::of(m)),
            m.updated_at,
            Some(m.member_password_id.as_str()).filter(|id| !id.is_empty())
        ],
    )
    .on_uniques(UNIQUE)?;
    Ok(())
}

/// Stores members who differ in their profile only. SQLite writes every index anew whose columns a statement names, so this one
/// names none.
pub(super) fn update_profiles<'a>(tx: &mut Tx, members: impl Iterator<Item = &'a Member>) -> Result<()> {
    let row = |m: &Member| args![&m.organization_id, &m.member_id, Json(&profile::of(m)), m.updated_at].to_vec();
    tx.execute_each(
        "UPDATE members SET profile = $3, updated_at = $4, revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        &members.map(row).collect::<Vec<_>>(),
    )?;
    Ok(())
}

/// The member who has proven this telephone number.
pub(super) fn owner_of_phone(tx: &mut Tx, organization: &OrganizationId, number: &str) -> Result<Option<MemberId>> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT id FROM members WHERE organization_id = $1 AND mfa_phone_number = $2",
        args![organization, number],
    )?;
    Ok(row.map(|(id,)| id))
}

pub(super) fn set_session_generation(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute(
        "UPDATE members SET session_generation = $3, sessions_ended_at = $4, revision = revision + 1
         WHERE organization_id = $1 AND id = $2",
        args![&m.organization_id, &m.member_id, m.session_generation, m.sessions_ended_at],
    )?;
    Ok(())
}

/// What it means when a unique index refuses a member.
const UNIQUE: &[(&str, ApiError)] = &[
    ("members_organization_id_external_id_key", ApiError::DuplicateMemberExternalId),
    ("members_organization_id_mfa_phone_number_key", ApiError::DuplicateMemberPhoneNumber),
];

/// Addresses are unique in the organization, those that were retired included. Only what differs is written.
pub(super) fn replace_emails(tx: &mut Tx, before: &Member, m: &Member) -> Result<()> {
    let (old, new) = (listed(before), listed(m));
    for (email, _) in old.iter().filter(|address| !new.contains(address)) {
        tx.execute(
            "DELETE FROM member_emails WHERE organization_id = $1 AND email_address = $2 AND member_id = $3",
            args![&m.organization_id, email.as_str(), &m.member_id],
        )?;
    }
    add_emails(tx, m, new.iter().filter(|address| !old.contains(address)))?;
    let in_directory = |m: &Member| (m.status != Status::Deleted).then(|| m.email_address.clone());
    match (in_directory(before), in_directory(m)) {
        (before, now) if before == now => Ok(()),
        (_, now) => {
            remove_from_directory(tx, before)?;
            if now.is_some() { add_to_directory(tx, m) } else { Ok(()) }
        }
    }
}

/// Found by the address: to be found by the member it would need one more index.
fn remove_from_directory(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute(
        "DELETE FROM member_directory
         WHERE project_id = $1 AND email_address = $2 AND organization_id = $3 AND member_id = $4",
        args![&m.project_id, m.email_address.as_str(), &m.organization_id, &m.member_id],
    )?;
    Ok(())
}

fn add_to_directory(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute_later(
        "INSERT INTO member_directory (project_id, email_address, organization_id, member_id, used_at)
         VALUES ($1, $2, $3, $4, $5)",
        args![
            &m.project_id,
            m.email_address.as_str(),
            &m.organization_id,
            &m.member_id,
            m.email_address_verified.then_some(m.updated_at)
        ],
    )?;
    Ok(())
}

/// The addresses that are the member's, with what each is to them; none of a deleted member.
fn listed(m: &Member) -> Vec<(&EmailAddress, &'static str)> {
    if m.status == Status::Deleted {
        return Vec::new();
    }
    let retired = m.retired_email_addresses.iter().map(|retired| (&retired.email_address, "retired"));
    std::iter::once((&m.email_address, "primary")).chain(retired).collect()
}

fn add_emails<'a>(
    tx: &mut Tx,
    m: &Member,
    addresses: impl IntoIterator<Item = &'a (&'a EmailAddress, &'static str)>,
) -> Result<()> {
    for (email, kind) in addresses {
        tx.execute(
            "INSERT INTO member_emails (organization_id, email_address, member_id, kind) VALUES ($1, $2, $3, $4)",
            args![&m.organization_id, email.as_str(), &m.member_id, *kind],
        )
        .on_unique("member_emails_pkey", ApiError::DuplicateMemberEmail)?;
    }
    Ok(())
}

/// Members, deleted ones too, who were given a role that is none of these.
pub(super) fn with_other_roles(
    tx: &mut Tx,
    organization: &OrganizationId,
    roles: &[RoleId],
    at_most: usize,
) -> Result<Vec<MemberId>> {
    let rows = tx.all::<(MemberId,)>(
        "SELECT DISTINCT member_id FROM member_roles WHERE organization_id = $1 AND NOT (role_id = ANY($2))
         ORDER BY member_id LIMIT $3",
        args![organization, roles, at_most as i64],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) fn replace_roles(tx: &mut Tx, m: &Member) -> Result<()> {
    tx.execute(
        "DELETE FROM member_roles WHERE organization_id = $1 AND member_id = $2",
        args![&m.organization_id, &m.member_id],
    )?;
    add_roles(tx, m)
}

fn add_roles(tx: &mut Tx, m: &Member) -> Result<()> {
    for role in &m.direct_roles {
        tx.execute_later(
            "INSERT INTO member_roles (organization_id, member_id, role_id) VALUES ($1, $2, $3)",
            args![&m.organization_id, &m.member_id, role],
        )?;
    }
    Ok(())
}

/// Those of these members that there are, deleted ones too, by their ids.
pub(super) fn some(tx: &mut Tx, organization: &OrganizationId, ids: &[String]) -> Result<Vec<Member>> {
    let asked = "SELECT * FROM members WHERE organization_id = $1 AND id = ANY($2) ORDER BY id";
    Ok(tx.all(asked, args![organization, ids])?)
}

/// Deleted ones too.
pub(super) fn find(tx: &mut Tx, organization: &OrganizationId, id: &MemberId) -> Result<Option<Member>> {
    Ok(tx.optional("SELECT * FROM members WHERE organization_id = $1 AND id = $2", args![organization, id])?)
}

pub(super) fn find_by_external_id(tx: &mut Tx, organization: &OrganizationId, id: &str) -> Result<Option<Member>> {
    Ok(tx.optional("SELECT * FROM members WHERE organization_id = $1 AND external_id = $2", args![organization, id])?)
}

/// A member, and what an address is to them.
pub(super) struct Addressed {
    pub(super) member: Member,
    /// `primary` or `retired`.
    pub(super) kind: String,
}

impl FromRow for Addressed {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Self { kind: row.get("address_kind")?, member: Member::from_row(row)? })
    }
}

/// Whose address it is.
const FIND_BY_EMAIL: &str = "SELECT m.*, e.kind AS address_kind FROM member_emails e
         JOIN members m ON m.organization_id = e.organization_id AND m.id = e.member_id
         WHERE e.organization_id = $1 AND e.email_address = $2";

/// That [`find_by_email`] will follow.
pub(super) fn prefetch_by_email(tx: &mut Tx, organization: &OrganizationId, email: &EmailAddress) -> Result<()> {
    Ok(tx.prefetch(FIND_BY_EMAIL, args![organization, email.as_str()])?)
}

pub(super) fn find_by_email(
    tx: &mut Tx,
    organization: &OrganizationId,
    email: &EmailAddress,
) -> Result<Option<Addressed>> {
    Ok(tx.optional(FIND_BY_EMAIL, args![organization, email.as_str()])?)
}

/// Whose address it is, and whether it is `primary` or `retired`.
pub(super) fn owner_of_email(
    tx: &mut Tx,
    organization: &OrganizationId,
    email: &EmailAddress,
) -> Result<Option<(MemberId, String)>> {
    Ok(tx.optional(
        "SELECT member_id, kind FROM member_emails WHERE organization_id = $1 AND email_address = $2",
        args![organization, email.as_str()],
    )?)
}

/// A deleted member who had this address, the last one to come.
pub(super) fn find_deleted(tx: &mut Tx, organization: &OrganizationId, email: &EmailAddress) -> Result<Option<Member>> {
    Ok(tx.optional(
        // The word stands in the statement, for the index is of those who are deleted only. By the bare id, SQLite would go
        // through all members in that order instead: each user of a directory's first synchronisation took as long as all before.
        "SELECT * FROM members WHERE organization_id = $1 AND email_address = $2 AND status = 'deleted'
         ORDER BY id || '' DESC LIMIT 1",
        args![organization, email.as_str()],
    )?)
}

/// Whether somebody else, who is active, was given this role.
pub(super) fn has_other_with_role(
    tx: &mut Tx,
    organization: &OrganizationId,
    role: &str,
    but: &MemberId,
) -> Result<bool> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT m.id FROM member_roles r
         JOIN members m ON m.organization_id = r.organization_id AND m.id = r.member_id
         WHERE r.organization_id = $1 AND r.role_id = $2 AND r.member_id <> $3 AND m.status = $4 LIMIT 1",
        args![organization, role, but, Status::Active.as_str()],
    )?;
    Ok(row.is_some())
}

/// Whether somebody else, who is active, has an address of this domain.
pub(super) fn has_other_of_domain(
    tx: &mut Tx,
    organization: &OrganizationId,
    domain: &str,
    but: &MemberId,
) -> Result<bool> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT id FROM members WHERE organization_id = $1 AND email_domain = $2 AND id <> $3 AND status = $4 LIMIT 1",
        args![organization, domain, but, Status::Active.as_str()],
    )?;
    Ok(row.is_some())
}

/// Those who are active and were given this role.
pub(super) fn with_role(tx: &mut Tx, organization: &OrganizationId, role: &str, at_most: usize) -> Result<Vec<Member>> {
    Ok(tx.all(
        "SELECT m.* FROM member_roles r
         JOIN members m ON m.organization_id = r.organization_id AND m.id = r.member_id
         WHERE r.organization_id = $1 AND r.role_id = $2 AND m.status = $3 ORDER BY m.id LIMIT $4",
        args![organization, role, Status::Active.as_str(), at_most as i64],
    )?)
}

pub(super) fn locate(tx: &mut Tx, project: &ProjectId, id: &MemberId) -> Result<Option<OrganizationId>> {
    let row = tx.optional::<(OrganizationId,)>(
        "SELECT organization_id FROM member_locations WHERE project_id = $1 AND member_id = $2",
        args![project, id],
    )?;
    Ok(row.map(|(id,)| id))
}

/// The members, wherever in the project, that have this address and have logged in with it: the last to do so first.
pub(super) fn directory(
    tx: &mut Tx,
    project: &ProjectId,
    email: &EmailAddress,
) -> Result<Vec<(OrganizationId, MemberId)>> {
    Ok(tx.all(
        "SELECT organization_id, member_id FROM member_directory
         WHERE project_id = $1 AND email_address = $2 AND used_at IS NOT NULL ORDER BY used_at DESC, organization_id",
        args![project, email.as_str()],
    )?)
}

/// Those that have not, so many at most. Whoever administers an organization can put any address into it.
pub(super) fn unused_directory(
    tx: &mut Tx,
    project: &ProjectId,
    email: &EmailAddress,
    at_most: i64,
) -> Result<Vec<(OrganizationId, MemberId)>> {
    Ok(tx.all(
        "SELECT organization_id, member_id FROM member_directory
         WHERE project_id = $1 AND email_address = $2 AND used_at IS NULL ORDER BY organization_id DESC LIMIT $3",
        args![project, email.as_str(), at_most],
    )?)
}

/// Notes that a member logs in, unless that was noted since then.
pub(super) fn note_login(tx: &mut Tx, m: &Member, now: Timestamp, since: Timestamp) -> Result<()> {
    tx.execute_later(
        "UPDATE member_directory SET used_at = $4
         WHERE project_id = $1 AND email_address = $2 AND organization_id = $3 AND (used_at IS NULL OR used_at < $5)",
        args![&m.project_id, m.email_address.as_str(), &m.organization_id, now, since],
    )?;
    Ok(())
}

pub(super) fn has_verified_of_domain(tx: &mut Tx, organization: &OrganizationId, domain: &str) -> Result<bool> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT id FROM members
         WHERE organization_id = $1 AND email_domain = $2 AND email_verified = $3 AND status = $4 LIMIT 1",
        args![organization, domain, true, Status::Active.as_str()],
    )?;
    Ok(row.is_some())
}
