import { errorText } from "@durable-host/engine";
import type { LogEntry } from "./line-logger";

/** An entry as one JSON object without a line break, for whoever collects what containers print. */
export function jsonLine({ time, level, category, message, fields = {} }: LogEntry): string {
  const { error, ...rest } = fields;
  const text = { time: new Date(time).toISOString(), level, category, message };
  return JSON.stringify({ ...text, ...rest, ...(error === undefined ? {} : describeError(error)) });
}

function describeError(error: unknown): object {
  return { error: errorText(error), ...(error instanceof Error ? { stack: error.stack } : {}) };
}
