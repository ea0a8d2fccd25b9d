-- Passkeys of members (Web Authentication). The key is the public one. `sign_count` is what the authenticator has counted when it
-- was last used; one that goes back is refused, because then there are two of it. The user handle that authenticators keep follows
-- from the organization and the member, so nothing has to be looked up across organizations.
CREATE TABLE passkeys (
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    credential_id   BYTEA NOT NULL,
    domain          TEXT COLLATE "C" NOT NULL,
    public_key      BYTEA NOT NULL,
    sign_count      BIGINT NOT NULL,
    aaguid          TEXT COLLATE "C" NOT NULL,
    transports      JSONB NOT NULL,
    is_backed_up    BOOLEAN NOT NULL,
    name            TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    last_used_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, member_id, id)
);
CREATE UNIQUE INDEX passkeys_organization_id_credential_id_key ON passkeys (organization_id, credential_id);

-- Challenges that were answered, until they would be over. What a challenge is for stands in it, with a code of ours, so that whoever
-- asks for one writes nothing.
CREATE TABLE passkey_challenges (
    project_id     TEXT COLLATE "C" NOT NULL,
    challenge_hash BYTEA NOT NULL,
    expires_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, challenge_hash)
);
CREATE INDEX passkey_challenges_by_expiry ON passkey_challenges (expires_at);

-- postgres only
CALL isolate_tenants('passkeys', 'project_id', 'organization_id');
CALL isolate_tenants('passkey_challenges', 'project_id');
CREATE TRIGGER hold BEFORE INSERT ON passkeys FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
