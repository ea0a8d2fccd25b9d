-- On tables that may be large. On their own, so that nothing but writing to these tables waits while they are built.

-- Finds what is older than the operator keeps.
CREATE INDEX audit_events_by_age ON audit_events (occurred_at);
CREATE INDEX audit_events_of_strangers ON audit_events (occurred_at)
WHERE actor_type = 'public_token' AND organization_id IS NULL;

-- Each kind is delivered by a worker of its own.
CREATE INDEX outbox_by_kind ON outbox (kind, status, due_at, id);

-- Counts what a recipient has got lately.
CREATE INDEX outbox_by_recipient ON outbox (project_id, recipient, created_at);

-- The index by kind is in its place.
DROP INDEX outbox_by_due;
