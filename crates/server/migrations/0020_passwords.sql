-- Passwords. A project's passwords are each a member's, or each of an address in all of the project's organizations.

CREATE TABLE member_passwords (
    organization_id TEXT COLLATE "C" NOT NULL,
    member_id       TEXT COLLATE "C" NOT NULL,
    project_id      TEXT COLLATE "C" NOT NULL,
    -- Another with each password that is set. That a hash is replaced by a better one of the same password is none.
    id              TEXT COLLATE "C" NOT NULL,
    hash            TEXT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, member_id)
);
CREATE UNIQUE INDEX member_passwords_organization_id_id_key ON member_passwords (organization_id, id);
CREATE INDEX member_passwords_by_project ON member_passwords (project_id);

CREATE TABLE address_passwords (
    project_id      TEXT COLLATE "C" NOT NULL,
    email_address   TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    hash            TEXT NOT NULL,
    -- Good for nothing but to be replaced.
    must_be_reset   BOOLEAN NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, email_address)
);

-- The id of the member's password, so that members are shown and found with it.
ALTER TABLE members ADD COLUMN password_id TEXT COLLATE "C";

-- Who sets the password of an address ends what was mailed for that.
CREATE INDEX one_time_tokens_of_passwords ON one_time_tokens (scope, email_address)
WHERE purpose = 'discovery_password_reset';

-- postgres only
CALL isolate_tenants('member_passwords', 'project_id', 'organization_id');
CALL isolate_tenants('address_passwords', 'project_id');
CREATE TRIGGER hold BEFORE INSERT ON member_passwords FOR EACH ROW EXECUTE FUNCTION hold_organization();
-- end
