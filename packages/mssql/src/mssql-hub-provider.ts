import {
  errorText,
  DurableHostError,
  hasCode,
  type Clock,
  type Logger,
  type StorageProvider,
} from "@durable-host/engine";
import type { ConnectionSettings } from "./connection/connection-settings";
import { createSqlClient } from "./connection/create-sql-client";
import { parseConnectionString } from "./connection/parse-connection-string";
import type { SqlClient } from "./connection/sql-client";
import { createMssqlProvider } from "./mssql-provider";
import { createDatabaseIfMissing } from "./schema/create-database";
import { prepareSchema } from "./schema/prepare-schema";
import { DEFAULT_SCHEMA, validateSchemaName } from "./schema/schema-name";

/** A task hub in a database, as host.json and the connection setting describe it (contract §5.1, §5.2). */
export interface MssqlHubOptions {
  /** In ADO.NET form. */
  readonly connectionString: string;
  /** The setting that holds it, for messages. */
  readonly connectionName: string;
  /** At most 50 bytes. */
  readonly hubName: string;
  /** Default `dt`. */
  readonly schema?: string;
  /** What a start may make where it is missing: `schema` sets up and upgrades too; `database` includes it. */
  readonly mayCreate: "nothing" | "schema" | "database";
  /** False: a database of Microsoft's provider gets nothing added, and is worked on through its procedures. Default true. */
  readonly addHostSchema?: boolean;
  /** Default: 120,000 ms. */
  readonly lockDurationMs?: number;
  /** Messages of one work item at most. Default: 1000. */
  readonly messageLimit?: number;
  /** Told of each round trip to the server, with the procedure or a word for what was sent. */
  readonly onRoundTrip?: (name: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Makes the provider for a database that is yet to be connected to, and perhaps to be set up.
 * Throws CONFIG_INVALID for a connection string or a schema name that cannot be used.
 */
export function createMssqlHubProvider(options: MssqlHubOptions): StorageProvider {
  const { hubName, mayCreate, addHostSchema = true, onRoundTrip, clock, logger } = options;
  const schema = validateSchemaName(options.schema ?? DEFAULT_SCHEMA);
  const settings = readSettings(options);
  return createMssqlProvider({
    hubName,
    schema,
    clock,
    logger,
    lockDurationMs: options.lockDurationMs,
    messageLimit: options.messageLimit,
    async connect() {
      if (mayCreate === "database") await createDatabase(settings, logger);
      return createSqlClient({ ...settings, onCall: onRoundTrip });
    },
    prepare: (client) => prepareSchema(client, { schema, maySetUp: mayCreate !== "nothing", addHostSchema, logger }),
  });
}

function readSettings({ connectionString, connectionName, hubName }: MssqlHubOptions): ConnectionSettings {
  try {
    // Where the application name selects the hub (multi-tenancy mode 0), Microsoft's functions see ours.
    return parseConnectionString(connectionString, { applicationName: hubName });
  } catch (error) {
    if (!hasCode(error, "CONFIG_INVALID")) throw error;
    throw new DurableHostError(
      "CONFIG_INVALID",
      `The connection setting ${connectionName} cannot be used. ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

async function createDatabase(settings: ConnectionSettings, logger: Logger): Promise<void> {
  const master = createSqlClient({ ...settings, database: "master" });
  try {
    const created = await createDatabaseIfMissing(master, settings.database);
    if (created) logger.info(`Created the database ${settings.database}.`);
  } catch (error) {
    // A login that belongs to the database alone cannot look into master; what counts is whether it can open its own.
    if (hasCode(error, "STORAGE_TRANSIENT") || !(await opens(settings))) throw foreseen(error, settings);
  } finally {
    await master.close();
  }
}

async function opens(settings: ConnectionSettings): Promise<boolean> {
  const client: SqlClient = createSqlClient(settings);
  try {
    await client.query("SELECT 1 AS One");
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}

function foreseen(error: unknown, { database }: ConnectionSettings): DurableHostError {
  if (error instanceof DurableHostError) return error;
  const text = errorText(error);
  return new DurableHostError("STORAGE_PERMANENT", `The database ${database} could not be created: ${text}`, {
    cause: error,
  });
}
