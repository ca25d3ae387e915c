import type { LogFields, Logger } from "@durable-host/engine";

/** A logger that keeps what was logged as errors, by itself and its children. */
export class ErrorRecorder implements Logger {
  readonly errors: [message: string, fields: LogFields | undefined][] = [];
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(message: string, fields?: LogFields): void {
    this.errors.push([message, fields]);
  }
  child(): Logger {
    return this;
  }
}
