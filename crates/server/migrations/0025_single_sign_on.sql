-- Connections to the identity providers of organizations. What is looked up is a column; the rest is of the kind of the
-- connection. Secrets are sealed together: of the client, and private keys.
CREATE TABLE sso_connections (
    project_id      TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    -- Counts changes, so that none is made to what was changed meanwhile.
    version         BIGINT NOT NULL DEFAULT 0,
    kind            TEXT COLLATE "C" NOT NULL,
    is_active       BOOLEAN NOT NULL,
    display_name    TEXT NOT NULL,
    settings        JSONB NOT NULL,
    sealed_secrets  BYTEA NOT NULL,
    -- The connection of another organization that this one stands for.
    external_connection_id TEXT COLLATE "C",
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, organization_id, id)
);
CREATE INDEX sso_connections_by_id ON sso_connections (id);
CREATE INDEX sso_connections_by_project ON sso_connections (project_id, id);
CREATE INDEX sso_connections_by_external ON sso_connections (project_id, external_connection_id)
    WHERE external_connection_id IS NOT NULL;

-- What an organization has to know of its connections: their roles, and since when logins by them count.
ALTER TABLE organizations ADD COLUMN sso_connections JSONB;

-- Logins that have come back, until they would be over anyway: none comes back twice. Those that have begun are kept by browsers.
CREATE TABLE sso_logins (
    organization_id TEXT COLLATE "C" NOT NULL,
    state_hash      BYTEA NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, state_hash)
);
CREATE INDEX sso_logins_by_end ON sso_logins (expires_at);

-- Who an identity provider says has logged in, until the app takes the token for it.
CREATE TABLE sso_tokens (
    organization_id     TEXT COLLATE "C" NOT NULL,
    token_hash          BYTEA NOT NULL,
    project_id          TEXT COLLATE "C" NOT NULL,
    connection_id       TEXT COLLATE "C" NOT NULL,
    identity            JSONB NOT NULL,
    pkce_code_challenge TEXT,
    created_at          TIMESTAMPTZ NOT NULL,
    expires_at          TIMESTAMPTZ NOT NULL,
    used_at             TIMESTAMPTZ,
    PRIMARY KEY (organization_id, token_hash)
);
CREATE INDEX sso_tokens_by_end ON sso_tokens (expires_at);

-- Assertions that were accepted: none is twice.
CREATE TABLE sso_assertions (
    organization_id TEXT COLLATE "C" NOT NULL,
    connection_id   TEXT COLLATE "C" NOT NULL,
    assertion_hash  BYTEA NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, assertion_hash)
);
CREATE INDEX sso_assertions_by_end ON sso_assertions (expires_at);

-- Which member somebody is whom an identity provider knows. The hash is of who says so, and whom they mean.
CREATE TABLE sso_registrations (
    organization_id TEXT COLLATE "C" NOT NULL,
    connection_id   TEXT COLLATE "C" NOT NULL,
    identity_hash   BYTEA NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, identity_hash)
);
CREATE INDEX sso_registrations_by_member ON sso_registrations (organization_id, member_id);

-- The flight recorder: what was exchanged with identity providers lately, and what came of it.
CREATE TABLE sso_exchanges (
    organization_id TEXT COLLATE "C" NOT NULL,
    connection_id   TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    -- Whether it answers a login that was begun here, or its signature is the identity provider's.
    is_known        BOOLEAN NOT NULL,
    exchange        JSONB NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, id)
);

-- postgres only
CALL isolate_tenants('sso_connections', 'project_id');
CALL isolate_tenants('sso_logins', 'project_id', 'organization_id');
CALL isolate_tenants('sso_tokens', 'project_id', 'organization_id');
CALL isolate_tenants('sso_assertions', 'project_id', 'organization_id');
CALL isolate_tenants('sso_registrations', 'project_id', 'organization_id');
CALL isolate_tenants('sso_exchanges', 'project_id', 'organization_id');
CREATE TRIGGER hold BEFORE INSERT ON sso_connections FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_logins FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_tokens FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_assertions FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_registrations FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_exchanges FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
