import { DatabaseSync } from "@photostructure/sqlite";
import { migrate } from "../migrate";
import { prepareStatements } from "../sql/statements";
import type { Connection } from "./open-database";

/** In place of a file name: the store is kept in memory. */
export const IN_MEMORY = ":memory:";

/**
 * A store without a file: the same tables and statements, and nothing to make durable. It can be closed and opened again
 * as often as a file, because closing does nothing: the contents go when nobody refers to the connection any more.
 */
export function openMemoryDatabase(): Connection {
  const database = new DatabaseSync(IN_MEMORY);
  database.exec("PRAGMA temp_store = MEMORY");
  migrate(database);
  return {
    database,
    statements: prepareStatements(database),
    walFile: IN_MEMORY,
    sync: () => Promise.resolve(),
    checkpoint: () => undefined,
    close: () => undefined,
  };
}
