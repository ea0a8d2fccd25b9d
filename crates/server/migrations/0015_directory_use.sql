-- When somebody last logged in to each organization that has their address. Where they never have, anybody may have put the
-- address there: those come last in discovery, and only some of them.
ALTER TABLE member_directory ADD COLUMN used_at TIMESTAMPTZ;
UPDATE member_directory SET used_at = (
    SELECT m.updated_at FROM members m
    WHERE m.organization_id = member_directory.organization_id AND m.id = member_directory.member_id AND m.email_verified);
