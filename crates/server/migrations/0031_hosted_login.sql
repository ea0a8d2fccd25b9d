-- A token may stand for a session: what was proven on the pages of this server, for the app that sent somebody there.
ALTER TABLE one_time_tokens ADD COLUMN session_id TEXT COLLATE "C";

-- Where a session began, for the person whose it is: the address and what the browser calls itself. Empty where a backend began it.
ALTER TABLE sessions ADD COLUMN client JSONB;
