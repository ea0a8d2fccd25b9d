-- A telephone number is a member's alone once they have proven it; until then it keeps nobody else from having it. The
-- column that is unique holds proven numbers only, and nobody could prove one before.
ALTER TABLE members ADD COLUMN phone_number TEXT COLLATE "C";
UPDATE members SET phone_number = mfa_phone_number, mfa_phone_number = NULL WHERE mfa_phone_number IS NOT NULL;
CREATE INDEX members_by_phone_number ON members (organization_id, phone_number) WHERE phone_number IS NOT NULL;
