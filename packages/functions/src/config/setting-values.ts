import { DurableHostError } from "@durable-host/engine";
import { setting as appSetting, type AppSettings } from "./app-settings";
import { lookUp, type JsonObject } from "./json-object";
import type { Setting } from "./setting";
import { APP_SETTINGS, HOST_SETTINGS } from "./setting-table";

type HostTable = typeof HOST_SETTINGS;
type AppTable = typeof APP_SETTINGS;
/** What a setting reads as: never undefined when it has a default. */
type Value<S> = S extends { readonly default: infer D; readonly type: { parse(value: unknown): infer T } }
  ? undefined extends D
    ? T
    : Exclude<T, undefined>
  : never;

/** The settings of a host, typed by the table. */
export interface SettingValues {
  host<Path extends keyof HostTable>(path: Path): Value<HostTable[Path]>;
  app<Name extends keyof AppTable>(name: Name): Value<AppTable[Name]>;
}

/** Reads all known settings. Throws CONFIG_INVALID for the first that has a wrong type. */
export function readSettingValues(hostJson: JsonObject, settings: AppSettings): SettingValues {
  const host = new Map<string, unknown>();
  for (const [path, entry] of Object.entries(HOST_SETTINGS)) {
    host.set(path, readOne(`host.json: ${path}`, entry, lookUp(hostJson, path)));
  }
  const app = new Map<string, unknown>();
  for (const [name, entry] of Object.entries(APP_SETTINGS)) {
    app.set(name, readOne(`App setting ${name}`, entry, appSetting(settings, name)));
  }
  return {
    host: <Path extends keyof HostTable>(path: Path) => host.get(path) as Value<HostTable[Path]>,
    app: <Name extends keyof AppTable>(name: Name) => app.get(name) as Value<AppTable[Name]>,
  };
}

function readOne(place: string, entry: Setting<unknown>, raw: unknown): unknown {
  if (raw === undefined || raw === null) return entry.default;
  const value = entry.type.parse(raw);
  if (value === undefined) {
    throw new DurableHostError("CONFIG_INVALID", `${place} is ${JSON.stringify(raw)}; expected: ${entry.type.name}.`);
  }
  return value;
}
