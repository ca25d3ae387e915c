/** A parsed JSON object of a configuration file. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object's own spelling of a key; configuration keys compare without case. */
export function findKey(object: JsonObject, key: string): string | undefined {
  if (Object.hasOwn(object, key)) return key;
  const wanted = key.toLowerCase();
  return Object.keys(object).find((each) => each.toLowerCase() === wanted);
}

/** The value at a dotted path; `undefined` when a part of the path is missing. */
export function lookUp(tree: JsonObject, path: string): unknown {
  let value: unknown = tree;
  for (const part of path.split(".")) {
    if (!isJsonObject(value)) return undefined;
    const key = findKey(value, part);
    value = key === undefined ? undefined : value[key];
  }
  return value;
}
