import type { LogRecord } from "../logs/log-record";

/** What is exported of a log entry besides its text: the names are those of the Functions host (contract §8). */
export function logProperties({ category, level, fields = {} }: LogRecord): Record<string, string> {
  const { error: _error, functionName: _functionName, invocationId, ...rest } = fields;
  const properties: Record<string, string> = { Category: category, LogLevel: level };
  if (typeof invocationId === "string") properties["InvocationId"] = invocationId;
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined) properties[`prop__${name}`] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return properties;
}
