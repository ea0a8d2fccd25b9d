-- The names of organizations, in lower case, in a column of their own. PostgreSQL uses no index over lower(name) where
-- row-level security holds, because it does not know that function to tell nothing of the rows it sees. So every lookup
-- by a name read all names of the project.

ALTER TABLE organization_locators ADD COLUMN folded TEXT COLLATE "C";
UPDATE organization_locators SET folded = lower(name);
DROP INDEX organization_locators_name_key;
DROP INDEX organization_locators_shadowed;
CREATE UNIQUE INDEX organization_locators_project_id_folded_key ON organization_locators (project_id, folded)
WHERE NOT shadowed;
CREATE INDEX organization_locators_shadowed ON organization_locators (project_id, folded) WHERE shadowed;

-- A program from before this migration does not say it.

-- sqlite only
CREATE TRIGGER organization_locators_folded AFTER INSERT ON organization_locators
WHEN NEW.folded IS NULL
BEGIN UPDATE organization_locators SET folded = lower(name)
      WHERE project_id = NEW.project_id AND kind = NEW.kind AND name = NEW.name; END;
-- end

-- postgres only
CREATE FUNCTION fold_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.folded := lower(NEW.name);
    RETURN NEW;
END
$$;
CREATE TRIGGER folded BEFORE INSERT ON organization_locators FOR EACH ROW
WHEN (NEW.folded IS NULL) EXECUTE FUNCTION fold_name();
-- end
