import type { LogFields, Logger } from "@durable-host/engine";
import { rank, type Level, type LevelFilter } from "./level-filter";
import type { LineWriter } from "./line-writer";

/** What is logged at once. `time` in milliseconds since the epoch. */
export interface LogEntry {
  readonly time: number;
  readonly level: Level;
  readonly category: string;
  readonly message: string;
  readonly fields?: LogFields;
}

export interface LineLoggerOptions {
  readonly writer: LineWriter;
  readonly filter: LevelFilter;
  readonly now: () => number;
  /** An entry as it is printed, without the last line break. */
  readonly format: (entry: LogEntry) => string;
}

const ERROR_RANK = rank("Error");

/** Prints the entries that the levels allow. */
export class LineLogger implements Logger {
  readonly #options: LineLoggerOptions;
  readonly #category: string;
  readonly #children: Map<string, LineLogger>;

  constructor(options: LineLoggerOptions, category = "Host.General", children = new Map<string, LineLogger>()) {
    this.#options = options;
    this.#category = category;
    this.#children = children;
  }

  trace(message: string, fields?: LogFields): void {
    this.#log("Trace", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("Debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("Information", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("Warning", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("Error", message, fields);
  }

  /** Categories are full names, not relative ones; the same name gives the same logger. */
  child(category: string): LineLogger {
    let child = this.#children.get(category);
    if (child === undefined) {
      child = new LineLogger(this.#options, category, this.#children);
      this.#children.set(category, child);
    }
    return child;
  }

  #log(level: Level, message: string, fields: LogFields = {}): void {
    const { filter, writer, now, format } = this.#options;
    if (!filter.allows(this.#category, level)) return;
    writer.line(format({ time: now(), level, category: this.#category, message, fields }));
    // Errors are rare, and what follows one may be the end of the process.
    if (rank(level) >= ERROR_RANK) writer.flush();
  }
}
