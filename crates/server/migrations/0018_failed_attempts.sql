-- Proofs that failed: how many in a row, and until when no more are heard. The scope is the organization, or the project for
-- discovery and for what all of a project shares.
CREATE TABLE failed_attempts (
    scope          TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL,
    subject        TEXT COLLATE "C" NOT NULL,
    project_id     TEXT COLLATE "C" NOT NULL,
    failures       BIGINT NOT NULL,
    last_failed_at TIMESTAMPTZ NOT NULL,
    locked_at      TIMESTAMPTZ,
    locked_until   TIMESTAMPTZ,
    PRIMARY KEY (scope, kind, subject)
);
CREATE INDEX failed_attempts_by_age ON failed_attempts (last_failed_at);
-- postgres only
CALL isolate_tenants('failed_attempts', 'project_id', 'scope');
CREATE TRIGGER hold BEFORE INSERT ON failed_attempts FOR EACH ROW EXECUTE FUNCTION hold_scope();
-- end

-- Members whose lock is over are found by its end.
CREATE INDEX members_by_lock ON members (lock_expires_at) WHERE lock_expires_at IS NOT NULL;
