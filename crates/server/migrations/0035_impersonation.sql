-- The operator who acts in a member's place: with a token, and in what the audit log tells.
ALTER TABLE one_time_tokens ADD COLUMN impersonator JSONB;
ALTER TABLE audit_events ADD COLUMN impersonator TEXT;
