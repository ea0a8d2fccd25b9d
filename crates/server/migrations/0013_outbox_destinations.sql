-- Whose server takes a message: the domain of an address, the host of a URL. A slow one holds up no other.
ALTER TABLE outbox ADD COLUMN destination TEXT COLLATE "C";

-- What was given up and may be tried again while it is of use.
CREATE INDEX outbox_given_up ON outbox (expires_at, id) WHERE status = 'failed' AND sealed_body IS NOT NULL;
