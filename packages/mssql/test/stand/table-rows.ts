import type { Row, SqlClient } from "../../src/connection/sql-client";

/** The tables that hold what a hub does, with the order in which rows are compared. */
const ORDERS = {
  Instances: "InstanceID",
  Payloads: "InstanceID, PayloadID",
  NewEvents: "InstanceID, SequenceNumber",
  History: "InstanceID, SequenceNumber",
  NewTasks: "SequenceNumber",
} as const;

/** Every column of every row, by table. */
export type TableRows = Readonly<Record<keyof typeof ORDERS, readonly Row[]>>;

/** Reads all that the hubs in `dt` hold: equal before and after means that nothing was written. */
export async function readTables(client: SqlClient): Promise<TableRows> {
  const tables = await Promise.all(
    Object.entries(ORDERS).map(async ([table, order]) => {
      const { sets } = await client.query(`SELECT * FROM dt.${table} ORDER BY TaskHub, ${order}`);
      return [table, sets[0] ?? []] as const;
    }),
  );
  return Object.fromEntries(tables) as TableRows;
}

/** How many rows each table has. */
export async function countRows(client: SqlClient): Promise<Readonly<Record<string, number>>> {
  const tables = await readTables(client);
  return Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.length]));
}
