-- Connections of directories by SCIM. An organization has one at a time; one that is deleted stays until all that came by it is
-- gone, which may be much. Of the tokens there are hashes.
CREATE TABLE scim_connections (
    organization_id TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    -- Counts changes, so that none is made to what was changed meanwhile.
    version         BIGINT NOT NULL DEFAULT 0,
    display_name    TEXT NOT NULL,
    settings        JSONB NOT NULL,
    bearer_token_hash            BYTEA NOT NULL,
    bearer_token_last_four       TEXT NOT NULL,
    bearer_token_expires_at      TIMESTAMPTZ NOT NULL,
    -- While the token is being replaced, the one that will be it.
    next_bearer_token_hash       BYTEA,
    next_bearer_token_last_four  TEXT,
    next_bearer_token_expires_at TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    deleted_at      TIMESTAMPTZ,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX scim_connections_organization_id_key ON scim_connections (organization_id) WHERE deleted_at IS NULL;
CREATE INDEX scim_connections_by_deletion ON scim_connections (deleted_at) WHERE deleted_at IS NOT NULL;

-- What an organization has to know of its SCIM connection: which roles the groups give.
ALTER TABLE organizations ADD COLUMN scim_connection JSONB;

-- The people that a directory has sent, each of them a member. The document is what it has sent, in the standard's words.
CREATE TABLE scim_users (
    organization_id  TEXT COLLATE "C" NOT NULL,
    connection_id    TEXT COLLATE "C" NOT NULL,
    member_id        TEXT COLLATE "C" NOT NULL,
    external_id      TEXT COLLATE "C",
    user_name        TEXT NOT NULL,
    folded_user_name TEXT COLLATE "C" NOT NULL,
    active           BOOLEAN NOT NULL,
    document         JSONB NOT NULL,
    -- Counts changes; what ETags are made of.
    version          BIGINT NOT NULL DEFAULT 1,
    created_at       TIMESTAMPTZ NOT NULL,
    modified_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, member_id)
);
CREATE UNIQUE INDEX scim_users_organization_id_connection_id_folded_user_name_key ON scim_users (organization_id, connection_id, folded_user_name);
CREATE INDEX scim_users_by_external_id ON scim_users (organization_id, connection_id, external_id)
    WHERE external_id IS NOT NULL;

-- Its groups. Who is in them stands in a table of its own.
CREATE TABLE scim_groups (
    organization_id     TEXT COLLATE "C" NOT NULL,
    connection_id       TEXT COLLATE "C" NOT NULL,
    id                  TEXT COLLATE "C" NOT NULL,
    external_id         TEXT COLLATE "C",
    display_name        TEXT NOT NULL,
    folded_display_name TEXT COLLATE "C" NOT NULL,
    document            JSONB NOT NULL,
    version             BIGINT NOT NULL DEFAULT 1,
    created_at          TIMESTAMPTZ NOT NULL,
    modified_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, id)
);
CREATE INDEX scim_groups_by_name ON scim_groups (organization_id, connection_id, folded_display_name);
CREATE INDEX scim_groups_by_external_id ON scim_groups (organization_id, connection_id, external_id)
    WHERE external_id IS NOT NULL;

CREATE TABLE scim_memberships (
    organization_id TEXT COLLATE "C" NOT NULL,
    connection_id   TEXT COLLATE "C" NOT NULL,
    group_id        TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, connection_id, group_id, member_id)
);
CREATE INDEX scim_memberships_by_member ON scim_memberships (organization_id, connection_id, member_id);

-- postgres only
CALL isolate_tenants('scim_connections', 'project_id', 'organization_id');
CALL isolate_tenants('scim_users', 'organization_id');
CALL isolate_tenants('scim_groups', 'organization_id');
CALL isolate_tenants('scim_memberships', 'organization_id');
CREATE TRIGGER hold BEFORE INSERT ON scim_connections FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON scim_users FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON scim_groups FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON scim_memberships FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
