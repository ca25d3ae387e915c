import type { LogFields } from "@durable-host/engine";

export type LogLevel = "Trace" | "Debug" | "Information" | "Warning" | "Error" | "Critical";

/** A log entry on its way to whoever collects them. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
  readonly fields?: LogFields;
}

/** Where log entries go. Must not throw. */
export type LogSink = (record: LogRecord) => void;
