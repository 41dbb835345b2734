-- The storage's own tables, version 1 of their schema: never edited, changes are steps (migrate.rs). Tables of
-- collections are made when they are declared (sql.rs).
CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The declaration as canonical JSON, to see whether it has changed.
    declaration TEXT NOT NULL,
    -- Numbers given to its fields, indexes, unique keys and counters, by description.
    ids TEXT NOT NULL,
    UNIQUE (namespace, name)
);
-- One row: the end of the commit log and of the audit log.
CREATE TABLE IF NOT EXISTS head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    position INTEGER NOT NULL,
    entries INTEGER NOT NULL
);
INSERT OR IGNORE INTO head (only, position, entries) VALUES (1, 0, 0);
CREATE TABLE IF NOT EXISTS counters (
    collection INTEGER NOT NULL REFERENCES collections (id),
    counter INTEGER NOT NULL,
    key TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (collection, counter, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS thresholds (
    target INTEGER NOT NULL REFERENCES collections (id),
    target_key TEXT NOT NULL,
    collection INTEGER NOT NULL REFERENCES collections (id),
    counter INTEGER NOT NULL,
    key TEXT NOT NULL,
    value INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    -- The position of the commit that reached it; it never becomes NULL again.
    reached INTEGER,
    PRIMARY KEY (target, target_key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS thresholds_pending ON thresholds (collection, counter, key) WHERE reached IS NULL;
CREATE TABLE IF NOT EXISTS sequences (
    name TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) WITHOUT ROWID;
-- Audit entries, numbered from 0 without gaps. leaf = SHA-256(0x00 || bytes), the leaf hash of RFC 6962.
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    bytes BLOB NOT NULL
);
