import type { SchemaOutcome } from "@durable-host/mssql";
import type { StorageResult } from "./storage-command";

/** What init and upgrade have to say about what they did. */
export function describeOutcome(schema: string, database: string, { action, applied }: SchemaOutcome): StorageResult {
  const done = {
    created: `Set up the schema ${schema} in ${database}: ${applied.length} scripts.`,
    upgraded: `Upgraded the schema ${schema} in ${database}: ${applied.length} scripts.`,
    current: `The schema ${schema} in ${database} is up to date.`,
  };
  return { json: { database, schema, action, applied }, lines: [done[action]], exitCode: 0 };
}
