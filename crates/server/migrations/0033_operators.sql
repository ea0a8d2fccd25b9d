-- Whoever runs the installation, and may use its dashboard. They belong to no project.
CREATE TABLE operators (
    id            TEXT COLLATE "C" PRIMARY KEY,
    email_address TEXT COLLATE "C" NOT NULL,
    password_hash TEXT NOT NULL,
    -- Another with each password that is set. That a hash is replaced by a better one of the same password is none.
    generation    BIGINT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    signed_in_at  TIMESTAMPTZ
);
CREATE UNIQUE INDEX operators_email_address_key ON operators (email_address);

CREATE TABLE operator_sessions (
    token_hash   BYTEA PRIMARY KEY,
    operator_id  TEXT COLLATE "C" NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    ip_address   TEXT NOT NULL
);
CREATE INDEX operator_sessions_by_operator ON operator_sessions (operator_id);
CREATE INDEX operator_sessions_by_end ON operator_sessions (expires_at);

-- What is done to the installation, and not in a project: accounts of operators, and their coming and going.
CREATE TABLE operator_events (
    id            TEXT COLLATE "C" PRIMARY KEY,
    occurred_at   TIMESTAMPTZ NOT NULL,
    action        TEXT COLLATE "C" NOT NULL,
    operator      TEXT COLLATE "C" NOT NULL,
    email_address TEXT COLLATE "C" NOT NULL,
    request_id    TEXT NOT NULL,
    ip_address    TEXT NOT NULL
);
CREATE INDEX operator_events_by_age ON operator_events (occurred_at);

-- Counted for the pictures of the dashboard, by the hour and by the day; never by person.
CREATE TABLE login_counts (
    project_id TEXT COLLATE "C" NOT NULL,
    hour       TIMESTAMPTZ NOT NULL,
    method     TEXT COLLATE "C" NOT NULL,
    outcome    TEXT COLLATE "C" NOT NULL,
    logins     BIGINT NOT NULL,
    PRIMARY KEY (project_id, hour, method, outcome)
);
CREATE INDEX login_counts_by_hour ON login_counts (hour);

CREATE TABLE active_members (
    project_id TEXT COLLATE "C" NOT NULL,
    day        TIMESTAMPTZ NOT NULL,
    -- From which it is estimated how many there were; nobody is in it.
    sketch     BYTEA NOT NULL,
    PRIMARY KEY (project_id, day)
);
CREATE INDEX active_members_by_day ON active_members (day);

CREATE TABLE latency_counts (
    hour     TIMESTAMPTZ NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    bucket   BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (hour, kind, bucket)
);

-- postgres only
CALL isolate_tenants('login_counts', 'project_id');
CALL isolate_tenants('active_members', 'project_id');
-- end
