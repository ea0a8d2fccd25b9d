-- Authenticator apps that members set up. A member has one authenticator app at most. It is pending until a code of it is
-- accepted; from then on `expires_at` is empty. `last_step` is the 30 seconds of the last code that was accepted, so that none
-- is accepted twice. The secret and the recovery codes that stand in for it are sealed together: both are shown again.
CREATE TABLE totp_registrations (
    project_id      TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    sealed_secrets  BYTEA NOT NULL,
    last_step       BIGINT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ,
    PRIMARY KEY (project_id, organization_id, member_id)
);
CREATE UNIQUE INDEX totp_registrations_by_id ON totp_registrations (project_id, id);
CREATE INDEX totp_registrations_by_expiry ON totp_registrations (expires_at) WHERE expires_at IS NOT NULL;

-- postgres only
CALL isolate_tenants('totp_registrations', 'project_id');
CREATE TRIGGER hold BEFORE INSERT ON totp_registrations FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
