use super::{Group, Person};
use crate::scim::server::caller::Ids;
use database::{FromRow, Json, Row, Tx, args, row};
use foundation::error::Result;
use foundation::id::ScimGroupId;

impl FromRow for Group {
    fn from_row(row: &mut Row) -> database::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            external_id: row.get("external_id")?,
            display_name: row.get("display_name")?,
            document: row.get::<Json<_>>("document")?.0,
            version: row.get("version")?,
            created_at: row.get("created_at")?,
            modified_at: row.get("modified_at")?,
        })
    }
}

row!(Person { group_id, member_id });

pub(super) fn insert(tx: &mut Tx, (organization, connection): Ids<'_>, group: &Group) -> Result<()> {
    tx.execute(
        "INSERT INTO scim_groups (organization_id, connection_id, id, external_id, display_name, folded_display_name,
                                  document, version, created_at, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            organization,
            connection,
            &group.id,
            group.external_id.as_deref(),
            &group.display_name,
            ::scim::folded(&group.display_name),
            Json(&group.document),
            group.version,
            group.created_at,
            group.modified_at
        ],
    )?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx, (organization, connection): Ids<'_>, group: &Group) -> Result<()> {
    tx.execute(
        "UPDATE scim_groups SET external_id = $4, display_name = $5, folded_display_name = $6, document = $7,
                                version = $8, modified_at = $9
         WHERE organization_id = $1 AND connection_id = $2 AND id = $3",
        args![
            organization,
            connection,
            &group.id,
            group.external_id.as_deref(),
            &group.display_name,
            ::scim::folded(&group.display_name),
            Json(&group.document),
            group.version,
            group.modified_at
        ],
    )?;
    Ok(())
}

/// Writes a group's row and changes nothing in it: whoever changes the group meanwhile waits for this transaction from the
/// beginning. Members are written after it, so that no two changes of a group wait for each other.
pub(super) fn hold(tx: &mut Tx, (organization, connection): Ids<'_>, id: &ScimGroupId) -> Result<()> {
    tx.execute_later(
        "UPDATE scim_groups SET version = version WHERE organization_id = $1 AND connection_id = $2 AND id = $3",
        args![organization, connection, id],
    )?;
    Ok(())
}

/// The group first, as [`hold`] has it.
pub(super) fn delete(tx: &mut Tx, (organization, connection): Ids<'_>, id: &ScimGroupId) -> Result<()> {
    tx.execute(
        "DELETE FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id = $3",
        args![organization, connection, id],
    )?;
    tx.execute(
        "DELETE FROM scim_memberships WHERE organization_id = $1 AND connection_id = $2 AND group_id = $3",
        args![organization, connection, id],
    )?;
    Ok(())
}

pub(super) fn find(tx: &mut Tx, (organization, connection): Ids<'_>, id: &ScimGroupId) -> Result<Option<Group>> {
    Ok(tx.optional(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id = $3",
        args![organization, connection, id],
    )?)
}

/// So many at most, the oldest first.
pub(super) fn find_by_name(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    name: &str,
    limit: i64,
) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND folded_display_name = $3
         ORDER BY id LIMIT $4",
        args![organization, connection, ::scim::folded(name), limit],
    )?)
}

/// So many at most, the oldest first.
pub(super) fn find_by_external_id(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    external_id: &str,
    limit: i64,
) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND external_id = $3
         ORDER BY id LIMIT $4",
        args![organization, connection, external_id, limit],
    )?)
}

pub(super) fn count(tx: &mut Tx, (organization, connection): Ids<'_>) -> Result<i64> {
    let (count,) = tx.one::<(i64,)>(
        "SELECT COUNT(*) FROM scim_groups WHERE organization_id = $1 AND connection_id = $2",
        args![organization, connection],
    )?;
    Ok(count)
}

pub(super) fn page(tx: &mut Tx, (organization, connection): Ids<'_>, skip: i64, limit: i64) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2
         ORDER BY id LIMIT $3 OFFSET $4",
        args![organization, connection, limit, skip],
    )?)
}

pub(super) fn after(tx: &mut Tx, (organization, connection): Ids<'_>, id: &str, limit: i64) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id > $3
         ORDER BY id LIMIT $4",
        args![organization, connection, id, limit],
    )?)
}

pub(super) fn some(tx: &mut Tx, (organization, connection): Ids<'_>, ids: &[String]) -> Result<Vec<Group>> {
    Ok(tx.all(
        "SELECT * FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id = ANY($3)",
        args![organization, connection, ids],
    )?)
}

/// Who is in these groups, by group, so many at most.
pub(super) fn people(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    groups: &[String],
    limit: i64,
) -> Result<Vec<Person>> {
    if let [group] = groups {
        return Ok(tx.all(
            "SELECT group_id, member_id FROM scim_memberships
             WHERE organization_id = $1 AND connection_id = $2 AND group_id = $3 ORDER BY member_id LIMIT $4",
            args![organization, connection, group, limit],
        )?);
    }
    // Not asked for in this order: PostgreSQL would read all memberships in it, to come upon these.
    let mut people: Vec<Person> = tx.all(
        "SELECT group_id, member_id FROM scim_memberships
         WHERE organization_id = $1 AND connection_id = $2 AND group_id = ANY($3) LIMIT $4",
        args![organization, connection, groups, limit],
    )?;
    people.sort_unstable_by(|one, other| (&one.group_id, &one.member_id).cmp(&(&other.group_id, &other.member_id)));
    Ok(people)
}

/// Puts people of the directory into a group; those who were not in it.
pub(super) fn add(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    group: &ScimGroupId,
    ids: &[String],
) -> Result<Vec<String>> {
    let added: Vec<(String,)> = tx.all(
        "INSERT INTO scim_memberships (organization_id, connection_id, group_id, member_id)
         SELECT organization_id, connection_id, CAST($3 AS TEXT), member_id FROM scim_users
         WHERE organization_id = $1 AND connection_id = $2 AND member_id = ANY($4)
         ON CONFLICT DO NOTHING RETURNING member_id",
        args![organization, connection, group, ids],
    )?;
    Ok(added.into_iter().map(|(id,)| id).collect())
}

/// Takes people out of a group; those who were in it.
pub(super) fn remove(
    tx: &mut Tx,
    (organization, connection): Ids<'_>,
    group: &ScimGroupId,
    ids: &[String],
) -> Result<Vec<String>> {
    let removed: Vec<(String,)> = tx.all(
        "DELETE FROM scim_memberships
         WHERE organization_id = $1 AND connection_id = $2 AND group_id = $3 AND member_id = ANY($4)
         RETURNING member_id",
        args![organization, connection, group, ids],
    )?;
    Ok(removed.into_iter().map(|(id,)| id).collect())
}
