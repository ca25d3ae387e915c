import { DurableHostError } from "@durable-host/engine";
import { findIana } from "windows-iana";
import { setting, type AppSettings } from "../../config/app-settings";

/**
 * The time zone of schedules: `WEBSITE_TIME_ZONE`, by its IANA or its Windows name, then `TZ`, then that of this process.
 * @throws DurableHostError CONFIG_INVALID for a name that is neither
 */
export function scheduleTimeZone(settings: AppSettings): string {
  const name = setting(settings, "WEBSITE_TIME_ZONE") ?? setting(settings, "TZ");
  if (name === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = findIana(name)[0] ?? name.replace(/^:/, "");
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new DurableHostError(
      "CONFIG_INVALID",
      `"${name}" (WEBSITE_TIME_ZONE or TZ) is no time zone. Use an IANA name such as Europe/Berlin, or a Windows name such as W. Europe Standard Time.`,
    );
  }
}
