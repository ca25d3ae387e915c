/** Version 2: what hosts keep beside instances (schedules of timers, keys). Few rows, found by their whole key. */
export const RECORDS = `
CREATE TABLE records (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
