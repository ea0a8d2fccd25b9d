-- Links with which an organization's IT person sets things up, without an account. Of the tokens there are hashes.
CREATE TABLE setup_links (
    organization_id TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    token_hash      BYTEA NOT NULL,
    -- What it is for, and the roles that it may give besides: lists of words.
    purposes        JSONB NOT NULL,
    roles           JSONB NOT NULL,
    -- Whom it was made for, and where its pages lead back to; empty where that was not said.
    contact_email   TEXT NOT NULL,
    return_url      TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX setup_links_organization_id_token_hash_key ON setup_links (organization_id, token_hash);
CREATE INDEX setup_links_by_end ON setup_links (expires_at);

-- Browsers in which such a link was opened.
CREATE TABLE setup_sessions (
    organization_id TEXT COLLATE "C" NOT NULL,
    token_hash      BYTEA NOT NULL,
    link_id         TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, token_hash)
);
CREATE INDEX setup_sessions_by_end ON setup_sessions (expires_at);

-- Domains that an organization shows to be its own by a record in their DNS. The claim itself stands with the organization.
CREATE TABLE domain_proofs (
    organization_id TEXT COLLATE "C" NOT NULL,
    domain          TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    -- When the record was first seen, and since when it is not there any more.
    verified_at     TIMESTAMPTZ,
    missing_since   TIMESTAMPTZ,
    -- Whether the organization has the claim by this proof, and not by the app's backend.
    has_claimed     BOOLEAN NOT NULL,
    checked_at      TIMESTAMPTZ,
    -- What was found when it was last looked for, in a sentence; empty where it was as it should be.
    finding         TEXT NOT NULL,
    next_check_at   TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, domain)
);
CREATE INDEX domain_proofs_by_next_check ON domain_proofs (next_check_at);

-- The settings of a connection to an identity provider by which somebody has last come in.
CREATE TABLE sso_good_settings (
    project_id      TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    -- The connection.
    id              TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    settings        JSONB NOT NULL,
    sealed_secrets  BYTEA NOT NULL,
    seen_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, organization_id, id)
);
CREATE INDEX sso_good_settings_by_id ON sso_good_settings (project_id, id);

-- Warnings that were sent before a certificate ends: each once.
CREATE TABLE certificate_warnings (
    organization_id TEXT COLLATE "C" NOT NULL,
    connection_id   TEXT COLLATE "C" NOT NULL,
    certificate_id  TEXT COLLATE "C" NOT NULL,
    days            BIGINT NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    ends_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, connection_id, certificate_id, days)
);
CREATE INDEX certificate_warnings_by_end ON certificate_warnings (ends_at);

-- postgres only
CALL isolate_tenants('setup_links', 'project_id', 'organization_id');
CALL isolate_tenants('setup_sessions', 'project_id', 'organization_id');
CALL isolate_tenants('domain_proofs', 'project_id', 'organization_id');
CALL isolate_tenants('sso_good_settings', 'project_id');
CALL isolate_tenants('certificate_warnings', 'project_id', 'organization_id');
CREATE TRIGGER hold BEFORE INSERT ON setup_links FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON setup_sessions FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON domain_proofs FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sso_good_settings FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON certificate_warnings FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
