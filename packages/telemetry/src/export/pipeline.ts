import type { LogRecord } from "../logs/log-record";
import type { Span, SpanContext } from "../trace/span";

/** One way out for everything. Nothing here throws or waits, except as it says. */
export interface Pipeline {
  span(span: Span): void;
  log(record: LogRecord, context: SpanContext | undefined): void;
  /** Sends what waits. Resolves also when it could not be sent. */
  flush(): Promise<void>;
  /** The same, for the last time. */
  close(): Promise<void>;
}
