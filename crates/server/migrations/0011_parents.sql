-- What is written under an organization, and what its deletion deletes, see each other. Before, a transaction that still saw
-- the organization could add to it while another node deleted it, and what it had added stayed.

-- postgres only
-- Whoever adds to an organization holds its row: its deletion waits for them, and who comes too late is in conflict. Changes
-- of the organization do not wait, and those who add do not wait for each other.
CREATE FUNCTION hold_organization() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM organizations WHERE id = NEW.organization_id FOR KEY SHARE;
    RETURN NEW;
END
$$;
-- The scope of a link for discovery is its project, which has no such row.
CREATE FUNCTION hold_scope() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM organizations WHERE id = NEW.scope FOR KEY SHARE;
    RETURN NEW;
END
$$;
-- Addresses, roles and what is looked up of a member are written with the row of the member, which holds the organization or
-- is itself what a deletion waits for.
CREATE TRIGGER hold BEFORE INSERT ON members FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON one_time_tokens FOR EACH ROW EXECUTE FUNCTION hold_scope();
CREATE TRIGGER hold BEFORE INSERT ON intermediate_sessions FOR EACH ROW
WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold_on_update BEFORE UPDATE ON intermediate_sessions FOR EACH ROW
WHEN (NEW.organization_id IS DISTINCT FROM OLD.organization_id AND NEW.organization_id IS NOT NULL)
EXECUTE FUNCTION hold_organization();
CREATE TRIGGER hold BEFORE INSERT ON outbox FOR EACH ROW
WHEN (NEW.organization_id IS NOT NULL) EXECUTE FUNCTION hold_organization();
-- end

-- What was left behind. What there is little of goes here, and the rest as that of an organization that was just deleted.
DELETE FROM member_emails WHERE NOT EXISTS (
    SELECT 1 FROM members m WHERE m.organization_id = member_emails.organization_id AND m.id = member_emails.member_id);
DELETE FROM member_roles WHERE NOT EXISTS (
    SELECT 1 FROM members m WHERE m.organization_id = member_roles.organization_id AND m.id = member_roles.member_id);
DELETE FROM member_directory WHERE NOT EXISTS (
    SELECT 1 FROM members m WHERE m.organization_id = member_directory.organization_id AND m.id = member_directory.member_id);
DELETE FROM member_locations WHERE NOT EXISTS (
    SELECT 1 FROM members m WHERE m.organization_id = member_locations.organization_id AND m.id = member_locations.member_id);
DELETE FROM organization_domains WHERE NOT EXISTS (
    SELECT 1 FROM organizations o WHERE o.id = organization_domains.organization_id);
DELETE FROM organization_locators WHERE NOT EXISTS (
    SELECT 1 FROM organizations o WHERE o.id = organization_locators.organization_id);
INSERT INTO deleted_organizations (project_id, organization_id, deleted_at)
SELECT project_id, organization_id, MIN(created_at)
FROM (SELECT project_id, organization_id, created_at FROM members
      UNION ALL SELECT project_id, organization_id, started_at FROM sessions
      UNION ALL SELECT project_id, scope, created_at FROM one_time_tokens WHERE scope <> project_id
      UNION ALL SELECT project_id, organization_id, created_at FROM intermediate_sessions WHERE organization_id IS NOT NULL
      UNION ALL SELECT project_id, organization_id, created_at FROM outbox WHERE organization_id IS NOT NULL) written
WHERE NOT EXISTS (SELECT 1 FROM organizations o WHERE o.id = written.organization_id)
GROUP BY project_id, organization_id
ON CONFLICT DO NOTHING;
