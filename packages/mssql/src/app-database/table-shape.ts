import { DurableHostError } from "@durable-host/engine";
import type { SqlClient } from "../connection/sql-client";
import { Columns } from "../rows/columns";

/** A column of an app's table. */
export interface ShapeColumn {
  readonly name: string;
  /** As it is declared, such as `nvarchar(50)`. */
  readonly declaration: string;
  readonly isKey: boolean;
  readonly isIdentity: boolean;
  /** A row can be inserted without a value for it: it has a default, or the server makes the value. */
  readonly isOptional: boolean;
}

/** What has to be known of a table to write to it. */
export interface TableShape {
  /** Schema and name, quoted. */
  readonly table: string;
  readonly columns: readonly ShapeColumn[];
}

const SHAPE = `
SELECT OBJECT_SCHEMA_NAME(C.object_id) AS [Schema], OBJECT_NAME(C.object_id) AS [Table], C.[name] AS [Name],
  T.[name] AS [Type], C.max_length AS [Length], C.[precision] AS [Precision], C.[scale] AS [Scale],
  C.is_identity AS [IsIdentity], CASE WHEN C.default_object_id <> 0 THEN 1 ELSE 0 END AS [HasDefault],
  CASE WHEN EXISTS (
    SELECT 1 FROM sys.indexes AS I INNER JOIN sys.index_columns AS K ON K.object_id = I.object_id AND K.index_id = I.index_id
    WHERE I.object_id = C.object_id AND I.is_primary_key = 1 AND K.column_id = C.column_id
  ) THEN 1 ELSE 0 END AS [IsKey]
FROM sys.columns AS C INNER JOIN sys.types AS T ON T.user_type_id = C.system_type_id
WHERE C.object_id = OBJECT_ID(@Table) AND C.is_computed = 0 AND T.[name] NOT IN (N'timestamp', N'rowversion')
ORDER BY C.column_id`;

/**
 * Looks a table up.
 * @param name with or without schema and brackets, as an app names it
 * @throws DurableHostError INVALID_ARGUMENT when there is no such table, or the login may not see it
 */
export async function readTableShape(client: Pick<SqlClient, "query">, name: string): Promise<TableShape> {
  const parameters = [{ name: "Table", type: "nvarchar", length: 1000, value: name }] as const;
  const { sets } = await client.query(SHAPE, parameters, { reads: true });
  const rows = (sets[0] ?? []).map((row) => new Columns(row));
  const [first] = rows;
  if (first === undefined) {
    throw new DurableHostError(
      "INVALID_ARGUMENT",
      `There is no table ${name} in the database, or its login may not see it. Create the table, or name it with its schema.`,
    );
  }
  return { table: `${quoteName(first.text("Schema"))}.${quoteName(first.text("Table"))}`, columns: rows.map(columnOf) };
}

/** A name as T-SQL takes it whatever is in it. */
export function quoteName(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

function columnOf(row: Columns): ShapeColumn {
  const isIdentity = row.flag("IsIdentity");
  return {
    name: row.text("Name"),
    declaration: declarationOf(row),
    isKey: row.number("IsKey") === 1,
    isIdentity,
    isOptional: isIdentity || row.number("HasDefault") === 1,
  };
}

/** What a JSON value is read as. Types that OPENJSON does not know are read as text, which the server converts. */
function declarationOf(row: Columns): string {
  const type = row.text("Type");
  const length = row.number("Length");
  switch (type) {
    case "char":
    case "varchar":
    case "binary":
    case "varbinary":
      return `${type}(${length === -1 ? "max" : length})`;
    case "nchar":
    case "nvarchar":
      return `${type}(${length === -1 ? "max" : length / 2})`;
    case "decimal":
    case "numeric":
      return `${type}(${row.number("Precision")}, ${row.number("Scale")})`;
    case "datetime2":
    case "datetimeoffset":
    case "time":
      return `${type}(${row.number("Scale")})`;
    default:
      return PLAIN_TYPES.has(type) ? type : "nvarchar(max)";
  }
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(
  "bit tinyint smallint int bigint real float money smallmoney date datetime smalldatetime uniqueidentifier".split(" "),
);
