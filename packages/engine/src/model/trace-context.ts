/** The span that whoever executes an orchestration has made for one execution. */
export interface ExecutionSpan {
  readonly spanId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** W3C trace context that travels with a start, an activity or an event (contract §8.1). */
export interface TraceContext {
  readonly traceParent: string;
  readonly traceState?: string;
}
