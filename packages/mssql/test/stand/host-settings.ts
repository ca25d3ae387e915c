/** What a host of a test may be told besides its database. */
export interface HostSettingsOptions {
  /** Hosts with the same hub share its instances. */
  readonly taskHub?: string;
  readonly schema?: string;
  /** `taskEventLockTimeout`: how long the work of a host that was killed stays locked. Default: the product's. */
  readonly lockTimeout?: string;
}

/**
 * The app settings with which a host process keeps its hub in a database. They go over what the app's host.json says, so any
 * app can be run on the server.
 */
export function hostSettings(
  connectionString: string,
  options: HostSettingsOptions = {},
): Readonly<Record<string, string>> {
  const { taskHub = "TestHub", schema = "dt", lockTimeout } = options;
  return {
    SQLDB_Connection: connectionString,
    [`${DURABLE}__hubName`]: taskHub,
    [`${DURABLE}__storageProvider__type`]: "mssql",
    [`${DURABLE}__storageProvider__connectionStringName`]: "SQLDB_Connection",
    [`${DURABLE}__storageProvider__schemaName`]: schema,
    ...(lockTimeout === undefined ? {} : { [`${DURABLE}__storageProvider__taskEventLockTimeout`]: lockTimeout }),
  };
}

const DURABLE = "AzureFunctionsJobHost__extensions__durableTask";
