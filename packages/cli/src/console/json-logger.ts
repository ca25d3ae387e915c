import { errorText, type LogFields, type Logger } from "@durable-host/engine";
import type { Level, LevelFilter } from "./level-filter";
import { rank } from "./level-filter";
import type { LineWriter } from "./line-writer";

export interface JsonLoggerOptions {
  readonly writer: LineWriter;
  readonly filter: LevelFilter;
  readonly now: () => number;
}

const ERROR_RANK = rank("Error");

/** Prints each entry as one JSON object in a line, for whoever collects what containers print. */
export class JsonLogger implements Logger {
  readonly #options: JsonLoggerOptions;
  readonly #category: string;

  constructor(options: JsonLoggerOptions, category = "Host.General") {
    this.#options = options;
    this.#category = category;
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

  child(category: string): JsonLogger {
    return new JsonLogger(this.#options, category);
  }

  log(level: Level, message: string, fields?: LogFields): void {
    const { filter, writer } = this.#options;
    if (!filter.allows(this.#category, level)) return;
    writer.line(jsonLine(this.#options.now(), level, this.#category, message, fields));
    // Errors are rare, and what follows one may be the end of the process.
    if (rank(level) >= ERROR_RANK) writer.flush();
  }
}

/** An entry as JSON without a line break; `time` in milliseconds since the epoch. */
export function jsonLine(
  time: number,
  level: Level,
  category: string,
  message: string,
  fields: LogFields = {},
): string {
  const { error, ...rest } = fields;
  const text = { time: new Date(time).toISOString(), level, category, message };
  return JSON.stringify({ ...text, ...rest, ...(error === undefined ? {} : describeError(error)) });
}

function describeError(error: unknown): object {
  return { error: errorText(error), ...(error instanceof Error ? { stack: error.stack } : {}) };
}
