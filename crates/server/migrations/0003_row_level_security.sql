-- A second wall between tenants (threat T-07): a statement that forgets its tenant finds nothing, on PostgreSQL.
--
-- A transaction says in the setting guildhall.scope what it has entered: the ids of projects and organizations, with
-- commas; `*` for everything, `none` for nothing. A program from before this migration says nothing, or leaves the
-- setting empty on a connection that a pooler hands on, and goes on seeing everything.

-- postgres only
-- What the transaction has entered; NULL for everything.
CREATE FUNCTION entered_tenants() RETURNS TEXT[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(nullif(current_setting('guildhall.scope', true), ''), '*'), ',')
$$;

-- A row of the table is there for whoever has entered all tenants that these columns name; also for the role that owns
-- the table. The setting is read once in a statement, not once for each row, because a subquery asks for it.
CREATE PROCEDURE isolate_tenants(name TEXT, VARIADIC tenants TEXT[]) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (coalesce(ARRAY[%s] <@ (SELECT entered_tenants()), true))',
                   name, array_to_string(tenants, ', '));
END
$$;

CALL isolate_tenants('projects', 'id');
CALL isolate_tenants('project_secrets', 'project_id');
CALL isolate_tenants('public_tokens', 'project_id');
CALL isolate_tenants('redirect_urls', 'project_id');
CALL isolate_tenants('origins', 'project_id');
CALL isolate_tenants('signing_keys', 'project_id');
CALL isolate_tenants('rbac_policies', 'project_id');
CALL isolate_tenants('outbox', 'project_id');
CALL isolate_tenants('audit_events', 'project_id');

-- What is looked up across a project, to find the organization.
CALL isolate_tenants('organizations', 'project_id');
CALL isolate_tenants('organization_locators', 'project_id');
CALL isolate_tenants('organization_domains', 'project_id');
CALL isolate_tenants('member_directory', 'project_id');
CALL isolate_tenants('member_locations', 'project_id');
CALL isolate_tenants('intermediate_sessions', 'project_id');

-- What is an organization's. The scope of a link for discovery is its project.
CALL isolate_tenants('members', 'project_id', 'organization_id');
CALL isolate_tenants('member_emails', 'organization_id');
CALL isolate_tenants('member_roles', 'organization_id');
CALL isolate_tenants('sessions', 'project_id', 'organization_id');
CALL isolate_tenants('one_time_tokens', 'project_id', 'scope');
-- end
