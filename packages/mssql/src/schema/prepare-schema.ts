import { DurableHostError, type Logger } from "@durable-host/engine";
import { SqlError } from "../connection/sql-error";
import type { SqlClient } from "../connection/sql-client";
import type { TextStorage } from "../rows/exact-text";
import { createSchema } from "./create-schema";
import { loadScripts } from "./load-scripts";
import { readRights } from "./rights";
import { judgeSchema, readSchemaStatus, refuseNewer } from "./versions";

/** What a provider has to know of the database that it works with. */
export interface PreparedSchema extends TextStorage {
  /**
   * The version of Microsoft's schema, such as `1.6.0`, where ours is missing and stays so: the store then works through
   * Microsoft's procedures alone.
   */
  readonly microsoftVersion?: string;
}

export interface PrepareOptions {
  readonly schema: string;
  /** False, for whoever only looks: a schema that is missing or behind is refused. */
  readonly maySetUp: boolean;
  /** False: nothing of ours is added beside Microsoft's schema (host.json `addHostSchema`). */
  readonly addHostSchema?: boolean;
  readonly logger: Logger;
}

/**
 * Makes sure that the schema is one this release can work with, and tells how the database keeps text. In a database that
 * Microsoft's provider has set up ours is added, unless that is not wanted, or the login may not: then theirs has to do.
 *
 * @throws DurableHostError CONFIG_INVALID (the schema is missing or behind, and must not be touched), SCHEMA_TOO_NEW,
 * STORAGE_PERMANENT (the server refused, mostly for want of rights), STORAGE_TRANSIENT
 */
export async function prepareSchema(client: SqlClient, options: PrepareOptions): Promise<PreparedSchema> {
  const { schema, addHostSchema = true, maySetUp, logger } = options;
  try {
    const microsoftVersion = await microsoftAlone(client, options);
    if (microsoftVersion === undefined) {
      if (maySetUp && addHostSchema) await setUp(client, schema, logger);
      else await requireSchema(client, schema);
    }
    const storage = await readTextStorage(client, maySetUp ? logger : undefined);
    return { ...storage, ...(microsoftVersion !== undefined && { microsoftVersion }) };
  } catch (error) {
    throw error instanceof SqlError ? refused(error, schema) : error;
  }
}

/** The version of Microsoft's schema where there is no other, and none is to be added. */
async function microsoftAlone(client: SqlClient, options: PrepareOptions): Promise<string | undefined> {
  const { schema, maySetUp, addHostSchema = true } = options;
  const { revision, contract } = await readSchemaStatus(client, schema);
  if (revision !== undefined || contract[0] === undefined) return undefined;
  const adds = maySetUp && addHostSchema && (await readRights(client, schema)).maySetUp;
  return adds ? undefined : contract[0].version;
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
