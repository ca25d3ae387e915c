/** Fields of a structured log entry. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the runtime writes. Categories follow the Functions host (`Host.Triggers.DurableTask`, …). */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(category: string): Logger;
}
