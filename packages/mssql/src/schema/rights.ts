import type { SqlClient } from "../connection/sql-client";
import { CONTRACT_OBJECTS } from "./contract-objects";
import { hostSchema, runtimeRole } from "./schema-name";

/** What the login of a connection is and may do. */
export interface RightsReport {
  readonly login: string;
  readonly user: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly collation: string;
  /** False: `varchar` columns lose characters that are not in the collation's code page. */
  readonly isUtf8: boolean;
  readonly isDatabaseOwner: boolean;
  readonly isRuntimeMember: boolean;
  /** May create and change the schema: needed at a first start and for upgrades only. */
  readonly maySetUp: boolean;
  /** Procedures of the contract that it may not call; empty when an app can run, or when nothing is set up yet. */
  readonly missing: readonly string[];
  /** More than an app needs: worth saying where least privilege is the rule. */
  readonly hasMoreThanNeeded: boolean;
}

/** The runtime role has no business with it. */
const NOT_FOR_RUNTIME = "SetGlobalSetting";

/** Reads what the current login may do with a schema. */
export async function readRights(client: SqlClient, schema: string): Promise<RightsReport> {
  const answer = await client.query(identityQuery(schema));
  const row = answer.sets[0]?.[0] ?? {};
  const isDatabaseOwner = Number(row["IsOwner"]) === 1 || row["UserName"] === "dbo";
  const maySetUp =
    isDatabaseOwner ||
    ["MayCreateSchema", "MayCreateTable", "MayCreateProcedure", "MayCreateRole"].every(
      (right) => Number(row[right]) === 1,
    );
  const collation = String(row["Collation"]);
  return {
    login: String(row["LoginName"]),
    user: String(row["UserName"]),
    database: String(row["DatabaseName"]),
    serverVersion: String(row["ServerVersion"]),
    collation,
    isUtf8: /_utf8$/i.test(collation),
    isDatabaseOwner,
    isRuntimeMember: Number(row["IsRuntimeMember"]) === 1,
    maySetUp,
    missing: typeof row["IsSetUp"] !== "number" ? [] : await missingProcedures(client, schema),
    hasMoreThanNeeded: maySetUp,
  };
}

function identityQuery(schema: string): string {
  const may = (right: string, name: string): string =>
    `HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', '${right}') AS ${name}`;
  return `SELECT SUSER_NAME() AS LoginName, USER_NAME() AS UserName, DB_NAME() AS DatabaseName,
    CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(100)) AS ServerVersion,
    CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)) AS Collation,
    IS_ROLEMEMBER('db_owner') AS IsOwner, IS_ROLEMEMBER('${runtimeRole(schema)}') AS IsRuntimeMember,
    ${may("CREATE SCHEMA", "MayCreateSchema")}, ${may("CREATE TABLE", "MayCreateTable")},
    ${may("CREATE PROCEDURE", "MayCreateProcedure")}, ${may("CREATE ROLE", "MayCreateRole")},
    OBJECT_ID(N'${schema}._GetVersions') AS IsSetUp`;
}

async function missingProcedures(client: SqlClient, schema: string): Promise<readonly string[]> {
  const wanted = [
    ...CONTRACT_OBJECTS.procedures.filter((name) => name !== NOT_FOR_RUNTIME).map((name) => `${schema}.${name}`),
    `${hostSchema(schema)}.GetSchemaStatus`,
  ];
  const columns = wanted.map((name, index) => `HAS_PERMS_BY_NAME('${name}', 'OBJECT', 'EXECUTE') AS P${index}`);
  const answer = await client.query(`SELECT ${columns.join(", ")}`);
  const row = answer.sets[0]?.[0] ?? {};
  return wanted.filter((_, index) => Number(row[`P${index}`]) !== 1);
}
