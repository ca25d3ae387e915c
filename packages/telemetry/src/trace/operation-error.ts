const UNKNOWN = "The operation failed.";

/**
 * What an operation of an entity has thrown, for people. The SDK hands on JSON of it, which is `{}` for an `Error`: only what
 * says something is shown.
 */
export function operationError(thrown: unknown): string {
  if (typeof thrown !== "string") return UNKNOWN;
  let value: unknown = thrown;
  try {
    value = JSON.parse(thrown);
  } catch {
    // It is no JSON, then.
  }
  if (typeof value === "string") return value === "" ? UNKNOWN : value;
  return value === null || (typeof value === "object" && Object.keys(value).length === 0) ? UNKNOWN : thrown;
}
