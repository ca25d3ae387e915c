import { DurableHostError } from "@durable-host/engine";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { numberOf, type Row } from "./rows";
import { INITIAL_SCHEMA } from "./sql/000001-initial";
import { RECORDS } from "./sql/000002-records";
import { corruptStore } from "./storage-errors";

/** Append-only: the version of a file is the number of migrations it has had. Never edit one that was released. */
const MIGRATIONS: readonly string[] = [INITIAL_SCHEMA, RECORDS];

/** Marks the file as ours (`PRAGMA application_id`): "dhub". */
const APPLICATION_ID = 0x64687562;

/**
 * Tells whether the file is ours, without changing it: false for one that is still empty.
 * @throws DurableHostError SCHEMA_TOO_NEW; STORE_CORRUPT for the file of another program
 */
export function isOurs(database: DatabaseSyncInstance, file: string): boolean {
  const version = pragma(database, "user_version");
  if (version === 0 && pragma(database, "schema_version") === 0) return false;
  if (pragma(database, "application_id") !== APPLICATION_ID) {
    throw corruptStore(file, "it is a SQLite database of another program");
  }
  if (version > MIGRATIONS.length) {
    throw new DurableHostError(
      "SCHEMA_TOO_NEW",
      `The store ${file} was written by a newer version of durable-host (schema ${version}; this version knows up to ` +
        `${MIGRATIONS.length}). Install that version or a later one, or choose another data directory.`,
    );
  }
  return true;
}

/** Brings a new or older file to the current schema, one transaction per version. */
export function migrate(database: DatabaseSyncInstance): void {
  for (let version = pragma(database, "user_version"); version < MIGRATIONS.length; version++) {
    const marks = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`;
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[version]}; ${marks}; COMMIT`);
  }
}

function pragma(database: DatabaseSyncInstance, name: string): number {
  const row: Row = database.prepare(`PRAGMA ${name}`).get();
  return numberOf(row, name);
}
