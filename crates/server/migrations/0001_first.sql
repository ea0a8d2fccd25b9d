-- The keys that protect everything else, wrapped by the operator's master key.
CREATE TABLE data_keys (
    id          BIGINT PRIMARY KEY,
    purpose     TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

-- Development only: the master key of an installation whose operator gave none.
CREATE TABLE embedded_master_key (
    id         BIGINT PRIMARY KEY,
    key_text   TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE projects (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT NOT NULL,
    environment TEXT NOT NULL,
    settings    JSONB NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE project_secrets (
    project_id  TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id          TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL,
    last_four   TEXT NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, id)
);

CREATE TABLE public_tokens (
    token      TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX public_tokens_by_project ON public_tokens (project_id);

CREATE TABLE redirect_urls (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    flow       TEXT NOT NULL,
    url        TEXT COLLATE "C" NOT NULL,
    is_default BOOLEAN NOT NULL,
    PRIMARY KEY (project_id, flow, url)
);

CREATE TABLE origins (
    origin     TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    PRIMARY KEY (origin, project_id)
);

CREATE TABLE signing_keys (
    project_id         TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    id                 TEXT COLLATE "C" NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    created_at         TIMESTAMPTZ NOT NULL,
    signs_from         TIMESTAMPTZ NOT NULL,
    published_until    TIMESTAMPTZ,
    PRIMARY KEY (project_id, id)
);

CREATE TABLE rbac_policies (
    project_id TEXT COLLATE "C" PRIMARY KEY REFERENCES projects (id),
    policy     JSONB NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE organizations (
    id               TEXT COLLATE "C" PRIMARY KEY,
    project_id       TEXT COLLATE "C" NOT NULL REFERENCES projects (id),
    name             TEXT NOT NULL,
    folded_name      TEXT NOT NULL,
    slug             TEXT COLLATE "C" NOT NULL,
    external_id      TEXT COLLATE "C",
    settings         JSONB NOT NULL,
    trusted_metadata JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL
);
CREATE INDEX organizations_by_age ON organizations (project_id, created_at, id);

-- Looked up across the project: slugs (lower case) and external ids.
CREATE TABLE organization_locators (
    project_id      TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, kind, name)
);
CREATE INDEX organization_locators_by_organization ON organization_locators (project_id, organization_id);

-- Looked up across the project: allowed and claimed email domains.
CREATE TABLE organization_domains (
    project_id      TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    domain          TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, kind, domain, organization_id)
);
CREATE INDEX organization_domains_by_organization ON organization_domains (project_id, organization_id);

CREATE TABLE members (
    organization_id  TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    project_id       TEXT COLLATE "C" NOT NULL,
    status           TEXT NOT NULL,
    email_address    TEXT COLLATE "C" NOT NULL,
    email_domain     TEXT COLLATE "C" NOT NULL,
    email_verified   BOOLEAN NOT NULL,
    external_id      TEXT COLLATE "C",
    is_breakglass    BOOLEAN NOT NULL,
    mfa_phone_number TEXT COLLATE "C",
    profile          JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, external_id),
    UNIQUE (organization_id, mfa_phone_number)
);
CREATE INDEX members_by_age ON members (organization_id, created_at, id);
CREATE INDEX members_by_domain ON members (organization_id, email_domain);

-- Addresses in use in an organization, those that were retired included.
CREATE TABLE member_emails (
    organization_id TEXT COLLATE "C" NOT NULL,
    email_address   TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    kind            TEXT NOT NULL,
    PRIMARY KEY (organization_id, email_address)
);
CREATE INDEX member_emails_by_member ON member_emails (organization_id, member_id);

CREATE TABLE member_roles (
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    role_id         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, member_id, role_id)
);

-- Looked up across the project: who has an address (discovery), and where a member is.
CREATE TABLE member_directory (
    project_id      TEXT COLLATE "C" NOT NULL,
    email_address   TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, email_address, organization_id)
);
CREATE INDEX member_directory_by_organization ON member_directory (project_id, organization_id, member_id);

CREATE TABLE member_locations (
    project_id      TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, member_id)
);
CREATE INDEX member_locations_by_organization ON member_locations (project_id, organization_id);

CREATE TABLE sessions (
    organization_id  TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    project_id       TEXT COLLATE "C" NOT NULL,
    member_id        TEXT COLLATE "C" NOT NULL,
    token_hash       BYTEA NOT NULL,
    started_at       TIMESTAMPTZ NOT NULL,
    last_accessed_at TIMESTAMPTZ NOT NULL,
    expires_at       TIMESTAMPTZ NOT NULL,
    factors          JSONB NOT NULL,
    custom_claims    JSONB NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, token_hash)
);
CREATE INDEX sessions_by_member ON sessions (organization_id, member_id);
CREATE INDEX sessions_by_id ON sessions (project_id, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE intermediate_sessions (
    project_id      TEXT COLLATE "C" NOT NULL,
    token_hash      BYTEA NOT NULL,
    email_address   TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C",
    factors         JSONB NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, token_hash)
);
CREATE INDEX intermediate_sessions_by_organization ON intermediate_sessions (project_id, organization_id);
CREATE INDEX intermediate_sessions_by_end ON intermediate_sessions (expires_at);

-- Mailed links. The scope is the organization, or the project for discovery.
CREATE TABLE one_time_tokens (
    scope               TEXT COLLATE "C" NOT NULL,
    token_hash          BYTEA NOT NULL,
    project_id          TEXT COLLATE "C" NOT NULL,
    purpose             TEXT NOT NULL,
    member_id           TEXT COLLATE "C",
    email_address       TEXT COLLATE "C" NOT NULL,
    redirect_url        TEXT NOT NULL,
    pkce_code_challenge TEXT,
    created_at          TIMESTAMPTZ NOT NULL,
    expires_at          TIMESTAMPTZ NOT NULL,
    used_at             TIMESTAMPTZ,
    PRIMARY KEY (scope, token_hash)
);
CREATE INDEX one_time_tokens_by_member ON one_time_tokens (scope, member_id);
CREATE INDEX one_time_tokens_by_end ON one_time_tokens (expires_at);

CREATE TABLE outbox (
    id          TEXT COLLATE "C" PRIMARY KEY,
    project_id  TEXT COLLATE "C" NOT NULL,
    kind        TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    sealed_body BYTEA,
    status      TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    due_at      TIMESTAMPTZ NOT NULL,
    last_error  TEXT,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX outbox_by_due ON outbox (status, due_at, id);
CREATE INDEX outbox_by_age ON outbox (created_at, id);

CREATE TABLE audit_events (
    project_id      TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    occurred_at     TIMESTAMPTZ NOT NULL,
    action          TEXT NOT NULL,
    actor_type      TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    organization_id TEXT COLLATE "C",
    object_type     TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    changes         JSONB NOT NULL,
    request_id      TEXT NOT NULL,
    ip_address      TEXT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX audit_events_by_organization ON audit_events (project_id, organization_id, id);
