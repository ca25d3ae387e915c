import { DurableHostError } from "@durable-host/engine";
import type { DatabaseSyncInstance } from "@photostructure/sqlite";
import { numberOf, type Row } from "./rows";
import { INITIAL_SCHEMA } from "./sql/000001-initial";
import { corruptStore } from "./storage-errors";

/** Append-only: the version of a file is the number of migrations it has had. Never edit one that was released. */
const MIGRATIONS: readonly string[] = [INITIAL_SCHEMA];

/** Marks the file as ours (`PRAGMA application_id`): "dhub". */
const APPLICATION_ID = 0x64687562;

/** Brings a new or older file to the current schema. Rejects files of newer versions and of other programs. */
export function migrate(database: DatabaseSyncInstance, file: string): void {
  const version = pragma(database, "user_version");
  if (version > MIGRATIONS.length) {
    throw new DurableHostError(
      "SCHEMA_TOO_NEW",
      `The store ${file} was written by a newer version of durable-host (schema ${version}, this version knows ${MIGRATIONS.length}). ` +
        `Install that version or newer, or choose another data directory.`,
    );
  }
  if (version > 0) requireApplicationId(database, file);
  else if (pragma(database, "schema_version") > 0)
    throw corruptStore(file, "it is a SQLite database of another program");
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(
      `BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${next + 1}; COMMIT`,
    );
  }
}

function requireApplicationId(database: DatabaseSyncInstance, file: string): void {
  if (pragma(database, "application_id") !== APPLICATION_ID)
    throw corruptStore(file, "it is a SQLite database of another program");
}

function pragma(database: DatabaseSyncInstance, name: string): number {
  const row: Row = database.prepare(`PRAGMA ${name}`).get();
  return numberOf(row, name);
}
