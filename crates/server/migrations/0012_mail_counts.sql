-- Mails to strangers that members and browsers have caused: one row for the member, one for the organization, and one for
-- the project. What is counted is `organization`, `organization/member` or the project's id.
CREATE TABLE mail_counts (
    project_id TEXT COLLATE "C" NOT NULL,
    counted    TEXT COLLATE "C" NOT NULL,
    sent_at    TIMESTAMPTZ NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (project_id, counted, sent_at, message_id)
);
CREATE INDEX mail_counts_by_age ON mail_counts (sent_at);
-- postgres only
CALL isolate_tenants('mail_counts', 'project_id');
-- end
