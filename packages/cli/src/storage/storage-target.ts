import { existsSync } from "node:fs";
import { join } from "node:path";
import { connectionValue, type HostConfiguration, loadConfiguration } from "@durable-host/functions";
import { CommandFailure } from "../durable/command-failure";
import type { StorageOptions, StorageTarget } from "./storage-command";

type Environment = Readonly<Record<string, string | undefined>>;

const PROVIDER = "extensions.durableTask.storageProvider";

/** The setting Microsoft's provider reads where host.json names none. */
const DEFAULT_SETTING = "SQLDB_Connection";

/**
 * The schema the command is about: `--schema`, what host.json says, `dt`.
 *
 * @throws DurableHostError CONFIG_INVALID
 */
export async function chooseSchema(options: StorageOptions, environment: Environment): Promise<string> {
  const { DEFAULT_SCHEMA, validateSchemaName } = await import("@durable-host/mssql");
  const { schema } = options;
  if (schema !== undefined) return validateSchemaName(schema);
  if (!existsSync(join(options.scriptRoot, "host.json"))) return DEFAULT_SCHEMA;
  const configured = readApp(options, environment).values.host(`${PROVIDER}.schemaName`);
  return validateSchemaName(configured);
}

/**
 * The database the command is about: `--connection-string`, else the app's setting.
 *
 * @throws CommandFailure when there is none; DurableHostError CONFIG_INVALID when it cannot be understood
 */
export async function openStorageTarget(options: StorageOptions, environment: Environment): Promise<StorageTarget> {
  const { createSqlClient, parseConnectionString } = await import("@durable-host/mssql");
  const schema = await chooseSchema(options, environment);
  const settings = parseConnectionString(findConnectionString(options, environment), {
    applicationName: "durable-host storage",
  });
  return {
    schema,
    database: settings.database,
    createDatabase: options.createDatabase,
    client: createSqlClient(settings),
    openMaster: () => createSqlClient({ ...settings, database: "master" }),
  };
}

function findConnectionString(options: StorageOptions, environment: Environment): string {
  if (options.connectionString !== undefined) return options.connectionString;
  const app = readApp(options, environment);
  const isMssql = app.values.host(`${PROVIDER}.type`).toLowerCase() === "mssql";
  const name = options.connectionStringSetting ?? (isMssql ? app.storage.connectionName : DEFAULT_SETTING);
  const value = connectionValue(app.settings, name);
  if (value === undefined) {
    throw new CommandFailure(
      `The setting ${name} has no value: set it in the environment or under Values in local.settings.json, name ` +
        "another with --connection-string-setting, or give --connection-string.",
    );
  }
  if (/^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i.test(value)) {
    throw new CommandFailure(`The setting ${name} names the embedded store, which sets itself up: nothing to do.`);
  }
  return value;
}

/** Whatever store the app is to use, its settings can be read. */
function readApp({ scriptRoot }: StorageOptions, environment: Environment): HostConfiguration {
  return loadConfiguration({ appRoot: scriptRoot, environment, storage: "embedded" });
}
