import { DurableHostError } from "@durable-host/engine";
import type { Row, SqlClient, TransactionClient } from "../connection/sql-client";
import { CONTRACT_OBJECTS } from "./contract-objects";
import { hostSchema, runtimeRole, validateSchemaName } from "./schema-name";

/** How to drop each kind of object, in an order in which nothing is still referred to. */
const KINDS = [
  { code: "P", keyword: "PROCEDURE" },
  { code: "V", keyword: "VIEW" },
  { code: "FN", keyword: "FUNCTION" },
  { code: "IF", keyword: "FUNCTION" },
  { code: "TF", keyword: "FUNCTION" },
  { code: "U", keyword: "TABLE" },
] as const;

/**
 * Removes both schemas with everything in them, and the role: all instances of all task hubs are gone. Refuses to touch
 * anything when the contract's schema holds an object that is not of the contract.
 *
 * @throws DurableHostError CONFIG_INVALID naming the objects that are somebody else's
 */
export async function dropSchema(client: SqlClient, schemaName: string): Promise<void> {
  const schema = validateSchemaName(schemaName);
  await client.transaction(async (transaction) => {
    const contract = await objectsOf(transaction, schema);
    refuseForeign(schema, contract);
    const host = await objectsOf(transaction, hostSchema(schema));
    // Ours first: its procedures may call the contract's, never the other way round.
    await dropAll(transaction, hostSchema(schema), host);
    await dropAll(transaction, schema, contract);
    await dropRole(transaction, runtimeRole(schema));
  });
}

interface SchemaObjects {
  readonly exists: boolean;
  /** `[code of the kind, name]`; table types have the code `TT`. */
  readonly objects: readonly (readonly [string, string])[];
}

async function objectsOf(client: TransactionClient, schema: string): Promise<SchemaObjects> {
  const id = `SCHEMA_ID(N'${schema}')`;
  const [found, objects, types] = [
    await client.query(`SELECT ${id} AS Id`),
    await client.query(
      `SELECT RTRIM(type) AS Kind, name AS Name FROM sys.objects WHERE schema_id = ${id} AND RTRIM(type) IN ('P', 'V', 'FN', 'IF', 'TF', 'U')`,
    ),
    await client.query(`SELECT 'TT' AS Kind, name AS Name FROM sys.table_types WHERE schema_id = ${id}`),
  ];
  const rows: readonly Row[] = [...(objects.sets[0] ?? []), ...(types.sets[0] ?? [])];
  return {
    exists: typeof found.sets[0]?.[0]?.["Id"] === "number",
    objects: rows.map((row) => [String(row["Kind"]), String(row["Name"])]),
  };
}

function refuseForeign(schema: string, found: SchemaObjects): void {
  // Whatever the case: in most databases names do not differ by it.
  const known = new Set(Object.values(CONTRACT_OBJECTS).flatMap((names) => names.map((name) => name.toLowerCase())));
  const foreign = found.objects.map(([, name]) => name).filter((name) => !known.has(name.toLowerCase()));
  if (foreign.length === 0) return;
  throw new DurableHostError(
    "CONFIG_INVALID",
    `The schema ${schema} also holds ${foreign.join(", ")}, which durable-host did not make. Move or drop them first.`,
  );
}

async function dropAll(client: TransactionClient, schema: string, found: SchemaObjects): Promise<void> {
  for (const { code, keyword } of KINDS) {
    for (const [kind, name] of found.objects) {
      if (kind === code) await client.batch(`DROP ${keyword} ${schema}.[${name}]`);
    }
  }
  for (const [kind, name] of found.objects) if (kind === "TT") await client.batch(`DROP TYPE ${schema}.[${name}]`);
  if (found.exists) await client.batch(`DROP SCHEMA ${schema}`);
}

async function dropRole(client: TransactionClient, role: string): Promise<void> {
  const members = await client.query(
    `SELECT m.name AS Name FROM sys.database_role_members AS r
       INNER JOIN sys.database_principals AS p ON p.principal_id = r.role_principal_id
       INNER JOIN sys.database_principals AS m ON m.principal_id = r.member_principal_id
     WHERE p.name = N'${role}'`,
  );
  for (const row of members.sets[0] ?? []) {
    await client.batch(`ALTER ROLE ${role} DROP MEMBER [${String(row["Name"]).replaceAll("]", "]]")}]`);
  }
  await client.batch(`IF DATABASE_PRINCIPAL_ID(N'${role}') IS NOT NULL DROP ROLE ${role}`);
}
