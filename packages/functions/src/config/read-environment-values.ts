import { overrideHostJson } from "./environment-overrides";
import { HOST_SETTINGS } from "./setting-table";
import { readSettingValues, type SettingValues } from "./setting-values";

/**
 * The settings of a host that has no app and so no host.json: what the environment says by the names that override one
 * (`AzureFunctionsJobHost__…`), else their defaults. Throws CONFIG_INVALID.
 */
export function readEnvironmentValues(environment: Readonly<Record<string, string | undefined>>): SettingValues {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) settings[name] = value;
  return readSettingValues(overrideHostJson({ version: HOST_SETTINGS.version.default }, settings), settings);
}
