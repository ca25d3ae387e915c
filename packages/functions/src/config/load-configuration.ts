import { existsSync } from "node:fs";
import { join } from "node:path";
import { DurableHostError } from "@durable-host/engine";
import type { AppSettings } from "./app-settings";
import { overrideHostJson } from "./environment-overrides";
import { resolveHubName } from "./hub-name";
import { readJsonFile } from "./json-file";
import { lookUp, type JsonObject } from "./json-object";
import { readLocalSettings, type LocalSettings } from "./local-settings";
import { HOST_SETTINGS } from "./setting-table";
import { readSettingValues, type SettingValues } from "./setting-values";
import { unknownSettingsNotice } from "./unknown-settings";
import { selectStorage, type StorageSelection } from "./storage-selection";

export interface LoadConfigurationOptions {
  /** Folder of host.json and package.json, absolute. */
  readonly appRoot: string;
  /** Environment of the host process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From `--storage`. */
  readonly storage?: "embedded";
}

/** Everything the host was told, read once at start. */
export interface HostConfiguration {
  readonly appRoot: string;
  /** What the app finds in `process.env`. */
  readonly settings: AppSettings;
  /** host.json with overrides, as it is. */
  readonly hostJson: JsonObject;
  readonly values: SettingValues;
  readonly local: LocalSettings;
  readonly hubName: string;
  readonly storage: StorageSelection;
  /** What the user should know, one line each. */
  readonly notices: readonly string[];
}

/** The width of the column (mssql contract §1.1). */
const LONGEST_HUB_NAME_IN_SQL = 50;

/**
 * Reads host.json, local.settings.json and the environment (functions-host contract §6, durable contract §7).
 * Throws CONFIG_INVALID with file, place and remedy.
 */
export function loadConfiguration(options: LoadConfigurationOptions): HostConfiguration {
  const { appRoot, environment } = options;
  const local = readLocalSettings(join(appRoot, "local.settings.json"));
  const { settings, skipped } = mergeSettings(environment, local.values);
  const hostJson = readHostJson(appRoot, settings);
  const values = readSettingValues(hostJson, settings);
  const type = values.host("extensions.durableTask.storageProvider.type");
  const storage = selectStorage(
    {
      type,
      typeGiven: lookUp(hostJson, "extensions.durableTask.storageProvider.type") !== undefined,
      connectionName:
        values.host("extensions.durableTask.storageProvider.connectionStringName") ??
        values.host("extensions.durableTask.storageProvider.connectionName") ??
        values.host("extensions.durableTask.storageProvider.storageConnectionName"),
    },
    settings,
    options.storage,
  );
  const skippedNotice = `Skipping [${skipped.join(", ")}] of local.settings.json: the environment already has them.`;
  return {
    appRoot,
    settings,
    hostJson,
    values,
    local,
    hubName: hubNameOf(storage, values, settings),
    storage,
    notices: [
      skipped.length > 0 ? skippedNotice : undefined,
      unknownSettingsNotice(hostJson),
      storage.type === "embedded" ? storage.notice : undefined,
    ].filter((notice) => notice !== undefined),
  };
}

/** In SQL Server the store's own setting comes first, as upstream (mssql contract §5.1). */
function hubNameOf({ type }: StorageSelection, values: SettingValues, settings: AppSettings): string {
  const name = "extensions.durableTask.hubName";
  if (type !== "mssql") return resolveHubName(values.host(name), settings, name);
  const ownName = "extensions.durableTask.storageProvider.taskHubName";
  const own = values.host(ownName);
  const place = own === undefined ? name : ownName;
  return resolveHubName(own ?? values.host(name), settings, place, LONGEST_HUB_NAME_IN_SQL);
}

function mergeSettings(
  environment: LoadConfigurationOptions["environment"],
  localValues: AppSettings,
): { readonly settings: AppSettings; readonly skipped: readonly string[] } {
  const settings: Record<string, string> = { ...localValues };
  const skipped: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (Object.hasOwn(localValues, name) && localValues[name] !== value) skipped.push(name);
    settings[name] = value;
  }
  return { settings, skipped };
}

function readHostJson(appRoot: string, settings: AppSettings): JsonObject {
  const path = join(appRoot, "host.json");
  const file = readJsonFile(path);
  if (file === undefined && !existsSync(join(appRoot, "package.json"))) {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `${appRoot} holds no Functions app: there is neither a host.json nor a package.json. Change to the app's folder, or name it with --script-root.`,
    );
  }
  const version = file && lookUp(file, "version");
  if (file !== undefined && version !== HOST_SETTINGS.version.default) {
    const found = version === undefined ? "there is none" : `it is ${JSON.stringify(version)}`;
    throw new DurableHostError("CONFIG_INVALID", `${path} must have "version": "2.0"; ${found}. Correct it.`);
  }
  return overrideHostJson(file ?? { version: HOST_SETTINGS.version.default }, settings);
}
