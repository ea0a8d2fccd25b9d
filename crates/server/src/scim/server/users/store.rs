use super::{Group, Named, User};
use crate::scim::server::caller::Ids;
use database::{FromRow, Json, Row, Tx, args, row};
use foundation::error::{ApiError, OnUnique as _, Result};
use foundation::id::MemberId;

impl FromRow for User {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Self {
            member_id: row.get("member_id")?,
            external_id: row.get("external_id")?,
            user_name: row.get("user_name")?,
            active: row.get("active")?,
            document: row.get::<Json<_>>("document")?.0,
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            modified_at: row.get("modified_at")?,
        })
    }
}

/// The index by which a user name is one person's.
const USER_NAME_KEY: &str = "scim_users_organization_id_connection_id_folded_user_name_key";

row!(Group { member_id, id, name });

row!(Named { member_id, user_name });

pub(super) fn insert(tx: &mut Tx, (organization, connection): Ids<'_>, user: &User) -> Result<()> {
    tx.execute(
        "INSERT INTO scim_users (organization_id, connection_id, member_id, external_id, user_name, folded_user_name,
                                 active, document, version, created_at, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            organization,
            connection,
            &user.member_id,
            user.external_id.as_deref(),
            &user.user_name,
            ::scim::folded(&user.user_name),
            user.active,
            Json(&user.document),
            user.version,
            user.created_at,
            user.modified_at
        ],
    )
    .on_unique(USER_NAME_KEY, ApiError::ScimUniqueness)?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx, (organization, connection): Ids<'_>, user: &User) -> Result<()> {
    tx.execute(
        "UPDATE scim_users SET external_id = $4, user_name = $5, folded_user_name = $6, active = $7, document = $8,
                               version = $9, modified_at = $10
         WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        args![
            organization,
            connection,
            &user.member_id,
            user.external_id.as_deref(),
            &user.user_name,
            ::scim::folded(&user.user_name),
            user.active,
            Json(&user.document),
            user.version,
            user.modified_at
        ],
    )
    .on_unique(USER_NAME_KEY, ApiError::ScimUniqueness)?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, (organization, connection): Ids<'_>, id: &MemberId) -> Result<()> {
    tx.execute(
        "DELETE FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        args![organization, connection, id],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, (organization, connection): Ids<'_>, id: &MemberId) -> Result<Option<User>> {
    Ok(tx.optional(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        args![organization, connection, id],
    )?)
}

pub(super) fn find_by_user_name(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    user_name: &str,
) -> Result<Option<User>> {
    Ok(tx.optional(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND folded_user_name = $3",
        args![organization, connection, ::scim::folded(user_name)],
    )?)
}

/// So many at most, the oldest first: nothing says that they are few.
pub(super) fn find_by_external_id(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    external_id: &str,
    limit: i64,
) -> Result<Vec<User>> {
    Ok(tx.all(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND external_id = $3
         ORDER BY member_id LIMIT $4",
        args![organization, connection, external_id, limit],
    )?)
}

pub(super) fn count(tx: &mut Tx, (organization, connection): Ids<'_>) -> Result<i64> {
    let (count,) = tx.one::<(i64,)>(
        "SELECT COUNT(*) FROM scim_users WHERE organization_id = $1 AND connection_id = $2",
        args![organization, connection],
    )?;
    Ok(count)
}

pub(super) fn page(tx: &mut Tx, (organization, connection): Ids<'_>, skip: i64, limit: i64) -> Result<Vec<User>> {
    Ok(tx.all(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2
         ORDER BY member_id LIMIT $3 OFFSET $4",
        args![organization, connection, limit, skip],
    )?)
}

pub(super) fn after(tx: &mut Tx, (organization, connection): Ids<'_>, id: &str, limit: i64) -> Result<Vec<User>> {
    Ok(tx.all(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND member_id > $3
         ORDER BY member_id LIMIT $4",
        args![organization, connection, id, limit],
    )?)
}

pub(super) fn some(tx: &mut Tx, (organization, connection): Ids<'_>, ids: &[String]) -> Result<Vec<User>> {
    Ok(tx.all(
        "SELECT * FROM scim_users WHERE organization_id = $1 AND connection_id = $2 AND member_id = ANY($3)",
        args![organization, connection, ids],
    )?)
}

/// The names of those of these ids that are users.
pub(super) fn named(tx: &mut Tx, (organization, connection): Ids<'_>, ids: &[String]) -> Result<Vec<Named>> {
    Ok(tx.all(
        "SELECT member_id, user_name FROM scim_users
         WHERE organization_id = $1 AND connection_id = $2 AND member_id = ANY($3)",
        args![organization, connection, ids],
    )?)
}

/// The groups that these people are in.
pub(super) fn groups_of(tx: &mut Tx, (organization, connection): Ids<'_>, members: &[String]) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT s.member_id, s.group_id AS id,
                (SELECT g.display_name FROM scim_groups g
                 WHERE g.organization_id = s.organization_id AND g.connection_id = s.connection_id AND g.id = s.group_id) AS name
         FROM scim_memberships s
         WHERE s.organization_id = $1 AND s.connection_id = $2 AND s.member_id = ANY($3) ORDER BY s.member_id, s.group_id",
        args![organization, connection, members],
    )?)
}

/// Takes somebody out of all groups.
pub(super) fn leave_groups(tx: &mut Tx, (organization, connection): Ids<'_>, id: &MemberId) -> Result<()> {
    tx.execute(
        "DELETE FROM scim_memberships WHERE organization_id = $1 AND connection_id = $2 AND member_id = $3",
        args![organization, connection, id],
    )?;
    Ok(())
}

/// Whether somebody else who is active is in one of these groups.
pub(super) fn has_other_in(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    groups: &[String],
    but: &MemberId,
) -> Result<bool> {
    let row = tx.optional::<(MemberId,)>(
        "SELECT u.member_id FROM scim_memberships s
         JOIN scim_users u ON u.organization_id = s.organization_id AND u.connection_id = s.connection_id
                          AND u.member_id = s.member_id
         WHERE s.organization_id = $1 AND s.connection_id = $2 AND s.group_id = ANY($3) AND u.active = $4
           AND u.member_id <> $5 LIMIT 1",
        args![organization, connection, groups, true, but],
    )?;
    Ok(row.is_some())
}
