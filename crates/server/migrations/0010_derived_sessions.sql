-- What was derived from a session ends with it, and what a member had proven before all of their sessions were ended counts
-- for them no more. A program from before this migration makes sessions that are derived from nothing.

ALTER TABLE members ADD COLUMN sessions_ended_at TIMESTAMPTZ;

-- The session that it was made of, and the member as whom all of it was proven, who may be another organization's.
ALTER TABLE sessions ADD COLUMN derived_from TEXT COLLATE "C";
ALTER TABLE sessions ADD COLUMN origin_member_id TEXT COLLATE "C";
CREATE INDEX sessions_by_source ON sessions (project_id, derived_from) WHERE derived_from IS NOT NULL;
CREATE INDEX sessions_by_origin ON sessions (project_id, origin_member_id) WHERE origin_member_id IS NOT NULL;
ALTER TABLE intermediate_sessions ADD COLUMN derived_from TEXT COLLATE "C";

-- Half a login creates one organization.
ALTER TABLE intermediate_sessions ADD COLUMN has_created BOOLEAN NOT NULL DEFAULT FALSE;

-- Whoever remembers a session asks again when an organization has claimed its member's domain, or no longer does.

-- sqlite only
CREATE TRIGGER organization_domains_claimed AFTER INSERT ON organization_domains WHEN NEW.kind = 'claimed'
BEGIN INSERT INTO changes (project_id, row_id) VALUES (NEW.project_id, NEW.domain); END;
CREATE TRIGGER organization_domains_given_up AFTER DELETE ON organization_domains WHEN OLD.kind = 'claimed'
BEGIN INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.domain); END;
-- end

-- postgres only
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO changes (project_id, row_id) VALUES ('*', '*');
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.kind = 'claimed' THEN
            INSERT INTO changes (project_id, row_id) VALUES (OLD.project_id, OLD.domain);
        END IF;
    ELSIF NEW.kind = 'claimed' THEN
        INSERT INTO changes (project_id, row_id) VALUES (NEW.project_id, NEW.domain);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE ON organization_domains FOR EACH ROW EXECUTE FUNCTION note_claim();
CREATE TRIGGER emptied AFTER TRUNCATE ON organization_domains EXECUTE FUNCTION note_claim();
ALTER TABLE organization_domains ENABLE ALWAYS TRIGGER changed, ENABLE ALWAYS TRIGGER emptied;
-- end
