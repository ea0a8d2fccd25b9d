-- The end of a session that slides moves again and again. No index has it any more, only the hour that it is in: so PostgreSQL
-- writes the row where it stands, and not all of its indexes again (a heap-only tuple; that needs free space in the page).
DROP INDEX sessions_by_end;

-- sqlite only
ALTER TABLE sessions ADD COLUMN expires_in_hour INTEGER GENERATED ALWAYS AS (expires_at - expires_at % 3600000000) VIRTUAL;
-- end

-- postgres only
ALTER TABLE sessions SET (fillfactor = 70);
ALTER TABLE sessions ADD COLUMN expires_in_hour TIMESTAMPTZ
    GENERATED ALWAYS AS (date_trunc('hour', expires_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') STORED;
-- end

CREATE INDEX sessions_by_hour_of_end ON sessions (expires_in_hour);
