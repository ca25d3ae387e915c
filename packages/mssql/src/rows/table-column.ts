import type { SqlType, TableColumn } from "../connection/sql-client";

/** A column of a table type; without a length, text has no limit but that of the type. */
export function column(name: string, type: SqlType, length?: number): TableColumn {
  return length === undefined ? { name, type } : { name, type, length };
}
