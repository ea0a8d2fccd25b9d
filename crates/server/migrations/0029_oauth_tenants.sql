-- Which organizations let in people of a tenant at an OAuth provider: a Slack workspace, a HubSpot account, a GitHub
-- organization. Looked up across the project; the lists themselves stand in the organizations' settings.
CREATE TABLE organization_oauth_tenants (
    project_id      TEXT COLLATE "C" NOT NULL,
    provider        TEXT COLLATE "C" NOT NULL,
    tenant_id       TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, provider, tenant_id, organization_id)
);
CREATE INDEX organization_oauth_tenants_by_organization ON organization_oauth_tenants (project_id, organization_id);

-- sqlite only
INSERT INTO organization_oauth_tenants (project_id, provider, tenant_id, organization_id)
SELECT DISTINCT o.project_id, listed.key, tenant.value, o.id
FROM organizations o, json_each(o.settings, '$.allowed_oauth_tenants') listed, json_each(listed.value) tenant;
-- end

-- postgres only
INSERT INTO organization_oauth_tenants (project_id, provider, tenant_id, organization_id)
SELECT DISTINCT o.project_id, listed.key, tenant.value, o.id
FROM organizations o, jsonb_each(o.settings -> 'allowed_oauth_tenants') listed, jsonb_array_elements_text(listed.value) tenant;
CALL isolate_tenants('organization_oauth_tenants', 'project_id');
-- end
