-- Counts the changes of a row, so that whoever remembers it can ask whether it is still the same.
ALTER TABLE organizations ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;

-- Members are searched by address in organizations in which most have the same email domain.
CREATE INDEX members_by_email ON members (organization_id, email_address);
