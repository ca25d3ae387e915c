import type { Row, SqlClient } from "../../src/connection/sql-client";

/** Everything that the catalog says about a schema, one line for each fact, so that two can be compared as sets. */
export async function readCatalogue(client: SqlClient, schema: string): Promise<readonly string[]> {
  const facts: string[] = [];
  for (const { kind, sql } of QUERIES) {
    const { sets } = await client.query(sql.replaceAll("@schema", `N'${schema}'`));
    for (const row of sets[0] ?? []) facts.push(`${kind}: ${factOf(row, schema)}`);
  }
  return facts.sort();
}

function factOf(row: Row, schema: string): string {
  return Object.values(row)
    .map((value) => (value === null ? "-" : String(value)))
    .join(" | ")
    .toLowerCase()
    .replaceAll(`${schema.toLowerCase()}.`, "")
    .replaceAll(`[${schema.toLowerCase()}].`, "");
}

const COLUMN = `c.name AS C, TYPE_NAME(c.system_type_id) AS T, c.max_length AS L, c.scale AS S, c.is_nullable AS N, c.is_identity AS I`;

const QUERIES = [
  {
    kind: "object",
    sql: `SELECT RTRIM(o.type) AS K, o.name AS O FROM sys.objects o
          WHERE o.schema_id = SCHEMA_ID(@schema) AND RTRIM(o.type) IN ('U', 'V', 'P', 'FN')`,
  },
  {
    kind: "column",
    sql: `SELECT o.name AS O, c.column_id AS P, ${COLUMN} FROM sys.columns c INNER JOIN sys.objects o ON o.object_id = c.object_id
          WHERE o.schema_id = SCHEMA_ID(@schema) AND RTRIM(o.type) IN ('U', 'V')`,
  },
  {
    kind: "type column",
    sql: `SELECT t.name AS O, c.column_id AS P, ${COLUMN}
          FROM sys.columns c INNER JOIN sys.table_types t ON t.type_table_object_id = c.object_id
          WHERE t.schema_id = SCHEMA_ID(@schema)`,
  },
  {
    kind: "index column",
    sql: `SELECT o.name AS O, i.name AS I, i.is_unique AS U, i.is_primary_key AS PK, ic.key_ordinal AS P,
            ic.is_included_column AS Inc, COL_NAME(ic.object_id, ic.column_id) AS C
          FROM sys.indexes i INNER JOIN sys.objects o ON o.object_id = i.object_id
            INNER JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
          WHERE o.schema_id = SCHEMA_ID(@schema) AND RTRIM(o.type) = 'U'
            AND o.name <> 'GlobalSettings'`,
  },
  {
    kind: "default",
    sql: `SELECT o.name AS O, COL_NAME(d.parent_object_id, d.parent_column_id) AS C, d.definition AS D
          FROM sys.default_constraints d INNER JOIN sys.objects o ON o.object_id = d.parent_object_id
          WHERE o.schema_id = SCHEMA_ID(@schema)`,
  },
] as const;
