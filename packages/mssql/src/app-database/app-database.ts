import { createSqlClient } from "../connection/create-sql-client";
import { parseConnectionString } from "../connection/parse-connection-string";
import type { Row, SqlClient, SqlParameter } from "../connection/sql-client";
import { jsonCell } from "./json-cell";
import { planUpsert } from "./plan-upsert";
import { readTableShape } from "./table-shape";

/** What an app reads from its database. */
export interface SqlSelection {
  readonly kind: "text" | "storedProcedure";
  /** A statement, or the name of a procedure. */
  readonly text: string;
  /** Names without the `@`; the server converts the texts to what is wanted. */
  readonly parameters: readonly { readonly name: string; readonly value: string | null }[];
}

/** A database of an app's own, for its SQL bindings. Rejects as `SqlClient` does. */
export interface AppDatabase {
  /** The rows of the first result, their values as JSON has them. Sent once: what it does besides reading is not known. */
  select(selection: SqlSelection): Promise<readonly Row[]>;
  /** Changes the rows that have the primary keys of `rows`, and inserts the others; all of it or nothing. */
  upsert(table: string, rows: readonly Row[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects at the first call, not before.
 * @throws DurableHostError CONFIG_INVALID for a connection string that cannot work
 */
export function openAppDatabase(connectionString: string): AppDatabase {
  return appDatabaseOn(createSqlClient(parseConnectionString(connectionString)));
}

/** The same on a client that there is. */
export function appDatabaseOn(client: SqlClient): AppDatabase {
  return {
    async select({ kind, text, parameters }) {
      const values = parameters.map(textParameter);
      const options = { retry: false, readCell: jsonCell };
      const answer = kind === "text" ? client.query(text, values, options) : client.call(text, values, options);
      return (await answer).sets[0] ?? [];
    },
    async upsert(table, rows) {
      if (rows.length === 0) return;
      const statements = planUpsert(await readTableShape(client, table), rows);
      await client.transaction(async (transaction) => {
        for (const { sql, rows: json } of statements) {
          await transaction.query(sql, [{ name: "Rows", type: "nvarchar", value: json }]);
        }
      });
    },
    close: () => client.close(),
  };
}

/** Texts beyond 4000 characters are `nvarchar(max)`, with which the server uses indexes less well. */
function textParameter({ name, value }: SqlSelection["parameters"][number]): SqlParameter {
  const isShort = value === null || value.length <= 4000;
  return { name, type: "nvarchar", value, ...(isShort && { length: 4000 }) };
}
