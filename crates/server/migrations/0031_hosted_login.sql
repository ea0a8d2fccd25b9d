-- A token may stand for a session: what was proven on the pages of this server, for the app that sent somebody there.
ALTER TABLE one_time_tokens ADD COLUMN session_id TEXT COLLATE "C";
