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
