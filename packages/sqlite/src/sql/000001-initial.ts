/**
 * Version 1. Every table is appended to by integer key, so a group commit touches few pages; what belongs to
 * an instance refers to its short `key`, not to its id.
 *
 * - `history` has one row per commit: a JSON array of events. One insert per commit, whatever it appends.
 * - `messages` and `activities` hold only what is pending. They have no index on `instance`: the owner of the
 *   file keeps the pending sequence numbers of every instance in memory.
 * - `messages.role`: 0 ordinary, 1 ExecutionStarted, 2 ExecutionTerminated. A timer has a `timer_id` and no event.
 * - The indices on `instances` serve listing in order of creation: all, of one status, entities only.
 */
export const INITIAL_SCHEMA = `
CREATE TABLE instances (
  key INTEGER PRIMARY KEY,
  instance_id TEXT NOT NULL UNIQUE,
  execution_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  entity INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  completed_at INTEGER,
  history_length INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  parent_instance_id TEXT,
  tags TEXT,
  custom_status TEXT,
  failure_details TEXT,
  output TEXT,
  input TEXT
) STRICT;
CREATE INDEX instances_created ON instances (created_at);
CREATE INDEX instances_status ON instances (status, created_at);
CREATE INDEX instances_entities ON instances (created_at) WHERE entity = 1;

CREATE TABLE history (
  id INTEGER PRIMARY KEY,
  instance INTEGER NOT NULL,
  events TEXT NOT NULL
) STRICT;
CREATE INDEX history_instance ON history (instance);

CREATE TABLE messages (
  sequence_number INTEGER PRIMARY KEY,
  instance INTEGER NOT NULL,
  role INTEGER NOT NULL,
  execution_id TEXT,
  due_at INTEGER,
  timer_id INTEGER,
  event TEXT
) STRICT;

CREATE TABLE activities (
  sequence_number INTEGER PRIMARY KEY,
  instance INTEGER NOT NULL,
  task TEXT NOT NULL
) STRICT;
`;
