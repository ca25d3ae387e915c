import { DurableHostError } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";
import { quoteName, type ShapeColumn, type TableShape } from "./table-shape";

/** One statement of an upsert; `@Rows` in it stands for `rows`. */
export interface UpsertStatement {
  readonly sql: string;
  /** JSON: an array of rows, each an array of cells. */
  readonly rows: string;
}

/** Rows that have values for the same columns. */
interface RowGroup {
  readonly columns: readonly ShapeColumn[];
  readonly rows: (readonly unknown[])[];
}

/**
 * The statements that change the rows with the primary keys of `rows` and insert those that are not there. A row that comes
 * twice counts as it came last. Rows without a value for a key that the server makes are inserted.
 * @throws DurableHostError INVALID_ARGUMENT for properties that are no columns, and for rows without their key
 */
export function planUpsert(shape: TableShape, rows: readonly Row[]): readonly UpsertStatement[] {
  const keys = shape.columns.filter(({ isKey }) => isKey);
  if (keys.length === 0) throw invalid(`The table ${shape.table} has no primary key, by which rows are told apart.`);
  const groups = new Map<string, RowGroup>();
  for (const row of rows) {
    const columns = columnsOf(shape, row);
    const missing = keys.filter((key) => !columns.has(key));
    if (missing.some(({ isOptional }) => !isOptional)) {
      const names = missing.map(({ name }) => name).join(", ");
      throw invalid(`A row for the table ${shape.table} has no value for its primary key: ${names} is missing.`);
    }
    const used = shape.columns.filter((column) => columns.has(column));
    const name = used.map((column) => column.name).join();
    const group = groups.get(name) ?? { columns: used, rows: [] };
    groups.set(name, group);
    group.rows.push(used.map((column) => cellOf(row[columns.get(column) ?? ""])));
  }
  return [...groups.values()].map((group) => statementOf(shape.table, keys, group));
}

/** The columns a row has values for, with the names of its properties. A name that differs in case only is found too. */
function columnsOf({ table, columns }: TableShape, row: Row): ReadonlyMap<ShapeColumn, string> {
  const found = new Map<ShapeColumn, string>();
  const unknown: string[] = [];
  for (const property of Object.keys(row)) {
    const column =
      columns.find(({ name }) => name === property) ??
      columns.find(({ name }) => name.toLowerCase() === property.toLowerCase());
    if (column === undefined) unknown.push(property);
    else found.set(column, property);
  }
  if (unknown.length === 0) return found;
  throw invalid(
    `A row for the table ${table} has what is no column that can be written: ${unknown.join(", ")}. ` +
      `Its columns are ${columns.map(({ name }) => name).join(", ")}.`,
  );
}

/** Objects and arrays are kept as JSON text. */
function cellOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value ?? null);
}

function statementOf(table: string, keys: readonly ShapeColumn[], { columns, rows }: RowGroup): UpsertStatement {
  const names = columns.map(({ name }) => quoteName(name));
  const cells = columns.map(({ declaration }, index) => `${names[index]} ${declaration} '$[${index}]'`).join(", ");
  const source = `OPENJSON(@Rows) WITH (${cells}) AS S`;
  const insert = `INSERT INTO ${table} (${names.join(", ")}) SELECT ${names.map((name) => `S.${name}`).join(", ")} FROM ${source}`;
  if (!keys.every((key) => columns.includes(key))) return { sql: insert, rows: JSON.stringify(rows) };

  const isSame = keys.map(({ name }) => `T.${quoteName(name)} = S.${quoteName(name)}`).join(" AND ");
  const changed = columns.filter(({ isKey, isIdentity }) => !isKey && !isIdentity).map(({ name }) => quoteName(name));
  // The range locks keep a rival from inserting the same key between the two statements.
  const update = `UPDATE T SET ${changed.map((name) => `${name} = S.${name}`).join(", ")} FROM ${table} AS T WITH (UPDLOCK, HOLDLOCK) INNER JOIN ${source} ON ${isSame};`;
  const missing = `WHERE NOT EXISTS (SELECT 1 FROM ${table} AS T WITH (UPDLOCK, HOLDLOCK) WHERE ${isSame})`;
  return {
    sql: `${changed.length === 0 ? "" : `${update}\n`}${insert} ${missing};`,
    rows: JSON.stringify(lastOfEach(rows, keys, columns)),
  };
}

function lastOfEach(
  rows: RowGroup["rows"],
  keys: readonly ShapeColumn[],
  columns: readonly ShapeColumn[],
): readonly (readonly unknown[])[] {
  const places = keys.map((key) => columns.indexOf(key));
  return [...new Map(rows.map((row) => [JSON.stringify(places.map((place) => row[place])), row])).values()];
}

function invalid(message: string): DurableHostError {
  return new DurableHostError("INVALID_ARGUMENT", message);
}
