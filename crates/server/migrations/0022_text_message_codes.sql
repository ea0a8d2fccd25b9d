-- The newest code that was sent to a member by text message: only that one counts.
CREATE TABLE sms_codes (
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    phone_number    TEXT COLLATE "C" NOT NULL,
    code_hash       BYTEA NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    used_at         TIMESTAMPTZ,
    PRIMARY KEY (organization_id, member_id)
);
CREATE INDEX sms_codes_by_expiry ON sms_codes (expires_at);


-- postgres only
CALL isolate_tenants('sms_codes', 'project_id', 'organization_id');
CREATE TRIGGER hold BEFORE INSERT ON sms_codes FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
