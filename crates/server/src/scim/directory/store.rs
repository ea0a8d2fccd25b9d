use database::{Tx, args, row};
use foundation::error::Result;
use foundation::id::{OrganizationId, ScimConnectionId, ScimGroupId};
use foundation::tables::{Kept, Old, Owner, Table};

/// Minutes that rows of a deleted connection are kept: whoever was writing by it has finished by then.
pub(in crate::scim) const KEPT: i64 = 5;

const OF_ORGANIZATION: Owner = Owner::Organization(&["organization_id"]);

/// The tables of this subject.
pub(in crate::scim) const TABLES: &[Table] = &[
    Table {
        of_organization: Some(
            "DELETE FROM scim_memberships WHERE organization_id = $1 AND (connection_id, group_id, member_id) IN
             (SELECT connection_id, group_id, member_id FROM scim_memberships WHERE organization_id = $1
              ORDER BY connection_id, group_id, member_id LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM scim_memberships WHERE (organization_id, connection_id, group_id, member_id) IN
                     (SELECT s.organization_id, s.connection_id, s.group_id, s.member_id FROM scim_connections c
                      JOIN scim_memberships s ON s.organization_id = c.organization_id AND s.connection_id = c.id
                      WHERE c.deleted_at < $1 LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        }],
        ..Table::new("scim_memberships", OF_ORGANIZATION)
    },
    Table {
        of_organization: Some(
            "DELETE FROM scim_users WHERE organization_id = $1 AND (connection_id, member_id) IN
             (SELECT connection_id, member_id FROM scim_users WHERE organization_id = $1
              ORDER BY connection_id, member_id LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM scim_users WHERE (organization_id, connection_id, member_id) IN
                     (SELECT s.organization_id, s.connection_id, s.member_id FROM scim_connections c
                      JOIN scim_users s ON s.organization_id = c.organization_id AND s.connection_id = c.id
                      WHERE c.deleted_at < $1 LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        }],
        ..Table::new("scim_users", OF_ORGANIZATION)
    },
    Table {
        of_organization: Some(
            "DELETE FROM scim_groups WHERE organization_id = $1 AND (connection_id, id) IN
             (SELECT connection_id, id FROM scim_groups WHERE organization_id = $1 ORDER BY connection_id, id LIMIT $2)",
        ),
        old: &[Old {
            delete: "DELETE FROM scim_groups WHERE (organization_id, connection_id, id) IN
                     (SELECT s.organization_id, s.connection_id, s.id FROM scim_connections c
                      JOIN scim_groups s ON s.organization_id = c.organization_id AND s.connection_id = c.id
                      WHERE c.deleted_at < $1 LIMIT $2)",
            kept: Kept::Minutes(KEPT),
        }],
        ..Table::new("scim_groups", OF_ORGANIZATION)
    },
];

/// A group, by its name.
pub(in crate::scim) struct Named {
    pub(in crate::scim) id: ScimGroupId,
    pub(in crate::scim) display_name: String,
}
row!(Named { id, display_name });

/// The next groups of a connection after this one, the oldest first.
pub(in crate::scim) fn groups_after(
    tx: &mut Tx,
    organization: &OrganizationId,
    connection: &ScimConnectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Named>> {
    Ok(tx.all(
        "SELECT id, display_name FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id > $3
         ORDER BY id LIMIT $4",
        args![organization, connection, after, limit],
    )?)
}

/// Those of these groups that the connection has.
pub(in crate::scim) fn named(
    tx: &mut Tx,
    organization: &OrganizationId,
    connection: &ScimConnectionId,
    ids: &[String],
) -> Result<Vec<Named>> {
    Ok(tx.all(
        "SELECT id, display_name FROM scim_groups WHERE organization_id = $1 AND connection_id = $2 AND id = ANY($3)",
        args![organization, connection, ids],
    )?)
}
