import type { LogFields, Logger } from "@durable-host/engine";
import type { LogLevel, LogSink } from "./log-record";

export interface TeeLoggerOptions {
  readonly sink: LogSink;
  readonly allows: (category: string, level: LogLevel) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A logger that writes where `next` does, and tells a sink of the entries it is to have. */
export class TeeLogger implements Logger {
  readonly #next: Logger;
  readonly #options: TeeLoggerOptions;
  readonly #category: string;

  constructor(next: Logger, options: TeeLoggerOptions, category = "Host.General") {
    this.#next = next;
    this.#options = options;
    this.#category = category;
  }

  trace(message: string, fields?: LogFields): void {
    this.#next.trace(message, fields);
    this.#tell("Trace", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#next.debug(message, fields);
    this.#tell("Debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#next.info(message, fields);
    this.#tell("Information", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#next.warn(message, fields);
    this.#tell("Warning", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#next.error(message, fields);
    this.#tell("Error", message, fields);
  }

  child(category: string): Logger {
    return new TeeLogger(this.#next.child(category), this.#options, category);
  }

  #tell(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const { sink, allows, now } = this.#options;
    if (allows(this.#category, level)) sink({ time: now(), level, category: this.#category, message, fields });
  }
}
