import { DurableHostError, type LogFields } from "@durable-host/engine";
import type { Level } from "./level-filter";
import type { LogEntry } from "./line-logger";

const RED = "\u001b[31m";
const YELLOW = "\u001b[33m";
const RESET = "\u001b[39m";
const COLORS: Partial<Record<Level, string>> = { Warning: YELLOW, Error: RED, Critical: RED };

/** An entry as `func start` prints it: `[time] message`. Errors follow on lines of their own. */
export function consoleLine({ time, message, fields = {} }: LogEntry): string {
  return `[${new Date(time).toISOString()}] ${message}${describeFields(fields)}`;
}

/** The same for a terminal that shows colours. */
export function coloredConsoleLine(entry: LogEntry): string {
  const paint = COLORS[entry.level];
  return paint === undefined ? consoleLine(entry) : `${paint}${consoleLine(entry)}${RESET}`;
}

/** Which run an entry belongs to is for structured logs; on the console it would double the length of user logs. */
const UNPRINTED: ReadonlySet<string> = new Set(["functionName", "invocationId"]);

function describeFields({ error, ...fields }: LogFields): string {
  const pairs = Object.entries(fields).filter(([name, value]) => value !== undefined && !UNPRINTED.has(name));
  const listed = pairs.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const list = listed.length === 0 ? "" : ` (${listed.join(", ")})`;
  return error === undefined ? list : `${list}\n${describeError(error)}`;
}

/** What was foreseen needs no stack; for anything else the stack is the only trace there is. */
function describeError(error: unknown): string {
  if (error instanceof DurableHostError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}
