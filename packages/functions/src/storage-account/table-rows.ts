/** A row as functions see it: keys with a capital letter, and its columns. */
export type TableRow = Readonly<Record<string, unknown>>;

/** A row as the library reads and writes it. */
export interface TableEntityWithKeys {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: unknown;
}

/** What the library adds to the columns of a row. */
const ADDED = new Set(["partitionKey", "rowKey", "etag", "timestamp", "odata.metadata"]);

/** A row that was read. Large integers become text, as JSON has no room for them; bytes become base64. */
export function rowOf(entity: Readonly<Record<string, unknown>>): TableRow {
  const columns = Object.entries(entity).filter(([name]) => !ADDED.has(name));
  return {
    PartitionKey: entity["partitionKey"],
    RowKey: entity["rowKey"],
    ...Object.fromEntries(columns.map(([name, value]) => [name, readable(value)])),
  };
}

/**
 * A row to be written: keys in either spelling, or those of the binding; columns that are objects become JSON text, and null ones
 * are left out. Throws an Error for a row without keys.
 */
export function entityOf(
  row: TableRow,
  keys: { readonly partitionKey: string | undefined; readonly rowKey: string | undefined },
): TableEntityWithKeys {
  const partitionKey = key(row, "PartitionKey") ?? keys.partitionKey;
  const rowKey = key(row, "RowKey") ?? keys.rowKey;
  if (partitionKey === undefined || rowKey === undefined) {
    throw new Error("A row of a table needs a PartitionKey and a RowKey, in itself or in the binding.");
  }
  const columns = Object.entries(row)
    .filter(([name, value]) => !/^(?:partitionKey|rowKey)$/i.test(name) && value !== null)
    .map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : value]);
  return { ...(Object.fromEntries(columns) as Record<string, unknown>), partitionKey, rowKey };
}

function key(row: TableRow, name: string): string | undefined {
  const found = Object.entries(row).find(([column]) => column.toLowerCase() === name.toLowerCase())?.[1];
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
}

function readable(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
}
