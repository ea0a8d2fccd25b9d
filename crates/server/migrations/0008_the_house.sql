-- Names that one organization has and another cannot take, messages that end with what they are for, policies that are
-- stored as they were given, and changes that may be written behind.

-- Of a project's policy what was given, beside the whole of it, which a program from before this migration reads and
-- writes. The two belong together while their times are the same.
ALTER TABLE rbac_policies ADD COLUMN given JSONB;
ALTER TABLE rbac_policies ADD COLUMN given_at TIMESTAMPTZ;

-- What one organization is called by, no other is: slugs and external ids are one name space, in any case. Where two have
-- had the same name before, the older one is meant by it; the other's is shadowed.
ALTER TABLE organization_locators ADD COLUMN shadowed BOOLEAN NOT NULL DEFAULT FALSE;
-- An external id that is the organization's own slug needs no row of its own.
DELETE FROM organization_locators WHERE kind = 'external_id' AND EXISTS (
    SELECT 1 FROM organization_locators own
    WHERE own.project_id = organization_locators.project_id AND own.kind = 'slug'
      AND own.organization_id = organization_locators.organization_id
      AND own.name = lower(organization_locators.name));
UPDATE organization_locators SET shadowed = TRUE WHERE EXISTS (
    SELECT 1 FROM organization_locators other
    JOIN organizations other_organization ON other_organization.id = other.organization_id
    JOIN organizations own_organization ON own_organization.id = organization_locators.organization_id
    WHERE other.project_id = organization_locators.project_id
      AND lower(other.name) = lower(organization_locators.name)
      AND other.organization_id <> organization_locators.organization_id
      AND (other_organization.created_at, other_organization.id) < (own_organization.created_at, own_organization.id));
CREATE UNIQUE INDEX organization_locators_name_key ON organization_locators (project_id, lower(name)) WHERE NOT shadowed;
CREATE INDEX organization_locators_shadowed ON organization_locators (project_id, lower(name)) WHERE shadowed;

-- Whoever writes a row that is not needed need not know.

-- sqlite only
CREATE TRIGGER organization_locators_once BEFORE INSERT ON organization_locators
WHEN NEW.kind = 'external_id' AND EXISTS (
    SELECT 1 FROM organization_locators own
    WHERE own.project_id = NEW.project_id AND own.kind = 'slug' AND own.organization_id = NEW.organization_id
      AND own.name = lower(NEW.name))
BEGIN SELECT RAISE(IGNORE); END;
-- end

-- postgres only
CREATE FUNCTION skip_own_slug() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM organization_locators own
               WHERE own.project_id = NEW.project_id AND own.kind = 'slug'
                 AND own.organization_id = NEW.organization_id AND own.name = lower(NEW.name)) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER once BEFORE INSERT ON organization_locators FOR EACH ROW
WHEN (NEW.kind = 'external_id') EXECUTE FUNCTION skip_own_slug();
-- end

-- Organizations that are gone, while there are rows of them left.
CREATE TABLE deleted_organizations (
    project_id      TEXT COLLATE "C" NOT NULL,
    organization_id TEXT COLLATE "C" NOT NULL,
    deleted_at      TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (project_id, organization_id)
);
-- postgres only
CALL isolate_tenants('deleted_organizations', 'project_id');
-- end

-- Whose a message is, and when it is of no use any more.
ALTER TABLE outbox ADD COLUMN organization_id TEXT COLLATE "C";
ALTER TABLE outbox ADD COLUMN expires_at TIMESTAMPTZ;
CREATE INDEX outbox_by_organization ON outbox (organization_id, id) WHERE organization_id IS NOT NULL;

-- A token counts while its member is of the generation that it was made in.
ALTER TABLE one_time_tokens ADD COLUMN generation BIGINT;

-- Since when and until when a member does not get in, whatever they prove.
ALTER TABLE members ADD COLUMN lock_created_at TIMESTAMPTZ;
ALTER TABLE members ADD COLUMN lock_expires_at TIMESTAMPTZ;

-- How often the end of a session was brought nearer: an end that is written later than that is void.
ALTER TABLE sessions ADD COLUMN shortened BIGINT NOT NULL DEFAULT 0;

-- That the end of a session moves away is no change, but for every half minute of it.

-- sqlite only
DROP TRIGGER sessions_changed;
CREATE TRIGGER sessions_changed AFTER UPDATE ON sessions
WHEN OLD.revision <> NEW.revision OR NEW.expires_at < OLD.expires_at
     OR OLD.expires_at / 30000000 <> NEW.expires_at / 30000000
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

-- A project's policy has the id of its project.
CREATE TRIGGER rbac_policies_added AFTER INSERT ON rbac_policies
BEGIN INSERT INTO changes (project_id, row_id) VALUES (NEW.project_id, NEW.project_id); END;
CREATE TRIGGER rbac_policies_changed AFTER UPDATE ON rbac_policies
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.project_id); END;
CREATE TRIGGER rbac_policies_deleted AFTER DELETE ON rbac_policies
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.project_id); END;
-- end

-- postgres only
DROP TRIGGER changed ON sessions;
CREATE TRIGGER changed AFTER UPDATE ON sessions FOR EACH ROW
WHEN (OLD.revision <> NEW.revision OR NEW.expires_at < OLD.expires_at
      OR floor(extract(epoch FROM OLD.expires_at) / 30) <> floor(extract(epoch FROM NEW.expires_at) / 30))
EXECUTE FUNCTION note_change();
ALTER TABLE sessions ENABLE ALWAYS TRIGGER changed;

-- A project's policy has the id of its project.
CREATE FUNCTION note_policy() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO changes (project_id, row_id) VALUES ('*', '*');
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.project_id);
    ELSE
        INSERT INTO changes (project_id, row_id) VALUES (NEW.project_id, NEW.project_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON rbac_policies FOR EACH ROW EXECUTE FUNCTION note_policy();
CREATE TRIGGER emptied AFTER TRUNCATE ON rbac_policies EXECUTE FUNCTION note_policy();
ALTER TABLE rbac_policies ENABLE ALWAYS TRIGGER changed, ENABLE ALWAYS TRIGGER emptied;
-- end
