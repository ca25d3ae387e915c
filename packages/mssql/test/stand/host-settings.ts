/** What a host of a test may be told besides its database. */
export interface HostSettingsOptions {
  /** Hosts with the same hub share its instances. */
  readonly taskHub?: string;
  readonly schema?: string;
}

/**
 * The app settings with which a host process keeps its hub in a database. They go over what the app's host.json says, so any
 * app can be run on the server.
 */
export function hostSettings(
  connectionString: string,
  options: HostSettingsOptions = {},
): Readonly<Record<string, string>> {
  const { taskHub = "TestHub", schema = "dt" } = options;
  return {
    SQLDB_Connection: connectionString,
    [`${DURABLE}__hubName`]: taskHub,
    [`${DURABLE}__storageProvider__type`]: "mssql",
    [`${DURABLE}__storageProvider__connectionStringName`]: "SQLDB_Connection",
    [`${DURABLE}__storageProvider__schemaName`]: schema,
  };
}

const DURABLE = "AzureFunctionsJobHost__extensions__durableTask";
