import { DurableHostError, type Logger } from "@durable-host/engine";
import { SqlError } from "../connection/sql-error";
import type { SqlClient } from "../connection/sql-client";
import type { TextStorage } from "../rows/exact-text";
import { createSchema } from "./create-schema";
import { loadScripts } from "./load-scripts";
import { judgeSchema, readSchemaStatus, refuseNewer } from "./versions";

export interface PrepareOptions {
  readonly schema: string;
  /** False, for whoever only looks: a schema that is missing or behind is refused. */
  readonly maySetUp: boolean;
  readonly logger: Logger;
}

/**
 * Makes sure that the schema is one this release can work with, and tells how the database keeps text.
 *
 * @throws DurableHostError CONFIG_INVALID (the schema is missing or behind, and must not be touched), SCHEMA_TOO_NEW,
 * STORAGE_PERMANENT (the server refused, mostly for want of rights), STORAGE_TRANSIENT
 */
export async function prepareSchema(client: SqlClient, options: PrepareOptions): Promise<TextStorage> {
  const { schema, maySetUp, logger } = options;
  try {
    if (maySetUp) await setUp(client, schema, logger);
    else await requireSchema(client, schema);
    return await readTextStorage(client, maySetUp ? logger : undefined);
  } catch (error) {
    throw error instanceof SqlError ? refused(error, schema) : error;
  }
}

async function setUp(client: SqlClient, schema: string, logger: Logger): Promise<void> {
  const { action, applied } = await createSchema(client, schema);
  if (action === "created") logger.info(`Set up the schema ${schema} in the database: ${applied.length} scripts.`);
  if (action === "upgraded") logger.info(`Upgraded the schema ${schema} of the database: ${applied.length} scripts.`);
}

async function requireSchema(client: SqlClient, schema: string): Promise<void> {
  const status = await readSchemaStatus(client, schema);
  switch (judgeSchema(status, loadScripts(schema))) {
    case "current":
      return;
    case "ahead":
      return refuseNewer(status);
    case "absent":
      throw new DurableHostError(
        "CONFIG_INVALID",
        `The database has no schema ${schema}, or the login may not see it. Set it up with durable-host storage init, ` +
          `or start a host, which does the same; a login needs the role ${schema}_runtime.`,
      );
    case "behind":
      throw new DurableHostError(
        "CONFIG_INVALID",
        `The schema ${schema} of the database was made by an older release. Upgrade it with durable-host storage upgrade, or start a host.`,
      );
  }
}

async function readTextStorage(client: SqlClient, logger: Logger | undefined): Promise<TextStorage> {
  const { sets } = await client.query(
    "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)) AS [Collation]",
  );
  const collation = String(sets[0]?.[0]?.["Collation"]);
  const isUtf8 = /_utf8$/i.test(collation);
  if (!isUtf8) {
    logger?.warn(
      `The database has the collation ${collation}, which is not UTF-8: characters outside its code page are kept in texts, but other tools see them as '?'. ` +
        "New databases are best made with Latin1_General_100_BIN2_UTF8.",
    );
  }
  return { isUtf8 };
}

function refused(error: SqlError, schema: string): DurableHostError {
  return new DurableHostError(
    "STORAGE_PERMANENT",
    `SQL Server refused a look at the schema ${schema} (error ${error.number ?? "without a number"}): ${error.message} ` +
      `durable-host storage status tells what the login may do; the role an app needs is ${schema}_runtime.`,
    { cause: error },
  );
}
