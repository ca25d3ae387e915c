import type { SettingValues } from "../config/setting-values";

/** Whether a developer is at the screen, who does not want to wait for the next look at something idle. */
export function isDevelopment(values: SettingValues): boolean {
  return values.app("AZURE_FUNCTIONS_ENVIRONMENT").toLowerCase() === "development";
}
