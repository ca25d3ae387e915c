import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { splitBatches } from "../../src/schema/split-batches";
import type { TestDatabase } from "../stand/test-database";

/** The environment variable that holds the folder of Microsoft's scripts (`src/DurableTask.SqlServer/Scripts`). */
const FOLDER_VARIABLE = "DURABLETASK_MSSQL_SCRIPTS";

/** The same for versions of before: a folder that holds one with the scripts of each release, such as `1.6.0`. */
const VERSIONS_VARIABLE = "DURABLETASK_MSSQL_VERSIONS";

const FILES = ["schema-1.0.0.sql", "schema-1.2.0.sql", "schema-1.6.0.sql", "logic.sql", "permissions.sql"];

/** The folder of Microsoft's scripts, if this machine has them: they are compared with, never shipped. */
export function microsoftScriptFolder(): string | undefined {
  const folder = process.env[FOLDER_VARIABLE];
  return folder !== undefined && existsSync(join(folder, "logic.sql")) ? folder : undefined;
}

/** Like `describe`; without the scripts nothing runs, and the report says so. */
export function describeWithMicrosoftScripts(title: string, body: () => void): void {
  if (microsoftScriptFolder() !== undefined) describe(title, body);
  else describe.skip(`${title} (NOT RUN: ${FOLDER_VARIABLE} names no folder with Microsoft's scripts)`, body);
}

/** Like `describe`, with the scripts of one release. */
export function describeWithMicrosoftVersion(version: string, title: string, body: () => void): void {
  if (versionFolder(version) !== undefined) describe(title, body);
  else describe.skip(`${title} (NOT RUN: ${VERSIONS_VARIABLE} names no folder with scripts of ${version})`, body);
}

function versionFolder(version: string): string | undefined {
  const folder = process.env[VERSIONS_VARIABLE];
  if (folder !== undefined && existsSync(join(folder, version, "logic.sql"))) return join(folder, version);
  return version === NEWEST ? microsoftScriptFolder() : undefined;
}

const NEWEST = "1.8.1";

/** Sets a schema up as Microsoft's provider of a version does; records the version like it. */
export async function installMicrosoftSchema(database: TestDatabase, schema: string, version = NEWEST): Promise<void> {
  for (const batch of microsoftBatches(schema, FILES, versionFolder(version))) {
    await database.client.batch(database.isBabelfish ? inKnownWords(batch, schema) : batch);
  }
  await database.client.batch(`EXEC ${schema}._UpdateVersion '${version}'`);
}

/** The batches of Microsoft's script that removes a schema. */
export function microsoftDropBatches(schema: string): readonly string[] {
  return microsoftBatches(schema, ["drop-schema.sql"]);
}

function microsoftBatches(
  schema: string,
  files: readonly string[],
  folder = microsoftScriptFolder() ?? "",
): readonly string[] {
  return files
    .filter((file) => existsSync(join(folder, file)))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8").replace(/^\uFEFF/, "");
      return splitBatches(text.replaceAll("__SchemaNamePlaceholder__", schema));
    });
}

/** Names that the stand-in does not find in the procedure's own schema, and the statements that it cannot run. */
function inKnownWords(batch: string, schema: string): string {
  const tables = "Instances|NewEvents|NewTasks|History|Payloads|Versions|GlobalSettings";
  const types = "InstanceIDs|MessageIDs|HistoryEvents|OrchestrationEvents|TaskEvents";
  return batch
    .replace(/UPDATE TOP \(1\) Instances WITH \(READPAST\)/, "UPDATE TOP (1) I")
    .replace(/UPDATE TOP \(1\) NewTasks WITH \(READPAST\)/, `UPDATE TOP (1) ${schema}.NewTasks`)
    .replace(/FROM\s+NewTasks WITH \(INDEX \(PK_NewTasks\)\)/, "")
    .replace(/(SUBSTRING\(@InstanceID, 2, )(CHARINDEX\('@', @InstanceID, 2\) - 2)\)/, "$1ABS($2))")
    .replace(/(\[OutputPayloadID\] = @OutputPayloadID\s+)FROM Instances/, "$1")
    .replace(/UPDATE Payloads(\s+SET \[Reason\])/, "UPDATE p$1")
    .replace(new RegExp(`\\b(FROM|JOIN|INTO|UPDATE)\\s+(${tables})\\b`, "g"), `$1 ${schema}.$2`)
    .replace(new RegExp(`(@\\w+) +(${types})\\b`, "g"), `$1 ${schema}.$2`)
    .replace(/OUTPUT DELETED\.\[PayloadID\] INTO @payloadsToDelete\s+OUTPUT DELETED\.\[SequenceNumber\]/, "")
    .replace(/ WITH \(FORCESEEK\([^)]*\)\)\)/g, "");
}
