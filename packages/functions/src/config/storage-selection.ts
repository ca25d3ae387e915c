import { DurableHostError } from "@durable-host/engine";
import { connectionSection, connectionValue, type AppSettings } from "./app-settings";

/** What host.json says about `extensions.durableTask.storageProvider`. */
export interface ConfiguredStorage {
  readonly type: string;
  /** False when host.json names no type, so that the default of the extension holds. */
  readonly typeGiven: boolean;
  readonly connectionName?: string;
}

/** The store to use. */
export type StorageSelection = EmbeddedStorage | SqlServerStorage;

export interface EmbeddedStorage {
  readonly type: "embedded";
  /** Names the connection in management URLs. */
  readonly connectionName: string;
  /** The one line that tells the user what is used in place of what was configured, and why. */
  readonly notice?: string;
}

export interface SqlServerStorage {
  readonly type: "mssql";
  /** Names the connection in management URLs, and the setting in messages. */
  readonly connectionName: string;
  /** Not looked into: the store itself says what is wrong with it. A secret, so never to be printed. */
  readonly connectionString: string;
}

interface ProviderKind {
  readonly title: string;
  readonly defaultConnection: string;
  /** Tells whether a connection value names a store on this machine. */
  readonly isLocal: (value: string) => boolean;
}

const DEVELOPMENT_STORAGE = /^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i;
const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal)$/i;

const REPLACED: Readonly<Record<string, ProviderKind>> = {
  azurestorage: { title: "Azure Storage", defaultConnection: "Storage", isLocal: isLocalAccount },
  netherite: { title: "Netherite", defaultConnection: "AzureWebJobsStorage", isLocal: isLocalAccount },
  azuremanaged: {
    title: "the Durable Task Scheduler",
    defaultConnection: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    isLocal: isLocalScheduler,
  },
};

/**
 * Decides where a task hub is kept. A connection that names a remote store stops the host: starting on
 * an empty local one would look as if all data were gone. `embedded` overrides that.
 * Throws CONFIG_INVALID.
 */
export function selectStorage(
  configured: ConfiguredStorage,
  settings: AppSettings,
  override?: "embedded",
): StorageSelection {
  const type = configured.type.toLowerCase();
  if (type === "mssql") return selectForSqlServer(configured, settings, override);
  const kind = REPLACED[type];
  if (kind === undefined) throw unknownType(configured.type);
  const connectionName = configured.connectionName ?? kind.defaultConnection;
  if (override) return overridden(kind.title, connectionName);
  const value = connectionValue(settings, connectionName);
  const section = connectionSection(settings, connectionName);
  if (value === undefined ? section.length > 0 : !kind.isLocal(value)) {
    throw remoteStore(kind.title, value === undefined ? section.join(", ") : shownName(connectionName));
  }
  if (value === undefined && !configured.typeGiven) return { type: "embedded", connectionName };
  const reason =
    value === undefined
      ? `${shownName(connectionName)} is not set`
      : `${shownName(connectionName)} names a local emulator`;
  const what = configured.typeGiven ? `host.json asks for ${kind.title}` : "host.json names no storage provider";
  return {
    type: "embedded",
    connectionName,
    notice: `Storage: ${what} and ${reason}; instances are kept in the embedded store instead.`,
  };
}

/** The app setting a user sets for a connection: the default of Azure Storage is known by its full name only. */
function shownName(connectionName: string): string {
  return connectionName === "Storage" ? "AzureWebJobsStorage" : connectionName;
}

function selectForSqlServer(
  configured: ConfiguredStorage,
  settings: AppSettings,
  override?: "embedded",
): StorageSelection {
  const connectionName = configured.connectionName ?? "SQLDB_Connection";
  if (override) return overridden("SQL Server", connectionName);
  const value = connectionValue(settings, connectionName);
  if (value === undefined) {
    throw invalid(
      `The connection setting ${connectionName} has no value, and host.json keeps the task hub in SQL Server under that name. Set ${connectionName}=UseDevelopmentStorage=true (in the environment, or under Values in local.settings.json) to use the embedded store, or set it to the connection string of a database.`,
    );
  }
  return DEVELOPMENT_STORAGE.test(value)
    ? { type: "embedded", connectionName }
    : { type: "mssql", connectionName, connectionString: value };
}

function overridden(title: string, connectionName: string): StorageSelection {
  const notice = `Storage: the embedded store is used instead of ${title} because of --storage embedded.`;
  return { type: "embedded", connectionName, notice };
}

function remoteStore(title: string, settingNames: string): DurableHostError {
  return invalid(
    `host.json keeps the task hub in ${title}, and ${settingNames} names a remote store. This build cannot use it, and the embedded store would not hold that data. To start with an empty embedded store all the same, use --storage embedded; for a local run, remove the setting or point it to the emulator.`,
  );
}

function unknownType(type: string): DurableHostError {
  return invalid(
    `host.json: extensions.durableTask.storageProvider.type is '${type}'. Known types: mssql, AzureStorage, azureManaged, netherite.`,
  );
}

/** A storage account connection string that names the emulator. */
function isLocalAccount(value: string): boolean {
  if (DEVELOPMENT_STORAGE.test(value)) return true;
  const fields = connectionFields(value);
  if (fields.get("usedevelopmentstorage")?.toLowerCase() === "true") return true;
  const endpoints = ["blobendpoint", "queueendpoint", "tableendpoint"].flatMap((name) => fields.get(name) ?? []);
  return endpoints.length > 0 && endpoints.every((endpoint) => LOCAL_HOST.test(hostOf(endpoint)));
}

/** A scheduler connection string that names the emulator, on this machine or in a container beside it. */
function isLocalScheduler(value: string): boolean {
  if (DEVELOPMENT_STORAGE.test(value)) return true;
  const fields = connectionFields(value);
  const endpoint = fields.get("endpoint") ?? "";
  return LOCAL_HOST.test(hostOf(endpoint)) || fields.get("authentication")?.toLowerCase() === "none";
}

function connectionFields(value: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of value.split(";")) {
    const separator = part.indexOf("=");
    if (separator > 0) fields.set(part.slice(0, separator).trim().toLowerCase(), part.slice(separator + 1).trim());
  }
  return fields;
}

function hostOf(endpoint: string): string {
  try {
    return new URL(endpoint).hostname;
  } catch {
    return "";
  }
}

function invalid(message: string): DurableHostError {
  return new DurableHostError("CONFIG_INVALID", message);
}
