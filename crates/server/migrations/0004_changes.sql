-- Every change of an organization, a member or a session, so that a server that remembers them can ask what has changed
-- since it last asked. That a session was used is no change.
--
-- Positions order them. On SQLite they count up as transactions commit. On PostgreSQL they are transaction ids, which
-- snapshots can be compared with; what a crash of the database loses here nobody misses, because servers then forget
-- all that they remember.

-- sqlite only
CREATE TABLE changes (
    position   BIGINT PRIMARY KEY,
    changed_at TIMESTAMPTZ NOT NULL DEFAULT (unixepoch() * 1000000),
    project_id TEXT NOT NULL,
    row_id     TEXT NOT NULL
);

CREATE TRIGGER organizations_changed AFTER UPDATE ON organizations
WHEN OLD.revision <> NEW.revision OR OLD.updated_at <> NEW.updated_at
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER members_changed AFTER UPDATE ON members
WHEN OLD.revision <> NEW.revision OR OLD.updated_at <> NEW.updated_at OR OLD.status <> NEW.status
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER sessions_changed AFTER UPDATE ON sessions
WHEN OLD.revision <> NEW.revision OR OLD.expires_at <> NEW.expires_at
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER organizations_deleted AFTER DELETE ON organizations
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER members_deleted AFTER DELETE ON members
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;

CREATE TRIGGER sessions_deleted AFTER DELETE ON sessions
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id); END;
-- end

-- postgres only
CREATE UNLOGGED TABLE changes (
    position   BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    changed_at TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    project_id TEXT COLLATE "C" NOT NULL,
    row_id     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX changes_by_position ON changes (position);
CALL isolate_tenants('changes', 'project_id');
-- A token, which a crash or a failover empties along with the table.
INSERT INTO changes (position, project_id, row_id) VALUES (0, '*', gen_random_uuid());

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO changes (project_id, row_id) VALUES ('*', '*');
    ELSE
        INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.id);
    END IF;
    RETURN NULL;
END
$$;

-- An update is a change when it changes one of these columns. ALWAYS: also when replication does it.
CREATE PROCEDURE note_changes(name TEXT, VARIADIC columns TEXT[]) LANGUAGE plpgsql AS $$
DECLARE
    before TEXT := 'OLD.' || array_to_string(columns, ', OLD.');
    after  TEXT := 'NEW.' || array_to_string(columns, ', NEW.');
BEGIN
    EXECUTE format('CREATE TRIGGER changed AFTER UPDATE ON %I FOR EACH ROW
                    WHEN ((%s) IS DISTINCT FROM (%s)) EXECUTE FUNCTION note_change()', name, before, after);
    EXECUTE format('CREATE TRIGGER deleted AFTER DELETE ON %I FOR EACH ROW EXECUTE FUNCTION note_change()', name);
    EXECUTE format('CREATE TRIGGER emptied AFTER TRUNCATE ON %I EXECUTE FUNCTION note_change()', name);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER changed, ENABLE ALWAYS TRIGGER deleted,
                    ENABLE ALWAYS TRIGGER emptied', name);
END
$$;

CALL note_changes('organizations', 'revision', 'updated_at');
CALL note_changes('members', 'revision', 'updated_at', 'status');
CALL note_changes('sessions', 'revision', 'expires_at');
-- end
