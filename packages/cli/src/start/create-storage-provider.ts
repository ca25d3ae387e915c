import { systemClock, type Logger, type StorageProvider } from "@durable-host/engine";
import type { HostConfiguration } from "@durable-host/functions";
import { createSqliteProvider } from "@durable-host/sqlite";

const PROVIDER = "extensions.durableTask.storageProvider";

export interface StorageOptions {
  /** Folder of the embedded store, absolute. */
  readonly dataDir: string;
  /** False for whoever only looks: what is missing is then an error. */
  readonly mayCreate?: boolean;
  /** Told of each request to a database server. */
  readonly onRoundTrip?: (name: string) => void;
}

/**
 * Makes the provider of the store that the configuration selects; nothing is opened yet. The driver of SQL Server takes a
 * part of a second to load, which a host with an embedded store does not spend.
 * Rejects with CONFIG_INVALID when the connection string or a setting cannot be used.
 */
export async function createStorageProvider(
  { storage, hubName, values }: Pick<HostConfiguration, "storage" | "hubName" | "values">,
  { dataDir, mayCreate = true, onRoundTrip }: StorageOptions,
  logger: Logger,
): Promise<StorageProvider> {
  if (storage.type === "embedded") return createSqliteProvider({ dataDir, hubName, clock: systemClock, logger });
  const { createMssqlHubProvider } = await import("@durable-host/mssql");
  const mayCreateDatabase = values.host(`${PROVIDER}.createDatabaseIfNotExists`);
  return createMssqlHubProvider({
    connectionString: storage.connectionString,
    connectionName: storage.connectionName,
    hubName,
    schema: values.host(`${PROVIDER}.schemaName`),
    mayCreate: mayCreate ? (mayCreateDatabase ? "database" : "schema") : "nothing",
    addHostSchema: values.host(`${PROVIDER}.addHostSchema`),
    lockDurationMs: values.host(`${PROVIDER}.taskEventLockTimeout`),
    messageLimit: values.host(`${PROVIDER}.taskEventBatchSize`),
    onRoundTrip,
    clock: systemClock,
    logger,
  });
}
