import { CONTRACT_VERSION, SCRIPTS_REVISION } from "./contract-objects";
import { type SqlScript, loadScripts } from "./load-scripts";
import { hostSchema, runtimeRole } from "./schema-name";

/**
 * The whole set-up as one script for a database administrator: for sqlcmd or a query window, safe to run again, good for
 * an empty database and for one that Microsoft's provider or an earlier release set up.
 *
 * @throws DurableHostError CONFIG_INVALID for a schema name that is no simple identifier
 */
export function renderSchemaScript(schema: string): string {
  const scripts = loadScripts(schema);
  const host = hostSchema(schema);
  const parts = [
    header(schema),
    batch("SET QUOTED_IDENTIFIER ON;\nSET ANSI_NULLS ON;\nSET XACT_ABORT ON;"),
    batch(
      "-- Starting hosts wait until this is through.\n" +
        "EXEC sp_getapplock @Resource = N'DURABLE_TASK_SCHEMA_UPGRADE_LOCK', @LockMode = N'Update', @LockOwner = N'Session';",
    ),
    section(scripts.setUp),
    ...scripts.migrations.map((migration) => migrationSection(host, migration)),
    ...scripts.contract.map((script) => section(script)),
    ...scripts.host.map((script) => section(script)),
    batch(
      `EXEC ${schema}._UpdateVersion @SemanticVersion = '${CONTRACT_VERSION}';\n` +
        `EXEC ${host}.RecordRevision @Revision = ${SCRIPTS_REVISION}, @ScriptsHash = '${scripts.hash}';\n` +
        "EXEC sp_releaseapplock @Resource = N'DURABLE_TASK_SCHEMA_UPGRADE_LOCK', @LockOwner = N'Session';",
    ),
  ];
  return parts.join("\n");
}

function header(schema: string): string {
  return [
    `-- durable-host: schema ${schema} (contract ${CONTRACT_VERSION}, revision ${SCRIPTS_REVISION}).`,
    "-- Run in the app's database as its owner: sqlcmd -b -I -d <database> -i <this file>. It may be run again.",
    `-- Do not run it where a .NET host newer than ${CONTRACT_VERSION} has set the schema up: "durable-host storage status".`,
    `-- Then let the app's user in: ALTER ROLE ${runtimeRole(schema)} ADD MEMBER [<user>];`,
    "",
  ].join("\n");
}

function section(script: SqlScript): string {
  return `-- ---- ${script.name}\n${script.batches.map((text) => batch(text)).join("")}`;
}

/** A migration runs once, so each of its batches asks first; the row that ends it comes last. */
function migrationSection(host: string, migration: SqlScript): string {
  const isDue = `NOT EXISTS (SELECT 1 FROM ${host}.Migrations WHERE Name = '${migration.name}')`;
  const batches = migration.batches.map((text) => batch(`IF ${isDue}\n    EXEC (N'${text.replaceAll("'", "''")}');`));
  const row = batch(`INSERT INTO ${host}.Migrations (Name) SELECT '${migration.name}' WHERE ${isDue};`);
  return `-- ---- ${migration.name}\n${batches.join("")}${row}`;
}

function batch(text: string): string {
  return `${text}\nGO\n`;
}
