import type { Logger } from "@durable-host/engine";

/** A logger that keeps the warnings. */
export class WarningRecorder implements Logger {
  readonly warnings: string[] = [];
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.warnings.push(message);
  }
  error(): void {}
  child(): Logger {
    return this;
  }
}
