-- The operator who acts in a member's place: with a token, and in what the audit log tells.
ALTER TABLE one_time_tokens ADD COLUMN impersonator JSONB;
ALTER TABLE audit_events ADD COLUMN impersonator TEXT;

-- Passkeys of operators: who has one signs in with it after the password.
CREATE TABLE operator_passkeys (
    operator_id   TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    credential_id BYTEA NOT NULL,
    domain        TEXT COLLATE "C" NOT NULL,
    public_key    BYTEA NOT NULL,
    sign_count    BIGINT NOT NULL,
    transports    JSONB NOT NULL,
    name          TEXT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    last_used_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (operator_id, id)
);
CREATE UNIQUE INDEX operator_passkeys_credential_id_key ON operator_passkeys (credential_id);
