-- The storage's own tables on PostgreSQL: those of schema.sql, and what several nodes need.
-- Version 1 of their schema: never edited, changes are steps (migrate.rs).
CREATE TABLE IF NOT EXISTS collections (
    id BIGINT PRIMARY KEY,
    namespace TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    declaration TEXT NOT NULL,
    ids TEXT NOT NULL,
    UNIQUE (namespace, name)
);
-- One row: the end of the logs. Who commits locks it first, so all nodes commit one after another.
CREATE TABLE IF NOT EXISTS head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    position BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    -- Goes up whenever a declaration changes, so that all nodes take it over.
    declarations BIGINT NOT NULL
) WITH (fillfactor = 10);
INSERT INTO head (only_row, position, entries, declarations) VALUES (1, 0, 0, 0) ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS counters (
    collection BIGINT NOT NULL REFERENCES collections (id),
    counter BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (collection, counter, key)
);
CREATE TABLE IF NOT EXISTS thresholds (
    target BIGINT NOT NULL REFERENCES collections (id),
    target_key TEXT COLLATE "C" NOT NULL,
    collection BIGINT NOT NULL REFERENCES collections (id),
    counter BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    reached BIGINT,
    PRIMARY KEY (target, target_key)
);
CREATE INDEX IF NOT EXISTS thresholds_pending ON thresholds (collection, counter, key) WHERE reached IS NULL;
CREATE TABLE IF NOT EXISTS sequences (
    name TEXT COLLATE "C" PRIMARY KEY,
    last BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS entries (
    number BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    leaf BYTEA NOT NULL,
    bytes BYTEA NOT NULL
);
-- What each batch of commits touched, for the other nodes; kept for some minutes.
DO $$ BEGIN
    IF to_regclass('commit_log') IS NULL THEN
        CREATE TABLE commit_log (
            -- Of the batch's last commit, and of the last one before the batch.
            position BIGINT PRIMARY KEY,
            previous BIGINT NOT NULL,
            -- Drawn by the node that committed it, to find out after a lost connection whether it did.
            batch TEXT NOT NULL,
            touched TEXT NOT NULL,
            committed TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX commit_log_committed ON commit_log (committed);
        -- Short-lived and read at once: not worth compressing.
        ALTER TABLE commit_log ALTER COLUMN touched SET STORAGE EXTERNAL;
    END IF;
END $$;
-- Which node does what one of them has to do, and until when.
CREATE TABLE IF NOT EXISTS leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    node TEXT NOT NULL,
    until TIMESTAMPTZ NOT NULL
);
-- The comparable text of a JSON value, by the rules of field.rs, given the value and its text. Indexes are made of
-- it, so it must never give another result for the same value.
CREATE OR REPLACE FUNCTION comparable(value JSON, plain TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE json_typeof(value)
        WHEN 'string' THEN plain
        WHEN 'boolean' THEN plain
        WHEN 'number' THEN CASE
            WHEN plain ~ '^[0-9]{1,18}$' THEN lpad(plain, 19, '0')
            WHEN plain ~ '^-[0-9]{1,18}$'
                THEN '-' || lpad((plain::bigint + 9223372036854775807)::text, 19, '0')
            ELSE ''
        END
        ELSE ''
    END
$$;
