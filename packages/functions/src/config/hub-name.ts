import { DurableHostError } from "@durable-host/engine";
import { setting, settingReference, type AppSettings } from "./app-settings";

const DEFAULT_NAME = "TestHubName";
/** What the stores and URLs can carry; upstream's own rules are narrower (letters and digits for Azure Storage). */
const VALID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const LONGEST = 64;

/**
 * Name of the task hub (durable contract §7). `place`: the setting of host.json that messages name; `longest`: characters
 * that the store has room for. Throws CONFIG_INVALID.
 */
export function resolveHubName(
  configured: string | undefined,
  settings: AppSettings,
  place = "extensions.durableTask.hubName",
  longest = LONGEST,
): string {
  if (configured === undefined) return defaultHubName(settings);
  const reference = settingReference(configured);
  const name = reference === undefined ? configured : setting(settings, reference);
  if (name === undefined) {
    throw invalid(
      `host.json: ${place} is '${configured}', but there is no app setting ${reference}. Set it in the environment or under Values in local.settings.json, or write the name itself.`,
    );
  }
  if (!VALID.test(name) || name.length > longest) {
    throw invalid(
      `'${name}' is no task hub name (host.json: ${place}): use 1 to ${longest} letters, digits, - and _, beginning with a letter or digit.`,
    );
  }
  return name;
}

function defaultHubName(settings: AppSettings): string {
  const slot = setting(settings, "WEBSITE_SLOT_NAME");
  if (slot !== undefined && slot.toLowerCase() !== "production") {
    throw invalid(
      `This is the deployment slot '${slot}' (WEBSITE_SLOT_NAME), and without a name of its own it would share the task hub of production. Set extensions.durableTask.hubName in host.json.`,
    );
  }
  const site = setting(settings, "WEBSITE_SITE_NAME");
  return site === undefined ? DEFAULT_NAME : sanitize(site);
}

/** A site name as upstream turns it into a hub name, so that both find the same one. */
function sanitize(site: string): string {
  const kept = site.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 45);
  if (kept === "") return "DefaultTaskHub";
  const named = /^\d/.test(kept) ? `t${kept}` : kept;
  return named.length < 3 ? `${named}Hub` : named;
}

function invalid(message: string): DurableHostError {
  return new DurableHostError("CONFIG_INVALID", message);
}
