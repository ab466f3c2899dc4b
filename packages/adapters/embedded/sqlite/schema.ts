/** `application_id` of the files that Nexus makes: "NXUS". */
export const APPLICATION_ID = 0x4e585553;

const FIRST_LAYOUT = `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    store_id TEXT NOT NULL,
    epoch INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE commits (
    commit_id INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    out_of_order INTEGER NOT NULL,
    traceparent TEXT,
    receipt TEXT NOT NULL
  ) STRICT;

  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    aggregate_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    aggregate_type TEXT,
    timestamp INTEGER NOT NULL,
    digest TEXT NOT NULL,
    schema_version TEXT,
    commit_id INTEGER NOT NULL REFERENCES commits (commit_id),
    metadata TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_aggregate ON events (aggregate_id, version);
  CREATE INDEX events_by_time ON events (event_type, timestamp, aggregate_id, version);
  CREATE INDEX events_by_event_id ON events (event_id);

  CREATE TABLE records (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    revision TEXT NOT NULL
  ) STRICT;
`;

/**
 * `receipt` is the append's, in the row of its first event; the others name that row by `first_position`. A table of
 * its own cost each append a page more to write, and each read a join.
 *
 * The events of a commit follow each other, so that one pass in the order of the feed finds the first one of each.
 */
const RECEIPTS_WITH_EVENTS = `
  ALTER TABLE events RENAME TO former_events;

  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    aggregate_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    aggregate_type TEXT,
    timestamp INTEGER NOT NULL,
    digest TEXT NOT NULL,
    schema_version TEXT,
    recorded_at INTEGER NOT NULL,
    out_of_order INTEGER NOT NULL,
    traceparent TEXT,
    first_position INTEGER REFERENCES events (position),
    metadata TEXT NOT NULL,
    payload TEXT NOT NULL,
    receipt TEXT,
    CHECK ((receipt IS NULL) <> (first_position IS NULL))
  ) STRICT;

  INSERT INTO events
  SELECT e.position, aggregate_id, version, event_id, event_type, aggregate_type, timestamp, digest, schema_version,
         recorded_at, out_of_order, traceparent,
         CASE WHEN is_first THEN NULL ELSE max(CASE WHEN is_first THEN e.position END) OVER (ORDER BY e.position) END,
         metadata, payload, CASE WHEN is_first THEN receipt END
  FROM (SELECT *, lag(commit_id) OVER (ORDER BY position) IS NOT commit_id AS is_first FROM former_events) e
  JOIN commits c ON c.commit_id = e.commit_id
  ORDER BY e.position;

  DROP TABLE former_events;
  DROP TABLE commits;
  CREATE UNIQUE INDEX events_by_aggregate ON events (aggregate_id, version);
  CREATE INDEX events_by_time ON events (event_type, timestamp, aggregate_id, version);
  CREATE INDEX events_by_event_id ON events (event_id);
`;

/**
 * The steps from each `user_version` to the next; the first makes an empty file a store.
 *
 * - `events.position` is the order of the feed: the order of commits, without gaps, because nothing is ever deleted and
 *   one transaction at a time writes.
 * - Times are milliseconds since 1970, negative before.
 * - Texts compare by SQLite's BINARY collation, which is the order of their UTF-8 bytes.
 */
export const MIGRATIONS: readonly string[] = [FIRST_LAYOUT, RECEIPTS_WITH_EVENTS];

/** The `user_version` that this code reads and writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;
