-- Codes by mail: the newest of each address in an organization, or in the project for discovery. A newer one takes the place of
-- the one before, so none but the newest counts. `link_hash` is the link that was mailed along: using one uses up the other.
CREATE TABLE email_codes (
    scope         TEXT COLLATE "C" NOT NULL,
    email_address TEXT COLLATE "C" NOT NULL,
    project_id    TEXT COLLATE "C" NOT NULL,
    code_hash     BYTEA NOT NULL,
    purpose       TEXT COLLATE "C" NOT NULL,
    member_id     TEXT COLLATE "C",
    generation    BIGINT,
    link_hash     BYTEA,
    created_at    TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ NOT NULL,
    used_at       TIMESTAMPTZ,
    PRIMARY KEY (scope, email_address)
);
CREATE INDEX email_codes_by_member ON email_codes (scope, member_id);
CREATE INDEX email_codes_by_end ON email_codes (expires_at);
-- postgres only
CALL isolate_tenants('email_codes', 'project_id', 'scope');
CREATE TRIGGER hold BEFORE INSERT ON email_codes FOR EACH ROW EXECUTE FUNCTION hold_scope();
-- end
