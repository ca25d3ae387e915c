import type { SqlClient, TransactionClient } from "../../src/connection/sql-client";

/**
 * What the product's scripts say in T-SQL that Babelfish does not know, said in other words for the tests. The scripts
 * themselves are for SQL Server and stay as they are. Returns the batches to run instead, possibly none.
 */
export function portableBatches(batch: string): readonly string[] {
  const portable = batch
    .replace(GRANT_ON_TYPE, "")
    .replace(/\bWITH\s*\(\s*IGNORE_DUP_KEY\s*=\s*ON\s*\)/gi, "")
    .replace(COLUMN_OF_TEXT, "$& COLLATE Latin1_General_100_BIN2");
  if (isEmpty(portable)) return [];
  const replaced = CREATE_OR_ALTER.exec(portable);
  if (replaced === null) return [portable];
  const [, kind = "", name = ""] = replaced;
  return [
    ...dependentViews(name),
    `DROP ${kind} IF EXISTS ${name}`,
    portable.replace(/\bCREATE\s+OR\s+ALTER\b/i, "CREATE"),
  ];
}

/** Views that keep a function from being dropped; the scripts make them anew after it. */
function dependentViews(name: string): readonly string[] {
  if (!/\.CurrentTaskHub$/i.test(name)) return [];
  return ["vInstances", "vHistory"].map((view) => `DROP VIEW IF EXISTS ${name.replace(/\w+$/, view)}`);
}

/** A client whose batches are translated on their way to a server that needs it. Calls and queries pass as they are. */
export function translating(client: SqlClient): SqlClient {
  return {
    ...translatingBatches(client),
    async transaction(work) {
      const postponed: string[] = [];
      const result = await client.transaction((inner) => work(translatingBatches(inner, postponed)));
      for (const batch of postponed) await client.batch(batch);
      return result;
    },
    close: () => client.close(),
  };
}

/** `postponed`: where to put, inside a transaction, what the server can do outside of one only. */
function translatingBatches(client: TransactionClient, postponed?: string[]): TransactionClient {
  return {
    call: (procedure, parameters, options) => client.call(procedure, parameters, options),
    query: (sql, parameters, options) => client.query(sql, parameters, options),
    async batch(sql, options) {
      const batches = portableBatches(sql);
      let result: Awaited<ReturnType<SqlClient["batch"]>> = { sets: [], returnValue: undefined };
      for (const batch of batches) {
        if (postponed !== undefined && GRANT_ON_SCHEMA.test(batch)) postponed.push(batch);
        else result = await client.batch(batch, options);
      }
      return result;
    },
  };
}

/** After other statements of its transaction the server fails to read its own catalog for it. */
const GRANT_ON_SCHEMA = /\bGRANT\s+\w+\s+ON\s+SCHEMA\s*::/i;
const GRANT_ON_TYPE = /\bGRANT\s+\w+\s+ON\s+TYPE\s*::[^;]*;?/gi;
/** A database with a case-sensitive collation finds no catalog entries there, so it is columns that are case-sensitive. */
const COLUMN_OF_TEXT = /(?<=[\s(,])(?!AS\b|RETURNS\b)(\[\w+\]|\w+)\s+varchar\s*\(\d+\)/gi;
const CREATE_OR_ALTER = /\bCREATE\s+OR\s+ALTER\s+(PROCEDURE|FUNCTION|VIEW)\s+([^\s(]+)/i;

function isEmpty(batch: string): boolean {
  return batch.replace(/--[^\n]*/g, "").trim() === "";
}
