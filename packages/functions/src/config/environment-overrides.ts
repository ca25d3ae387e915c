import { findKey, isJsonObject, type JsonObject } from "./json-object";

const PREFIX = "azurefunctionsjobhost__";

/**
 * Lays settings named `AzureFunctionsJobHost__a__b` over a host.json tree: a double underscore goes one level down,
 * a number is an index of a list (functions-host contract §6.1). Values stay text; the setting's type reads them.
 */
export function overrideHostJson(hostJson: JsonObject, settings: Readonly<Record<string, string>>): JsonObject {
  let tree: unknown = hostJson;
  for (const name of Object.keys(settings).sort()) {
    if (!name.toLowerCase().startsWith(PREFIX)) continue;
    const path = name.slice(PREFIX.length).split("__");
    if (path.some((part) => part === "")) continue;
    tree = withValue(tree, path, settings[name]);
  }
  return isJsonObject(tree) ? tree : hostJson;
}

function withValue(node: unknown, [head, ...rest]: readonly string[], value: unknown): unknown {
  if (head === undefined) return value;
  if (/^\d+$/.test(head) && !isJsonObject(node)) {
    const list: unknown[] = Array.isArray(node) ? [...node] : [];
    list[Number(head)] = withValue(list[Number(head)], rest, value);
    return list;
  }
  const object = isJsonObject(node) ? node : {};
  const key = findKey(object, head) ?? head;
  return { ...object, [key]: withValue(object[key], rest, value) };
}
