import type { LogRecord } from "../logs/log-record";
import type { Span, SpanContext } from "../trace/span";

/** One way out for everything. Nothing here throws or waits, except as it says. */
export interface Pipeline {
  span(span: Span): void;
  log(record: LogRecord, context: SpanContext | undefined): void;
  /** Sends what waits, for the last time. Resolves also when it could not be sent. */
  close(): Promise<void>;
}
