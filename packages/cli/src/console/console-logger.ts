import { DurableHostError, type LogFields, type Logger } from "@durable-host/engine";
import { rank, type Level, type LevelFilter } from "./level-filter";
import type { LineWriter } from "./line-writer";

export interface ConsoleLoggerOptions {
  readonly writer: LineWriter;
  readonly filter: LevelFilter;
  readonly now: () => number;
  readonly color: boolean;
}

const RED = "\u001b[31m";
const YELLOW = "\u001b[33m";
const RESET = "\u001b[39m";
const ERROR_RANK = rank("Error");
const COLORS: Partial<Record<Level, string>> = { Warning: YELLOW, Error: RED, Critical: RED };

/** Prints one line per entry as `func start` does: `[time] message`. Errors follow on lines of their own. */
export class ConsoleLogger implements Logger {
  readonly #options: ConsoleLoggerOptions;
  readonly #category: string;
  readonly #children: Map<string, ConsoleLogger>;

  constructor(options: ConsoleLoggerOptions, category = "Host.General", children = new Map<string, ConsoleLogger>()) {
    this.#options = options;
    this.#category = category;
    this.#children = children;
  }

  trace(message: string, fields?: LogFields): void {
    this.log("Trace", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.log("Debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.log("Information", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.log("Warning", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.log("Error", message, fields);
  }

  /** Categories are full names, not relative ones; the same name gives the same logger. */
  child(category: string): ConsoleLogger {
    let child = this.#children.get(category);
    if (child === undefined) {
      child = new ConsoleLogger(this.#options, category, this.#children);
      this.#children.set(category, child);
    }
    return child;
  }

  log(level: Level, message: string, fields?: LogFields): void {
    const { filter, writer, now, color } = this.#options;
    if (!filter.allows(this.#category, level)) return;
    const text = `[${new Date(now()).toISOString()}] ${message}${fields ? describeFields(fields) : ""}`;
    const paint = color ? COLORS[level] : undefined;
    writer.line(paint === undefined ? text : `${paint}${text}${RESET}`);
    // Errors are rare, and what follows one may be the end of the process.
    if (rank(level) >= ERROR_RANK) writer.flush();
  }
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
