-- The member whom an event concerns: whose account, session or link it is.
ALTER TABLE audit_events ADD COLUMN member_id TEXT COLLATE "C";
