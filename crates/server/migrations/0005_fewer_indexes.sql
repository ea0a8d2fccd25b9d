-- Each index is one more page to write for a new member, and in a large database always another page.

-- A page of a search counts all that the search finds, so sorting them adds little.
DROP INDEX members_by_age;
DROP INDEX members_by_domain;
DROP INDEX members_by_email;

-- The row of the member leads to these, by the address and by the id.
DROP INDEX member_emails_by_member;
DROP INDEX member_directory_by_organization;
DROP INDEX member_locations_by_organization;

-- Few members have an external id or a telephone number, and only they are to stand in these indexes.

-- postgres only
ALTER TABLE members DROP CONSTRAINT members_organization_id_external_id_key;
ALTER TABLE members DROP CONSTRAINT members_organization_id_mfa_phone_number_key;
-- end

-- sqlite only
-- A constraint of a table goes only with the table. Its triggers go too.
CREATE TABLE members_new (
    organization_id  TEXT NOT NULL,
    id               TEXT NOT NULL,
    project_id       TEXT NOT NULL,
    status           TEXT NOT NULL,
    email_address    TEXT NOT NULL,
    email_domain     TEXT NOT NULL,
    email_verified   BOOLEAN NOT NULL,
    external_id      TEXT,
    is_breakglass    BOOLEAN NOT NULL,
    mfa_phone_number TEXT,
    profile          JSONB NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    revision         BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, id)
);
INSERT INTO members_new (organization_id, id, project_id, status, email_address, email_domain, email_verified,
                         external_id, is_breakglass, mfa_phone_number, profile, created_at, updated_at, revision)
SELECT organization_id, id, project_id, status, email_address, email_domain, email_verified,
       external_id, is_breakglass, mfa_phone_number, profile, created_at, updated_at, revision
FROM members ORDER BY organization_id, id;
DROP TABLE members;
ALTER TABLE members_new RENAME TO members;

CREATE TRIGGER members_changed AFTER UPDATE ON members
WHEN OLD.revision <> NEW.revision OR OLD.updated_at <> NEW.updated_at OR OLD.status <> NEW.status
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER members_deleted AFTER DELETE ON members
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;
-- end

CREATE UNIQUE INDEX members_organization_id_external_id_key ON members (organization_id, external_id)
    WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX members_organization_id_mfa_phone_number_key ON members (organization_id, mfa_phone_number)
    WHERE mfa_phone_number IS NOT NULL;

-- Finds members by their address, and by its domain.
CREATE INDEX members_by_address ON members (organization_id, email_domain, email_address);
