/** `application_id` of the files that Nexus makes: "NXUS". */
export const APPLICATION_ID = 0x4e585553;

/**
 * The steps from each `user_version` to the next; the first makes an empty file a store.
 *
 * - `events.position` is the order of the feed: the order of commits, without gaps, because nothing is ever deleted and
 *   one transaction at a time writes.
 * - `events.receipt` is the append's, in the row of its first event; the others name that row by `first_position`. A
 *   table of its own would cost each append a page more to write, and each read a join.
 * - Times are milliseconds since 1970, negative before.
 * - Texts compare by SQLite's BINARY collation, which is the order of their UTF-8 bytes.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    store_id TEXT NOT NULL,
    epoch INTEGER NOT NULL
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
    recorded_at INTEGER NOT NULL,
    out_of_order INTEGER NOT NULL,
    traceparent TEXT,
    first_position INTEGER REFERENCES events (position),
    metadata TEXT NOT NULL,
    payload TEXT NOT NULL,
    receipt TEXT,
    CHECK ((receipt IS NULL) <> (first_position IS NULL))
  ) STRICT;
  CREATE UNIQUE INDEX events_by_aggregate ON events (aggregate_id, version);
  CREATE INDEX events_by_time ON events (event_type, timestamp, aggregate_id, version);
  CREATE INDEX events_by_event_id ON events (event_id);

  CREATE TABLE records (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    revision TEXT NOT NULL
  ) STRICT;
  `,
];

/** The `user_version` that this code reads and writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;
