-- postgres only
-- The planner takes columns for independent. Of a connection, or a project, and an organization, each of which names the other, it
-- would expect no row at all; then any index that begins with the two seems as good as the one that finds the row, and it reads
-- all there is of the organization.
CREATE STATISTICS scim_users_connection (dependencies) ON organization_id, connection_id FROM scim_users;
CREATE STATISTICS scim_groups_connection (dependencies) ON organization_id, connection_id FROM scim_groups;
CREATE STATISTICS scim_memberships_connection (dependencies) ON organization_id, connection_id FROM scim_memberships;
CREATE STATISTICS oauth_registrations_project (dependencies) ON project_id, organization_id FROM oauth_registrations;
ANALYZE scim_users, scim_groups, scim_memberships, oauth_registrations;
-- end

-- sqlite only
-- Sorted by its key, the table is its own index: who is in a group is written in two places instead of three.
CREATE TABLE scim_memberships_new (
    organization_id TEXT NOT NULL,
    connection_id   TEXT NOT NULL,
    group_id        TEXT NOT NULL,
    member_id       TEXT NOT NULL,
    PRIMARY KEY (organization_id, connection_id, group_id, member_id)
) STRICT, WITHOUT ROWID;
INSERT INTO scim_memberships_new SELECT organization_id, connection_id, group_id, member_id FROM scim_memberships;
DROP TABLE scim_memberships;
ALTER TABLE scim_memberships_new RENAME TO scim_memberships;
CREATE INDEX scim_memberships_by_member ON scim_memberships (organization_id, connection_id, member_id);
-- end
