import { type Request, TYPES } from "tedious";
import type { SqlParameter, SqlType, TableColumn, TableValue } from "./sql-client";

/** The driver's types; dates always with all seven digits, since a missing scale rounds or breaks the row. */
const DRIVER_TYPES = {
  bit: TYPES.Bit,
  tinyint: TYPES.TinyInt,
  int: TYPES.Int,
  bigint: TYPES.BigInt,
  datetime2: TYPES.DateTime2,
  uniqueidentifier: TYPES.UniqueIdentifier,
  nvarchar: TYPES.NVarChar,
} satisfies Record<SqlType, unknown>;

const DATETIME2_SCALE = 7;
/** Anything above 4000 characters makes the driver write nvarchar(max). */
const MAX_LENGTH = 65_535;

/** Adds a parameter to a request. Values that the type cannot hold throw here, before anything is on the wire. */
export function bindParameter(request: Request, parameter: SqlParameter): void {
  const { name, type, value } = parameter;
  if (type === "table") {
    request.addParameter(name, TYPES.TVP, bindTable(name, value as TableValue));
    return;
  }
  const bound = bindValue(value, { name, type, ...lengthOf(parameter) });
  request.addParameter(name, DRIVER_TYPES[type], bound, typeOptions(parameter as TableColumn));
}

function bindTable(parameter: string, table: TableValue): unknown {
  const [schema, name] = table.type.split(".", 2);
  if (!schema || !name) throw new TypeError(`The type "${table.type}" of the table @${parameter} lacks a schema.`);
  const columns = table.columns.map((column) => ({
    name: column.name,
    type: DRIVER_TYPES[column.type],
    ...typeOptions(column),
  }));
  const rows = table.rows.map((row, index) => {
    if (row.length !== columns.length) {
      throw new TypeError(`Row ${index} of @${parameter} has ${row.length} cells for ${columns.length} columns.`);
    }
    return table.columns.map((column, cell) =>
      bindValue(row[cell], { ...column, name: `${parameter}.${column.name}` }),
    );
  });
  return { schema, name, columns, rows };
}

function typeOptions({ type, length }: TableColumn): { readonly length?: number; readonly scale?: number } {
  if (type === "nvarchar") return { length: length ?? MAX_LENGTH };
  return type === "datetime2" ? { scale: DATETIME2_SCALE } : {};
}

function lengthOf({ length }: SqlParameter): { readonly length?: number } {
  return length === undefined ? {} : { length };
}

/** The form the driver takes a value in. A text too long for its type would end the connection, so it is refused here. */
function bindValue(value: unknown, { name, type, length }: TableColumn): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "bit":
      if (typeof value === "boolean") return value;
      break;
    case "tinyint":
      if (isIntegerWithin(value, 0, 255)) return value;
      break;
    case "int":
      if (isIntegerWithin(value, -(2 ** 31), 2 ** 31 - 1)) return value;
      break;
    case "bigint":
      if (Number.isSafeInteger(value) || (typeof value === "string" && /^-?\d{1,18}$/.test(value))) return value;
      break;
    case "datetime2": {
      const date = typeof value === "number" ? new Date(value) : undefined;
      if (date && date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9999) return date;
      break;
    }
    case "uniqueidentifier":
      if (typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value;
      break;
    case "nvarchar":
      if (typeof value === "string" && value.length <= (length ?? Infinity)) return value;
      break;
  }
  const size = length === undefined ? "" : `(${length})`;
  throw new TypeError(`The value of @${name} (a ${typeof value}) does not fit the type ${type}${size}.`);
}

function isIntegerWithin(value: unknown, smallest: number, largest: number): boolean {
  return Number.isInteger(value) && Number(value) >= smallest && Number(value) <= largest;
}
