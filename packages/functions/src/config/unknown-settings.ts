import { isJsonObject, lookUp, type JsonObject } from "./json-object";
import { HOST_SETTINGS } from "./setting-table";

/** The part of host.json that belongs to this host alone; the rest may be meant for other extensions and tools. */
const SECTION = "extensions.durableTask";

const KNOWN = Object.keys(HOST_SETTINGS).map((path) => path.toLowerCase());

/**
 * One line that names every setting of `extensions.durableTask` this host does not know; undefined when it knows all.
 * The official host ignores unknown ones without a word, so that a misspelt limit is no limit.
 */
export function unknownSettingsNotice(hostJson: JsonObject): string | undefined {
  const section = lookUp(hostJson, SECTION);
  if (!isJsonObject(section)) return undefined;
  const unknown = [...unknownPaths(section, SECTION)];
  if (unknown.length === 0) return undefined;
  return `host.json has settings that this host does not know, and that have no effect: ${unknown.join(", ")}. Are they spelt as in docs/configuration.md?`;
}

function* unknownPaths(object: JsonObject, prefix: string): Generator<string> {
  for (const [key, value] of Object.entries(object)) {
    const path = `${prefix}.${key}`;
    const name = path.toLowerCase();
    if (KNOWN.includes(name)) continue;
    const isSection = KNOWN.some((known) => known.startsWith(`${name}.`));
    if (isSection && isJsonObject(value)) yield* unknownPaths(value, path);
    else yield path;
  }
}
