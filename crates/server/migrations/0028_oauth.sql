-- The OAuth providers of a project. What is secret of one is sealed; the rest is JSON.
CREATE TABLE oauth_providers (
    project_id    TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    settings      JSONB NOT NULL,
    sealed_secret BYTEA NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, name)
);

-- Logins that have come back, until they would be over anyway: none comes back twice. The scope is the organization, or the project
-- for discovery.
CREATE TABLE oauth_logins (
    scope      TEXT COLLATE "C" NOT NULL,
    state_hash BYTEA NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (scope, state_hash)
);
CREATE INDEX oauth_logins_by_end ON oauth_logins (expires_at);

-- Whom a provider says has logged in, with its tokens: until the app takes the token for it, and then until the login is complete
-- that makes the account a member's. Those of discovery are of no organization.
CREATE TABLE oauth_arrivals (
    project_id          TEXT COLLATE "C" NOT NULL,
    id                  TEXT COLLATE "C" NOT NULL,
    organization_id     TEXT COLLATE "C",
    token_hash          BYTEA NOT NULL,
    pkce_code_challenge TEXT,
    sealed_arrival      BYTEA NOT NULL,
    created_at          TIMESTAMPTZ NOT NULL,
    expires_at          TIMESTAMPTZ NOT NULL,
    used_at             TIMESTAMPTZ,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX oauth_arrivals_by_token ON oauth_arrivals (project_id, token_hash);
CREATE INDEX oauth_arrivals_by_end ON oauth_arrivals (expires_at);

-- Which member an account at a provider is. The hash is of who says so, and whom they mean.
CREATE TABLE oauth_registrations (
    project_id      TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    provider        TEXT COLLATE "C" NOT NULL,
    identity_hash   BYTEA NOT NULL,
    sealed_tokens   BYTEA NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, organization_id, id)
);
CREATE UNIQUE INDEX oauth_registrations_by_identity
    ON oauth_registrations (project_id, organization_id, provider, identity_hash);
CREATE INDEX oauth_registrations_by_member ON oauth_registrations (project_id, organization_id, member_id);
CREATE INDEX oauth_registrations_by_id ON oauth_registrations (project_id, id);

-- postgres only
CALL isolate_tenants('oauth_providers', 'project_id');
CALL isolate_tenants('oauth_logins', 'project_id', 'scope');
CALL isolate_tenants('oauth_arrivals', 'project_id');
CALL isolate_tenants('oauth_registrations', 'project_id');
CREATE TRIGGER hold BEFORE INSERT ON oauth_logins FOR EACH ROW EXECUTE FUNCTION hold_scope();
CREATE TRIGGER hold BEFORE INSERT ON oauth_arrivals FOR EACH ROW
WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON oauth_registrations FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
