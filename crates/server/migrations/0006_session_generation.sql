-- Ends a member's sessions for certain: those, too, that another transaction is just making and nobody can see to delete.
-- A session counts while its member is of the generation that it was made in. One made by a program from before this
-- migration has none, and counts while it is there.

ALTER TABLE members ADD COLUMN session_generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN generation BIGINT;
